import { describe, expect, it, vi } from 'vitest';
import { errorOf as failureOf } from './support.js';
import { errorOf, play, type Asked } from './wire.js';

const schema = (properties: object) => ({ type: 'object', properties });
const annotated = (header = 'Region') => ({
  name: 'query',
  inputSchema: schema({ region: { type: 'string', 'x-mcp-header': header }, text: { type: 'string' } }),
});

const params = ({ headers }: Asked): [string, string][] =>
  [...headers].filter(([name]) => name.startsWith('mcp-param-'));

describe('Mcp-Param headers', () => {
  // spec: basic/transports/streamable-http#custom-headers-from-tool-parameters.1
  // spec: basic/transports/streamable-http#custom-headers-from-tool-parameters.2
  // spec: basic/transports/streamable-http#client-behavior.3
  // spec: basic/transports/streamable-http#client-behavior.5
  // spec: basic/transports/streamable-http#server-behavior-for-custom-headers.5
  it('TR12: mirror annotated arguments of a listed tool, and no others', async () => {
    const tool = {
      name: 'query',
      inputSchema: schema({
        region: { type: 'string', 'x-mcp-header': 'Region' },
        limit: { type: 'integer', 'x-mcp-header': 'Limit' },
        dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
        deep: { type: 'object', properties: { at: { type: 'string', 'x-mcp-header': 'Deep' } } },
        text: { type: 'string' },
      }),
    };
    const { client, asked } = await play(({ method }) =>
      method === 'tools/list' ? { tools: [tool] } : { content: [] },
    );
    await client.listTools();
    await client.callTool('query', { region: 'us west', limit: 42, dry: false, deep: { at: 'ü' }, text: 'secret' });
    await client.callTool('query', { region: null, limit: -7, deep: {}, text: 'secret' });
    await client.callTool('other', { region: 'x' });
    expect(asked.slice(1).map(params)).toEqual([
      [
        ['mcp-param-deep', '=?base64?w7w=?='],
        ['mcp-param-dry', 'false'],
        ['mcp-param-limit', '42'],
        ['mcp-param-region', 'us west'],
      ],
      [['mcp-param-limit', '-7']],
      [],
    ]);
  });

  // spec: basic/transports/streamable-http#schema-extension.9
  // spec: basic/transports/streamable-http#schema-extension.10
  // spec: basic/transports/streamable-http#schema-extension.11 server/tools#x-mcp-header.8
  // spec: server/tools#x-mcp-header.9 server/tools#x-mcp-header.10
  it.each([
    ['is empty', { a: { type: 'string', 'x-mcp-header': '' } }],
    ['is no token', { a: { type: 'string', 'x-mcp-header': 'a b' } }],
    ['has a line break', { a: { type: 'string', 'x-mcp-header': 'a\r\nX' } }],
    ['comes twice', { a: { type: 'string', 'x-mcp-header': 'A' }, b: { type: 'string', 'x-mcp-header': 'a' } }],
    ['is on a number', { a: { type: 'number', 'x-mcp-header': 'A' } }],
    ['is in an array', { a: { type: 'array', items: { type: 'string', 'x-mcp-header': 'A' } } }],
  ])(
    'TR11: a tool whose annotation %s is left out with a warning that names it, and the rest stands',
    async (_n, bad) => {
      const { client, warnings } = await play(() => ({
        tools: [
          { name: 'bad_tool', inputSchema: schema(bad) },
          { name: 'good_tool', inputSchema: schema({}) },
        ],
      }));
      expect((await client.listTools()).map(({ name }) => name)).toEqual(['good_tool']);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]?.message).toMatch(/"bad_tool".*x-mcp-header/s);
    },
  );

  it('outlive the time for which the list is fresh', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { client, asked } = await play(({ method }) =>
        method === 'tools/list' ? { tools: [annotated()], ttlMs: 10 } : { content: [] },
      );
      await client.listTools();
      vi.advanceTimersByTime(3_600_000);
      await client.callTool('query', { region: 'eu' });
      expect(asked).toHaveLength(2);
      expect(params(asked[1]!)).toEqual([['mcp-param-region', 'eu']]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('cannot be replaced by given headers', async () => {
    const { client, asked } = await play(({ method }) => (method === 'tools/list' ? { tools: [annotated()] } : {}));
    await client.listTools();
    await client.callTool('query', { region: 'eu' }, { headers: { 'mcp-param-region': 'evil' } });
    expect(params(asked[1]!)).toEqual([['mcp-param-region', 'eu']]);
  });

  it('go with every round of a call', async () => {
    const { client, asked } = await play(({ method, params: { requestState } }) =>
      method === 'tools/list'
        ? { tools: [annotated()] }
        : requestState === undefined
          ? { resultType: 'input_required', requestState: 's' }
          : { content: [] },
    );
    await client.listTools();
    await client.callTool('query', { region: 'eu' });
    expect(asked.slice(1).map(params)).toEqual([[['mcp-param-region', 'eu']], [['mcp-param-region', 'eu']]]);
  });
});

