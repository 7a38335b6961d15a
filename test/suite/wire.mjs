// @ts-check
// Requests without the client: bytes as the specification has them.

const VERSION = '2026-07-28';

/**
 * A request of revision 2026-07-28.
 *
 * @param {string} method
 * @param {Record<string, any>} [params]
 * @param {{ id?: string | number, accept?: string, progressToken?: string | number, capabilities?: object }} [options]
 * @returns {{ method: string, headers: Record<string, string>, body: string }}
 */
export function modern(
  method,
  params = {},
  { id = 1, accept = 'application/json, text/event-stream', progressToken, capabilities = {} } = {},
) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '0.0.0' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    ...(progressToken === undefined ? {} : { progressToken }),
  };
  const headers = { accept, 'content-type': 'application/json', 'mcp-protocol-version': VERSION, 'mcp-method': method };
  const name = params['name'] ?? params['uri'];
  return {
    method: 'POST',
    headers: name === undefined ? headers : { ...headers, 'mcp-name': name },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }),
  };
}

/**
 * A plain JSON-RPC request, as `curl` would send it.
 *
 * @param {string} method
 * @param {Record<string, unknown>} params
 * @returns {RequestInit}
 */
export function plain(method, params) {
  return {
    method: 'POST',
    headers: { accept: '*/*', 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  };
}

/**
 * The messages of an event stream that has ended.
 *
 * @param {string} text
 * @returns {any[]}
 */
export function events(text) {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => JSON.parse(event.slice('data: '.length)));
}

/**
 * A fetch whose answers arrive in chunks of `size` bytes, wherever that cuts a character.
 *
 * @param {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @param {number} size
 * @returns {(url: string, init: RequestInit) => Promise<Response>}
 */
export function inChunks(fetch, size) {
  return async (url, init) => {
    const response = await fetch(url, init);
    const cut = new TransformStream({
      transform(/** @type {Uint8Array} */ bytes, controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      },
    });
    return new Response(response.body?.pipeThrough(cut) ?? null, {
      status: response.status,
      headers: response.headers,
    });
  };
}
