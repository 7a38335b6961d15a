import type { ConnectOptions, ElicitHandler, InputContext, McpErrorCode } from 'mcpwire/client';
import { describe, expect, it, vi } from 'vitest';
import { aborted, gate } from '../helpers/gate.js';
import { errorOf as failureOf } from './support.js';
import { openStream, play, type Asked, type Reply } from './wire.js';

type Questions = Record<string, { method: string; params?: object }>;

const form = (schema: object = {}, message = 'Who?') => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties: {}, ...schema } },
});

const page = (url: unknown) => ({ method: 'elicitation/create', params: { mode: 'url', message: 'Go', url } });

/** Asks once, and is content with any answer. */
const asking =
  (inputRequests: Questions, requestState?: string) =>
  ({ params }: Asked): Reply =>
    params['inputResponses'] === undefined
      ? { resultType: 'input_required', inputRequests, ...(requestState !== undefined && { requestState }) }
      : { content: [] };

const accept: ElicitHandler = () => ({ action: 'accept', content: { name: 'octocat' } });

describe('the capabilities of a client', () => {
  // spec: client/elicitation#capabilities.1 client/elicitation#capabilities.2 client/sampling#capabilities.1
  // spec: client/sampling#tools-in-sampling.1 client/roots#capabilities.1
  it.each<[string, ConnectOptions, object]>([
    ['nothing', {}, {}],
    ['elicit', { elicit: accept }, { elicitation: { form: {} } }],
    ['elicitUrl', { elicitUrl: () => ({ action: 'decline' }) }, { elicitation: { url: {} } }],
    ['both', { elicit: accept, elicitUrl: () => ({ action: 'decline' }) }, { elicitation: { form: {}, url: {} } }],
    [
      'sample',
      { sample: () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: '' } }) },
      { sampling: {} },
    ],
    ['roots', { roots: [] }, { roots: {} }],
    ['capabilities', { roots: [], capabilities: { sampling: { tools: {} } } }, { roots: {}, sampling: { tools: {} } }],
  ])('are declared with every request: %s', async (_name, options, expected) => {
    const { client, asked } = await play(() => ({ content: [] }), options);
    await client.callTool('a');
    await client.request('b');
    for (const { params } of asked) {
      expect(params._meta['io.modelcontextprotocol/clientCapabilities']).toEqual(expected);
    }
  });
});