describe('after a header mismatch', () => {
  const mismatch = ({ id }: Asked): Response => errorOf(id, -32020, 'Header mismatch', { status: 400 });

  // spec: basic/transports/streamable-http#client-behavior.6
  it('a tool that was not listed is listed, and called once more with its headers', async () => {
    const { client, asked, methods } = await play((entry) => {
      if (entry.method === 'tools/list') return { tools: [annotated()], ttlMs: 1000 };
      return entry.headers.get('mcp-param-region') === 'eu' ? { content: [] } : mismatch(entry);
    });
    await client.callTool('query', { region: 'eu' });
    expect(methods()).toEqual(['tools/call', 'tools/list', 'tools/call']);
    expect(asked[2]?.id).not.toBe(asked[0]?.id);
    await client.callTool('query', { region: 'eu' });
    expect(methods().slice(3)).toEqual(['tools/call']);
  });

  // spec: basic/transports/streamable-http#client-behavior.6
  it('a list that is still fresh is fetched anew', async () => {
    let header = 'Old';
    const { client, methods } = await play((entry) => {
      if (entry.method === 'tools/list') return { tools: [annotated(header)], ttlMs: 1_000_000 };
      return entry.headers.get(`mcp-param-${header}`) === 'eu' ? { content: [] } : mismatch(entry);
    });
    await client.listTools();
    header = 'New';
    await client.callTool('query', { region: 'eu' });
    expect(methods()).toEqual(['tools/list', 'tools/call', 'tools/list', 'tools/call']);
  });

  it('nothing is sent again where the list says nothing new', async () => {
    const { client, methods } = await play((entry) =>
      entry.method === 'tools/list' ? { tools: [annotated()] } : mismatch(entry),
    );
    await client.listTools();
    expect(await failureOf(client.callTool('query', { region: 'eu' }))).toMatchObject({
      code: 'header_mismatch',
      status: 400,
    });
    expect(methods()).toEqual(['tools/list', 'tools/call', 'tools/list']);
  });

  it('the call is sent once more and no oftener', async () => {
    const { client, methods } = await play((entry) =>
      entry.method === 'tools/list' ? { tools: [annotated()] } : mismatch(entry),
    );
    expect((await failureOf(client.callTool('query', { region: 'eu' }))).code).toBe('header_mismatch');
    expect(methods()).toEqual(['tools/call', 'tools/list', 'tools/call']);
  });

  it('a list that fails leaves the mismatch to the caller', async () => {
    const { client, warnings } = await play((entry) =>
      entry.method === 'tools/list' ? errorOf(entry.id, -32603) : mismatch(entry),
    );
    expect((await failureOf(client.callTool('query', { region: 'eu' }))).code).toBe('header_mismatch');
    expect(warnings).toHaveLength(1);
  });

  it('other methods fail at once', async () => {
    const { client, methods } = await play(mismatch);
    expect((await failureOf(client.readResource('x://a'))).code).toBe('header_mismatch');
    expect(methods()).toEqual(['resources/read']);
  });
});
