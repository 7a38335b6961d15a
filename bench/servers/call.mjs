// @ts-check
// The one call that every case answers: a small `tools/call` of revision 2026-07-28, as a client sends it.
import assert from 'node:assert/strict';

const VERSION = '2026-07-28';

/**
 * What is measured.
 *
 * @typedef {object} Setup
 * @property {'bare' | 'ours' | 'official'} server
 * @property {number} tools how many tools the server has
 * @property {boolean} [all] whether calls go round all tools, and so through as many schemas; else one tool is called
 * @property {boolean} structured whether tools have an output schema, and so a second validation and a second rendering
 * @property {boolean} [inline] whether the official server's factory makes the schemas, too
 * @property {string} [answer] the bytes that the bare case answers with
 *
 * @typedef {{ headers: Record<string, string>, body: string }} Call
 */

/** @param {number} index */
export function toolName(index) {
  return `add_${index}`;
}

/**
 * @param {Setup} setup
 * @returns {Call[]} one for each tool that is called
 */
export function callsOf({ tools, all }) {
  return Array.from({ length: all === true ? tools : 1 }, (_, index) => {
    const name = toolName(all === true ? index : tools >> 1);
    return {
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': VERSION,
        'mcp-method': 'tools/call',
        'mcp-name': name,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name,
          arguments: { a: 2, b: 3 },
          _meta: {
            'io.modelcontextprotocol/protocolVersion': VERSION,
            'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
    };
  });
}

/**
 * Throws unless the text answers the call: a case that is fast because it is wrong is not timed.
 *
 * @param {number} status
 * @param {string} text
 * @param {boolean} structured
 */
export function checkAnswer(status, text, structured) {
  assert.equal(status, 200, text);
  const { jsonrpc, id, result } = JSON.parse(text);
  assert.deepEqual({ jsonrpc, id }, { jsonrpc: '2.0', id: 1 });
  const value = { sum: 5 };
  assert.deepEqual(result, {
    resultType: 'complete',
    content: [{ type: 'text', text: structured ? JSON.stringify(value) : '5' }],
    ...(structured ? { structuredContent: value } : {}),
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'bench', version: '1.0.0' } },
  });
}