describe('a call that asks for input', () => {
  // spec: basic/patterns/mrtr#client-requirements-basic-workflow.1
  // spec: basic/patterns/mrtr#client-requirements-basic-workflow.2
  // spec: basic/patterns/mrtr#client-requirements-basic-workflow.3
  // spec: basic/patterns/mrtr#client-requirements-basic-workflow.5 basic/patterns/mrtr#inputrequiredresult.1
  // spec: server/tools#input-required-tool-results.1
  it('MR5: is sent again with the answers, a new id and the very requestState', async () => {
    const state = ' {"not":"ours"} ✓ ';
    const { client, asked } = await play(asking({ q: form() }, state), { elicit: accept });
    await client.callTool('run', { job: 1 }, { meta: { 'com.example/a': 1 } });
    expect(asked).toHaveLength(2);
    expect(asked[0]?.params).not.toHaveProperty('inputResponses');
    expect(asked[0]?.params).not.toHaveProperty('requestState');
    expect(asked[1]).toMatchObject({
      method: 'tools/call',
      params: {
        name: 'run',
        arguments: { job: 1 },
        requestState: state,
        inputResponses: { q: { action: 'accept', content: { name: 'octocat' } } },
        _meta: { 'com.example/a': 1 },
      },
    });
    expect(asked[1]?.id).not.toBe(asked[0]?.id);
  });

  // spec: basic/patterns/mrtr#client-requirements-basic-workflow.4
  it('MR5: sends no requestState where there was none, also after a round that had one', async () => {
    const rounds = [
      { resultType: 'input_required', requestState: 'one' },
      { resultType: 'input_required', inputRequests: { q: form() } },
      { resultType: 'input_required', requestState: 'three' },
      { content: [] },
    ];
    const { client, asked } = await play(() => rounds.shift() ?? {}, { elicit: accept });
    await client.callTool('run');
    expect(asked.map(({ params }) => [params['requestState'], 'inputResponses' in params])).toEqual([
      [undefined, false],
      ['one', false],
      [undefined, true],
      ['three', false],
    ]);
  });

  it('MR5: drops the answers and the state that its caller began with', async () => {
    const rounds = [{ resultType: 'input_required', inputRequests: { q: form() } }, { content: [] }];
    const { client, asked } = await play(() => rounds.shift() ?? {}, { elicit: accept });
    const params = { name: 'run', requestState: 'own', inputResponses: { own: { action: 'decline' } } };
    await client.request('tools/call', params);
    expect(asked[0]?.params).toMatchObject(params);
    expect(asked[1]?.params).not.toHaveProperty('requestState');
    expect(Object.keys(asked[1]?.params['inputResponses'] as object)).toEqual(['q']);
  });

  // spec: basic/patterns/mrtr#client-requirements-basic-workflow.6
  it('MR5: keeps its state and answers from parallel calls', async () => {
    const { client, asked } = await play(
      ({ params }) => {
        const name = String(params['name']);
        if (params['inputResponses'] !== undefined || name === 'other') return { content: [], echo: params };
        return { resultType: 'input_required', inputRequests: { [name]: form({}, name) }, requestState: `for ${name}` };
      },
      { elicit: async ({ message }) => ({ action: 'accept', content: { message } }) },
    );
    const calls = ['a', 'b', 'other', 'c'].map((name) => client.callTool(name));
    await Promise.all(calls);
    const seen = asked.map(({ params: { name, requestState, inputResponses } }) => ({
      name,
      requestState,
      inputResponses,
    }));
    for (const name of ['a', 'b', 'c']) {
      const inputResponses = { [name]: { action: 'accept', content: { message: name } } };
      expect(seen).toContainEqual({ name, requestState: `for ${name}`, inputResponses });
    }
    expect(seen.filter(({ inputResponses }) => inputResponses === undefined)).toHaveLength(4);
    expect(seen.filter(({ requestState }) => requestState !== undefined)).toHaveLength(3);
    expect(asked).toHaveLength(7);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(7);
  });

  // spec: basic/patterns/mrtr#supported-requests
  it('may be a prompt or a read as well, and nothing else', async () => {
    const { client } = await play(
      (asked) =>
        asked.params['inputResponses'] === undefined
          ? { resultType: 'input_required', inputRequests: { q: form() } }
          : { messages: [], contents: [] },
      { elicit: accept },
    );
    await client.getPrompt('a');
    await client.readResource('x://a');
    expect(await failureOf(client.listTools())).toMatchObject({ code: 'invalid_message' });
    expect((await failureOf(client.request('jobs/run'))).message).toContain('input_required');
  });

  it('asks all questions of a round at the same time', async () => {
    const both = gate();
    let open = 0;
    const { client } = await play(asking({ a: form(), b: form(), c: { method: 'roots/list' } }), {
      elicit: async () => {
        if (++open === 2) both.open();
        await both.opened;
        return { action: 'decline' };
      },
      roots: [],
    });
    await client.callTool('run');
    expect(open).toBe(2);
  });

  it('tells the handler who asks, what was called and which question it is', async () => {
    const contexts: InputContext[] = [];
    const { client } = await play(asking({ login: form() }), {
      elicit: (_form, ctx) => {
        contexts.push(ctx);
        return { action: 'cancel' };
      },
    });
    await client.callTool('run', { a: 1 });
    expect(contexts).toMatchObject([
      {
        server: { era: 'modern' },
        call: { method: 'tools/call', params: { name: 'run', arguments: { a: 1 } } },
        key: 'login',
      },
    ]);
    expect(contexts[0]?.signal.aborted).toBe(false);
  });

  // spec: basic#resulttype.3
  it('takes a result without resultType as complete', async () => {
    const { client, asked } = await play(({ id }) =>
      Response.json({ jsonrpc: '2.0', id, result: { content: [], inputRequests: { q: form() } } }),
    );
    await client.callTool('run');
    expect(asked).toHaveLength(1);
  });

  // spec: basic#resulttype.2
  it.each(['later', 'Complete', 'constructor', '__proto__', 5, null, {}])(
    'refuses the resultType %j, and names it',
    async (resultType) => {
      const { client } = await play(() => ({ resultType, content: [] }), { elicit: accept });
      const error = await failureOf(client.callTool('run'));
      expect(error.code).toBe('invalid_message');
      expect(error.message).toContain(JSON.stringify(resultType));
    },
  );

  it.each([
    ['neither questions nor state', {}],
    ['questions that are a list', { inputRequests: [] }],
    ['questions that are text', { inputRequests: 'q' }],
    ['a state that is an object', { requestState: {} }],
    ['a state that is null', { requestState: null, inputRequests: {} }],
  ])('refuses %s', async (_name, members) => {
    const { client, asked } = await play(() => ({ resultType: 'input_required', ...members }), { elicit: accept });
    expect((await failureOf(client.callTool('run'))).code).toBe('invalid_message');
    expect(asked).toHaveLength(1);
  });
});

describe('limits of input', () => {
  it('MR7: 10 rounds by default, or as many as are given', async () => {
    const endless = (): Reply => ({ resultType: 'input_required', inputRequests: { q: form() } });
    const { client, asked } = await play(endless, { elicit: accept });
    expect(await failureOf(client.callTool('run'))).toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('limits.inputRounds') as string,
    });
    expect(asked).toHaveLength(11);
    const tight = await play(endless, { elicit: accept, limits: { inputRounds: 2 } });
    expect((await failureOf(tight.client.callTool('run'))).code).toBe('limit_exceeded');
    expect(tight.asked).toHaveLength(3);
  });

  it('100 questions a round, and none is asked when there are more', async () => {
    const elicit = vi.fn(accept);
    const many = (count: number): Questions => Object.fromEntries(Array.from({ length: count }, (_, i) => [i, form()]));
    const { client } = await play(asking(many(101)), { elicit });
    expect((await failureOf(client.callTool('run'))).message).toContain('limits.inputRequests');
    expect(elicit).not.toHaveBeenCalled();
    await (await play(asking(many(100)), { elicit })).client.callTool('run');
    expect(elicit).toHaveBeenCalledTimes(100);
  });

  it('MR7: 1,048,576 characters of requestState', async () => {
    const exact = await play(asking({ q: form() }, 's'.repeat(1_048_576)), { elicit: accept });
    await exact.client.callTool('run');
    const over = await play(asking({ q: form() }, 's'.repeat(1_048_577)), { elicit: accept });
    expect((await failureOf(over.client.callTool('run'))).message).toContain('limits.requestState');
    expect(over.asked).toHaveLength(1);
  });

  it.each([{}, { inputRequests: {} }])('a server that only waits (%j) is asked less and less often', async (waits) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { client, asked } = await play(({ params }) =>
        asked.length < 4
          ? { resultType: 'input_required', requestState: String(params['requestState']), ...waits }
          : {},
      );
      const state = { over: false };
      const call = client.callTool('run').finally(() => (state.over = true));
      await vi.waitUntil(() => asked.length === 2);
      expect(state.over).toBe(false);
      for (; !state.over; await new Promise((resolve) => setImmediate(resolve)))
        await vi.advanceTimersByTimeAsync(1000);
      await call;
      expect(asked).toHaveLength(4);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a question that cannot be answered', () => {
  const cases: readonly [string, { method: string; params?: object }, string, ConnectOptions?][] = [
    ['a form', form(), 'elicit'],
    ['a page', page('https://a.test/'), 'elicitUrl'],
    ['a form, where only pages can be', form(), 'elicit', { elicitUrl: () => ({ action: 'accept' }) }],
    ['sampling', { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } }, 'sample'],
    [
      'sampling with tools',
      { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1, tools: [] } },
      'capabilities: { sampling: { tools: {} } }',
      { sample: () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: '' } }) },
    ],
    ['roots', { method: 'roots/list' }, 'roots'],
  ];

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow
  it.each(cases)('%s: missing_capability that names the option', async (_name, question, option, options = {}) => {
    const { client, asked } = await play(asking({ q: question }), options);
    const error = await failureOf(client.callTool('run'));
    expect(error.code).toBe('missing_capability');
    expect(error.message).toContain(option);
    expect(asked).toHaveLength(1);
  });

  it('has none of its round asked', async () => {
    const elicit = vi.fn(accept);
    const { client } = await play(asking({ a: form(), b: { method: 'roots/list' } }), { elicit });
    expect((await failureOf(client.callTool('run'))).code).toBe('missing_capability');
    expect(elicit).not.toHaveBeenCalled();
  });

  it.each<[string, unknown]>([
    ['of an unknown method', { method: 'tools/call', params: {} }],
    ['of an unknown mode', { method: 'elicitation/create', params: { mode: 'voice', message: 'x' } }],
    ['that is no object', 'roots/list'],
    ['whose params are no object', { method: 'elicitation/create', params: [] }],
    ['without a message', { method: 'elicitation/create', params: { requestedSchema: { properties: {} } } }],
    ['without a schema', { method: 'elicitation/create', params: { message: 'x' } }],
    ['whose required is no list', form({ properties: {}, required: {} })],
  ])('%s is invalid_message', async (_name, question) => {
    const { client } = await play(asking({ q: question as Questions[string] }), { elicit: accept, roots: [] });
    expect((await failureOf(client.callTool('run'))).code).toBe('invalid_message');
  });

  it('is seen as it is by a request that asks for raw results', async () => {
    const result = { resultType: 'input_required', inputRequests: { q: form() }, requestState: 's' };
    const { client } = await play(() => result);
    expect(await client.request('tools/call', { name: 'run' }, { raw: true })).toEqual(result);
    expect((await failureOf(client.request('tools/call', { name: 'run' }))).code).toBe('missing_capability');
  });
});

describe('a form', () => {
  const filled = async (schema: object, content: object | undefined): Promise<unknown> => {
    const { client, asked } = await play(asking({ q: form(schema) }), {
      elicit: () => ({ action: 'accept', ...(content && { content: content as Record<string, string> }) }),
    });
    await client.callTool('run');
    const { q } = asked[1]!.params['inputResponses'] as { q: { content: unknown } };
    return q.content;
  };

  const properties = {
    name: { type: 'string', default: 'John' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive'], default: 'active' },
    verified: { type: 'boolean', default: true },
    colors: { type: 'array', items: { type: 'string', enum: ['red', 'blue'] }, default: ['red'] },
  };

  // spec: client/elicitation#requested-schema.1 client/elicitation#elicitation-requests.2
  it('SEP-1034: fills in the defaults of what was left out', async () => {
    const defaults = { name: 'John', age: 30, score: 95.5, status: 'active', verified: true, colors: ['red'] };
    expect(await filled({ properties }, undefined)).toEqual(defaults);
    expect(await filled({ properties }, { name: 'Jane', verified: false })).toEqual({
      ...defaults,
      name: 'Jane',
      verified: false,
    });
  });

  it('leaves empty what was left empty on purpose', async () => {
    expect(await filled({ properties }, { name: undefined })).not.toHaveProperty('name');
  });

  it('has defaults for accepted forms alone', async () => {
    const { client, asked } = await play(asking({ q: form({ properties }) }), {
      elicit: () => ({ action: 'decline' }),
    });
    await client.callTool('run');
    expect(asked[1]?.params['inputResponses']).toEqual({ q: { action: 'decline' } });
  });

  // spec: client/elicitation#elicitation-requests
  it('is one also with mode form', async () => {
    const { params, ...rest } = form();
    const { client, asked } = await play(asking({ q: { ...rest, params: { ...params, mode: 'form' } } }), {
      elicit: accept,
    });
    await client.callTool('run');
    expect(asked).toHaveLength(2);
  });

  const rows: readonly [field: object, good: unknown[], bad: unknown[]][] = [
    [{ type: 'string' }, ['', 'text'], [5, true, null, ['a'], {}]],
    [{ type: 'string', minLength: 2, maxLength: 3 }, ['ab', 'abc', '🙂🙂'], ['a', 'abcd', '🙂']],
    [{ type: 'string', format: 'email' }, ['a@b.test'], ['a', 'a@', '@b', 'a b@c.test']],
    [{ type: 'string', format: 'uri' }, ['https://a.test/', 'urn:x:y'], ['a', '//a.test/', 'http://[']],
    [
      { type: 'string', format: 'date' },
      ['2026-02-28'],
      ['2026-02-30', '2026-13-01', '28.2.2026', '2026-02-28T00:00:00Z'],
    ],
    [
      { type: 'string', format: 'date-time' },
      ['2026-02-28T10:00:00Z', '2026-02-28T10:00:00.5+02:00'],
      ['2026-02-28', '2026-02-30T10:00:00Z', '2026-02-28 10:00'],
    ],
    [{ type: 'string', format: 'unheard-of' }, ['anything'], []],
    [{ type: 'string', enum: ['a', 'b'], enumNames: ['A', 'B'] }, ['a'], ['A', 'c', '']],
    [{ type: 'string', oneOf: [{ const: '#f00', title: 'Red' }] }, ['#f00'], ['Red']],
    [{ type: 'number', minimum: 0, maximum: 1 }, [0, 0.5, 1], [-0.1, 1.1, '1', Number.NaN, Infinity]],
    [{ type: 'integer' }, [0, -7], [0.5, '1', true]],
    [{ type: 'boolean' }, [true, false], ['true', 0]],
    [
      { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string', enum: ['a', 'b', 'c'] } },
      [['a'], ['a', 'b']],
      [[], ['a', 'b', 'c'], ['d'], 'a', [1]],
    ],
    [{ type: 'array', items: { anyOf: [{ const: 'a', title: 'A' }] } }, [['a'], []], [['A']]],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, ['x', 5], []],
  ];

  // spec: client/elicitation#form-mode-security.2
  it.each(rows)('is checked before it is sent: %j', async (field, good, bad) => {
    const schema = { properties: { field }, required: ['field'] };
    for (const value of good) expect(await filled(schema, { field: value })).toEqual({ field: value });
    for (const value of bad) {
      const error = await failureOf(filled(schema, { field: value }));
      expect([value, error.code]).toEqual([value, 'internal']);
      expect(error.message).toContain('field');
    }
  });

  it('misses what is required and has no default', async () => {
    const error = await failureOf(filled({ properties: { a: { type: 'string' } }, required: ['a'] }, {}));
    expect(error.message).toContain('a is missing');
  });

  it('has no default where the server writes null for none', async () => {
    const schema = { properties: { a: { type: 'string', default: null }, b: { type: 'integer', default: 1 } } };
    expect(await filled(schema, {})).toEqual({ b: 1 });
  });

  it('has members named like those of every object', async () => {
    const schema = JSON.parse(
      '{"properties":{"__proto__":{"type":"string","default":"x"},"toString":{"type":"string"}}}',
    );
    const content = await filled(schema as object, {});
    expect(JSON.stringify(content)).toBe('{"__proto__":"x"}');
  });

  it.each([undefined, 'yes', {}, { action: 'maybe' }, { action: 'accept', content: 'text' }])(
    'answered with %j fails the call',
    async (answer) => {
      const { client, asked } = await play(asking({ q: form() }), { elicit: () => answer as never });
      expect((await failureOf(client.callTool('run'))).code).toBe('internal');
      expect(asked).toHaveLength(1);
    },
  );
});

describe('EL3: a page to open', () => {
  const opened = async (url: unknown): Promise<unknown> => {
    let seen: unknown;
    const { client } = await play(asking({ q: page(url) }), {
      elicitUrl: (request) => {
        seen = request;
        return { action: 'accept' };
      },
    });
    await client.callTool('run');
    return seen;
  };

  // spec: client/elicitation#safe-url-handling.6 client/elicitation#safe-url-handling.7
  it('is shown to the handler with its host, and nothing but the server is asked', async () => {
    const { client, asked } = await play(asking({ q: page('https://mcp.test/set?key=1') }), {
      elicitUrl: (request) => {
        expect(request).toEqual({ message: 'Go', url: 'https://mcp.test/set?key=1', host: 'mcp.test', warnings: [] });
        return { action: 'accept' };
      },
    });
    await client.callTool('run');
    expect(asked).toHaveLength(2);
    // spec: client/elicitation#url-mode-elicitation-requests
    expect(asked[1]?.params['inputResponses']).toEqual({ q: { action: 'accept' } });
  });

  // spec: client/elicitation#safe-url-handling
  it('comes with warnings where it is not encrypted or its name may imitate another', async () => {
    expect(await opened('http://localhost:8080/x')).toMatchObject({ host: 'localhost:8080', warnings: ['http'] });
    expect(await opened('https://аpple.test/')).toMatchObject({ host: 'xn--pple-43d.test', warnings: ['punycode'] });
  });

  // spec: client/elicitation#safe-url-handling.5
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '\tjavascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'ms-msdt:x',
    'blob:https://a.test/x',
    '--upload-pack=x',
    'https://user:secret@a.test/',
    'https://good.test@evil.test/',
    'http://a%0d%0aX:',
    '',
    '/relative',
    5,
    undefined,
    `https://a.test/${'x'.repeat(8192)}`,
  ])('%j is refused before anybody sees it', async (url) => {
    const elicitUrl = vi.fn(() => ({ action: 'accept' }) as const);
    const { client, asked } = await play(asking({ q: page(url) }), { elicitUrl });
    expect((await failureOf(client.callTool('run'))).code).toBe('invalid_message');
    expect(elicitUrl).not.toHaveBeenCalled();
    expect(asked).toHaveLength(1);
  });

  it('is normalised, so that no quote, control character or reversed text is left in it', async () => {
    const { url } = (await opened('https://a.test/"<x>`\u0000\u202e y')) as { url: string };
    expect(url).toMatch(/^https:\/\/a\.test\/[\x21-\x7e]*$/);
    expect(url).not.toMatch(/["<>`\s]/);
  });
});

describe('sampling and roots', () => {
  const sampling = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 5, systemPrompt: 's' } };
  const answer = {
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'Paris' },
    stopReason: 'endTurn',
  } as const;

  // spec: client/sampling#creating-messages
  it('sample gets the params and its answer is sent', async () => {
    const sample = vi.fn(() => answer);
    const { client, asked } = await play(asking({ q: sampling }), { sample });
    await client.callTool('run');
    expect(sample).toHaveBeenCalledWith(sampling.params, expect.anything());
    expect(asked[1]?.params['inputResponses']).toEqual({ q: answer });
  });

  it('sample may get tools where that is declared', async () => {
    const withTools = { ...sampling, params: { ...sampling.params, tools: [], toolChoice: { mode: 'auto' } } };
    const { client, asked } = await play(asking({ q: withTools }), {
      sample: () => answer,
      capabilities: { sampling: { tools: {} } },
    });
    await client.callTool('run');
    expect(asked).toHaveLength(2);
  });

  // spec: client/sampling#messages.1 client/sampling#security-considerations.2
  it.each([undefined, {}, { role: 'assistant', content: { type: 'text', text: '' } }])(
    'sample must not answer %j',
    async (bad) => {
      const { client } = await play(asking({ q: sampling }), { sample: () => bad as never });
      expect((await failureOf(client.callTool('run'))).code).toBe('internal');
    },
  );

  // spec: client/roots#listing-roots
  it('roots are a list or a function', async () => {
    const roots = [{ uri: 'file:///home/project', name: 'Project' }];
    for (const given of [roots, () => roots, async () => roots]) {
      const { client, asked } = await play(asking({ q: { method: 'roots/list' } }), { roots: given });
      await client.callTool('run');
      expect(asked[1]?.params['inputResponses']).toEqual({ q: { roots } });
    }
  });

  // spec: client/roots#root.1 client/roots#security-considerations.2
  it.each([
    'https://a.test/',
    '/home/project',
    'file:/home',
    'file:///home/../etc',
    'file:///home/%2e%2e/etc',
    'file:///home/..%2fetc',
    'file:///home\\..\\etc',
    'file:///..',
    5,
  ])('RO1: the root %j is not sent', async (uri) => {
    const { client, asked } = await play(asking({ q: { method: 'roots/list' } }), { roots: [{ uri: uri as string }] });
    expect((await failureOf(client.callTool('run'))).code).toBe('internal');
    expect(asked).toHaveLength(1);
  });
});

describe('a handler', () => {
  it('that throws fails the call, with what it threw as the cause', async () => {
    const cause = new Error('no window');
    const { client, asked } = await play(asking({ q: form() }), {
      elicit: () => {
        throw cause;
      },
    });
    expect(await failureOf(client.callTool('run'))).toMatchObject({ code: 'internal', cause });
    expect(asked).toHaveLength(1);
  });

  it('is told when another question of its round has failed', async () => {
    const told = gate<unknown>();
    const { client } = await play(asking({ a: form(), b: { method: 'roots/list' } }), {
      elicit: async (_form, { signal }) => {
        told.open(await aborted(signal));
        return { action: 'cancel' };
      },
      roots: () => Promise.reject(new Error('no roots')),
    });
    expect((await failureOf(client.callTool('run'))).message).toContain('no roots');
    await told.opened;
  });

  it.each<[McpErrorCode, string]>([
    ['aborted', 'when the call is aborted'],
    ['closed', 'when the client is closed'],
  ])('is left with %s %s, and its signal aborts', async (code) => {
    const controller = new AbortController();
    const asked = gate();
    const told = gate<unknown>();
    const { client } = await play(asking({ q: form() }), {
      elicit: async (_form, { signal }) => {
        asked.open();
        told.open(await aborted(signal));
        return new Promise(() => {});
      },
    });
    const call = failureOf(client.callTool('run', {}, { signal: controller.signal }));
    await asked.opened;
    if (code === 'aborted') controller.abort();
    else await client.close();
    expect((await call).code).toBe(code);
    expect(await told.opened).toMatchObject({ code });
  });

  it('may take as long as it likes: time limits count one exchange, and stop while it runs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const asked = gate();
      const answer = gate();
      const slow = openStream();
      const { client } = await play(
        ({ params }) =>
          params['inputResponses'] === undefined
            ? { resultType: 'input_required', inputRequests: { q: form() } }
            : slow.response,
        {
          elicit: async () => {
            asked.open();
            await answer.opened;
            return { action: 'decline' };
          },
        },
      );
      const call = failureOf(client.callTool('run', {}, { timeoutMs: 1000, maxTotalTimeoutMs: 2000 }));
      await asked.opened;
      await vi.advanceTimersByTimeAsync(3_600_000);
      answer.open();
      // The second exchange has the limits to itself.
      await vi.waitUntil(() => vi.getTimerCount() > 0);
      await vi.advanceTimersByTimeAsync(1000);
      expect((await call).code).toBe('timeout');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('an extension', () => {
  it('is declared, hears notifications, mirrors names and makes results of its types complete', async () => {
    const heard: unknown[] = [];
    const { client, asked } = await play(
      ({ id, method, params }) => {
        if (method === 'parcels/get') return { content: [{ type: 'text', text: String(params['parcelId']) }] };
        const stream = openStream();
        stream.send({ method: 'parcels/sent', params: { parcelId: 'p1' } });
        stream.send({ id, result: { resultType: 'com.example/parcel', parcelId: 'p1' } });
        stream.end();
        return stream.response;
      },
      {
        extensions: [
          {
            id: 'com.example/parcels',
            settings: { size: 'big' },
            headerName: { 'parcels/get': 'parcelId' },
            notifications: { 'parcels/sent': (params) => heard.push(params) },
            resultTypes: {
              'com.example/parcel': ({ parcelId }, ctx) => ctx.request('parcels/get', { parcelId }),
            },
          },
        ],
      },
    );
    const result = await client.callTool('send');
    expect(result.content).toEqual([{ type: 'text', text: 'p1' }]);
    expect(heard).toEqual([{ parcelId: 'p1' }]);
    expect(asked[1]?.headers.get('mcp-name')).toBe('p1');
    expect(asked[0]?.params._meta['io.modelcontextprotocol/clientCapabilities']).toEqual({
      extensions: { 'com.example/parcels': { size: 'big' } },
    });
  });

  it('may answer questions with the handlers of the client, and take as long as it likes', async () => {
    const { client } = await play(() => ({ resultType: 'com.example/asks' }), {
      elicit: accept,
      extensions: [
        {
          id: 'com.example/asks',
          resultTypes: {
            'com.example/asks': async (_result, ctx) => ({ content: [], answers: await ctx.answer({ q: form() }) }),
          },
        },
      ],
    });
    expect(await client.callTool('run')).toMatchObject({
      answers: { q: { action: 'accept', content: { name: 'octocat' } } },
    });
  });

  it('may wrap every call', async () => {
    const { client, asked } = await play(() => ({}), {
      extensions: [
        {
          id: 'com.example/wrap',
          wrapCall: (next) => (call, ctx) => next({ ...call, params: { ...call.params, wrapped: true } }, ctx),
        },
      ],
    });
    await client.request('x');
    expect(asked[0]?.params).toMatchObject({ wrapped: true });
  });

  // spec: basic/versioning#extension-negotiation.1
  it.each(['parcels', '/x', 'com..example/x', '1com/x', 'com.example/-x', ''])(
    'with the id %j is refused',
    async (id) => {
      await expect(play(() => ({}), { extensions: [{ id }] })).rejects.toThrow(TypeError);
    },
  );

  it('comes once', async () => {
    await expect(play(() => ({}), { extensions: [{ id: 'a/b' }, { id: 'a/b' }] })).rejects.toThrow('comes twice');
  });

  it('that always answers with its own type comes to the limit of rounds', async () => {
    const again = { resultType: 'com.example/again' };
    const { client } = await play(() => again, {
      extensions: [{ id: 'a/b', resultTypes: { 'com.example/again': () => again } }],
    });
    expect((await failureOf(client.callTool('run'))).code).toBe('limit_exceeded');
  });
});
