// @ts-check
import { equal, ok, rejects } from './assert.mjs';
import { Events, finish, old, OldSession } from './legacy-wire.mjs';
import { createServer } from './server.mjs';
import { inMemory } from './targets.mjs';

const REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const NEWEST = '2025-11-25';
const SIZE = { type: 'object', properties: { size: { type: 'string' } }, required: ['size'] };

/**
 * Peers of revisions before 2026-07-28.
 *
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
export function addLegacyTests(test, target) {
  const { connect, fetch, url } = target;

  test('legacy: a client of each older revision shakes hands, lists, calls and leaves', async () => {
    for (const protocolVersion of REVISIONS) {
      const client = await connect({ protocolVersion });
      equal(
        [client.server.era, client.server.protocolVersion, client.server.info?.name],
        ['legacy', protocolVersion, 'suite'],
      );
      ok(
        (await client.listTools()).some(({ name }) => name === 'größe_📏'),
        'a tool',
      );
      equal((await client.callTool('echo', { text: 'ü' })).content, [{ type: 'text', text: 'ü' }]);
      await rejects(client.request('suite/fail'), { code: 'rpc_error', rpcCode: 1001, data: { job: 7 } });
      await client.close();
    }
  });

  test('legacy: a structured value goes to revisions that know it, its JSON to all', async () => {
    for (const version of REVISIONS) {
      const session = await OldSession.open(target, { version });
      const { tools } = (await (await session.ask('tools/list')).json()).result;
      const add = tools.find((/** @type {any} */ { name }) => name === 'add');
      const { result } = await (await session.call('add', { a: 1, b: 2 })).json();
      const known = version >= '2025-06-18';
      equal(
        [add.outputSchema !== undefined, result.structuredContent],
        [known, known ? { sum: 3 } : undefined],
        version,
      );
      equal([result.content, result.resultType], [[{ type: 'text', text: '{"sum":3}' }], undefined], version);
      equal(await session.end(), 204);
    }
  });

  test('legacy: a session by hand, from initialize to DELETE', async () => {
    const session = await OldSession.open(target);
    ok(/^[\x21-\x7e]+$/.test(session.id), session.id);
    equal([session.greeting.serverInfo.name, session.greeting.instructions], ['suite', 'Only for tests.']);
    const response = await session.call('echo', { text: 'hello' });
    equal([response.status, response.headers.get('content-type')], [200, 'application/json']);
    equal(await response.json(), { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'hello' }] } });
    equal((await (await session.ask('ping')).json()).result, {});
    equal(await session.end(), 204);
    equal(await finish(await session.call('echo', { text: 'late' })), 404);
  });

  test('legacy: a stream has event ids, and is primed since 2025-11-25', async () => {
    for (const version of [NEWEST, '2025-06-18']) {
      const session = await OldSession.open(target, { version });
      const stream = new Events(await session.call('count', { to: 2 }, { progressToken: 'p' }));
      if (version === NEWEST) {
        const first = await stream.next();
        equal([first?.data, /^\S+$/.test(first?.id ?? ''), /^\d+$/.test(first?.retry ?? '')], ['', true, true]);
      }
      const ids = new Set();
      for (const n of [1, 2]) {
        const event = await stream.next();
        const { method, params } = JSON.parse(event?.data ?? '');
        equal([method, params.progressToken, params.progress, params.total], ['notifications/progress', 'p', n, 2]);
        equal(params.message, version >= '2025-03-26' ? `step ${n}` : undefined);
        ids.add(event?.id);
      }
      const last = await stream.next();
      equal(JSON.parse(last?.data ?? '').result.content, [{ type: 'text', text: '{"counted":2}' }]);
      ids.add(last?.id);
      equal([ids.size, ids.has(undefined), await stream.next()], [3, false, undefined]);
      equal(await session.end(), 204);
    }
  });

  test('legacy: questions go over the stream, and are answered by other requests', async () => {
    const session = await OldSession.open(target, { capabilities: { elicitation: {}, sampling: {}, roots: {} } });
    const stream = new Events(await session.call('order', { item: 'coat' }));
    const size = await stream.message();
    equal(
      [size.method, size.params.message, size.params.requestedSchema],
      ['elicitation/create', 'Which size of coat?', SIZE],
    );
    await session.answer(size.id, { action: 'accept', content: { size: 'L' } });
    const sure = await stream.message();
    equal(sure.params.message, 'L?');
    await session.answer(sure.id, { action: 'accept', content: { sure: true } });
    const { id, result } = await stream.message();
    equal([id, result.content[0].text.endsWith(': coat L true'), await stream.next()], [1, true, undefined]);

    const other = new Events(await session.call('survey'));
    const roots = await other.message();
    equal(roots.method, 'roots/list');
    await session.answer(roots.id, { roots: [{ uri: 'file:///r' }] });
    const sample = await other.message();
    equal([sample.method, sample.params.maxTokens], ['sampling/createMessage', 9]);
    await session.answer(sample.id, { role: 'assistant', model: 'm', content: { type: 'text', text: 'Hm.' } });
    equal((await other.message()).result.content, [
      { type: 'text', text: '["file:///r"] {"type":"text","text":"Hm."}' },
    ]);
    equal(await session.end(), 204);
  });

  test('legacy: the handlers of a client answer what an older server asks', async () => {
    /** @type {any[]} */
    const asked = [];
    const client = await connect({
      protocolVersion: NEWEST,
      elicit: ({ message }) => {
        asked.push(message);
        return { action: 'accept', content: asked.length === 1 ? { size: 'M' } : { sure: false } };
      },
      roots: () => [{ uri: 'file:///home' }],
      sample: () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'Yes.' } }),
    });
    const { content } = await client.callTool('order', { item: 'hat' });
    equal([asked, JSON.stringify(content).includes(': hat M false')], [['Which size of hat?', 'M?'], true]);
    equal((await client.callTool('survey')).content, [
      { type: 'text', text: '["file:///home"] {"type":"text","text":"Yes."}' },
    ]);
    await client.close();
  });

  test('legacy: a notification cancels a call: its handler is told, and there is no response', async () => {
    const session = await OldSession.open(target);
    const key = crypto.randomUUID();
    const stream = new Events(await session.call('wait', { key, speak: true }));
    equal((await stream.message()).method, 'suite/waiting');
    equal(await session.tell('notifications/cancelled', { requestId: 1, reason: 'enough' }), 202);
    equal(await stream.messages(), []);
    equal(await finish(await session.ask('suite/until', { mark: `${key} aborted` })), 200);
    equal(await session.end(), 204);
  });

  test('legacy: an aborted call of a client ends its handler, and so does closing the client', async () => {
    const witness = await connect({ protocolVersion: NEWEST });
    for (const how of ['abort', 'close']) {
      const client = await connect({ protocolVersion: '2025-06-18' });
      const key = crypto.randomUUID();
      const controller = new AbortController();
      const call = rejects(client.callTool('wait', { key, speak: false }, { signal: controller.signal }), {
        code: how === 'abort' ? 'aborted' : 'closed',
      });
      await witness.request('suite/until', { mark: `${key} waiting` });
      if (how === 'abort') controller.abort();
      else await client.close();
      await call;
      await witness.request('suite/until', { mark: `${key} aborted` });
      await client.close();
    }
    await witness.close();
  });

  test('legacy: a session sets how much is logged, until then it is info', async () => {
    const session = await OldSession.open(target);
    const levels = async () => {
      const response = await session.call('talk');
      if (response.headers.get('content-type') === 'application/json')
        return (await response.json()).result ? [] : ['?'];
      const messages = await new Events(response).messages();
      return messages.flatMap(({ method, params }) => (method === 'notifications/message' ? [params.level] : []));
    };
    equal(await levels(), ['info', 'error']);
    for (const [level, heard] of /** @type {[string, string[]][]} */ ([
      ['debug', ['debug', 'info', 'error']],
      ['error', ['error']],
      ['emergency', []],
    ])) {
      equal((await (await session.ask('logging/setLevel', { level })).json()).result, {});
      equal(await levels(), heard, level);
    }
    equal(await session.end(), 204);
  });

  test('legacy: the session has one stream of its own, and hears of changes there', async () => {
    const session = await OldSession.open(target);
    const stream = new Events(await session.follow());
    equal((await stream.next())?.data, '');
    equal(await finish(await session.follow()), 409);
    const other = await OldSession.open(target);
    await other.tell('suite/change', { kind: 'tools', uri: '' });
    equal((await stream.message()).method, 'notifications/tools/list_changed');
    const uri = 'suite://readme';
    equal((await (await session.ask('resources/subscribe', { uri })).json()).result, {});
    for (let n = 0; n < 3; n++) {
      await other.tell('suite/change', { kind: 'resource', uri });
      const { method, params } = await stream.message();
      equal([method, params.uri], ['notifications/resources/updated', uri]);
    }
    equal((await (await session.ask('resources/unsubscribe', { uri })).json()).result, {});
    await other.tell('suite/change', { kind: 'resource', uri });
    await other.tell('suite/change', { kind: 'prompts', uri: '' });
    equal((await stream.message()).method, 'notifications/prompts/list_changed');
    equal(await session.end(), 204);
    equal(await stream.messages(), []);
    equal(await other.end(), 204);
  });

  test('legacy: a session whose stream was cut opens another one and hears of changes again', async () => {
    const session = await OldSession.open(target);
    const first = new Events(await session.follow());
    await first.next();
    await first.cut();
    /** @type {Response} */
    let response;
    // The server may learn of the cut only with its next write.
    while ((response = await session.follow()).status === 409) await finish(response);
    const second = new Events(response);
    await second.next();
    await session.tell('suite/change', { kind: 'tools', uri: '' });
    equal((await second.message()).method, 'notifications/tools/list_changed');
    equal(await session.end(), 204);
    equal(await second.messages(), []);
  });

  test('legacy: a call whose stream was cut goes on, and the rest is got by GET', async () => {
    const session = await OldSession.open(target);
    const key = crypto.randomUUID();
    const stream = new Events(await session.call('lockstep', { key, steps: 3 }, { progressToken: 1 }));
    equal((await stream.message()).params.progress, 1);
    await stream.cut();
    await session.tell('suite/mark', { mark: `${key} heard 1` });
    const rest = new Events(await session.follow(stream.lastId));
    equal((await rest.message()).params.progress, 2);
    await session.tell('suite/mark', { mark: `${key} heard 2` });
    equal((await rest.message()).params.progress, 3);
    await session.tell('suite/mark', { mark: `${key} heard 3` });
    const { id, result } = await rest.message();
    equal([id, result.content, await rest.message()], [1, [{ type: 'text', text: 'done' }], undefined]);
    // It has seen it all.
    equal(await finish(await session.follow(rest.lastId)), 204);
    equal(await session.end(), 204);
  });

  test('legacy: a handler hangs up, and its client fetches the rest', async () => {
    const session = await OldSession.open(target);
    const key = crypto.randomUUID();
    const stream = new Events(await session.call('leave', { key }));
    let retry;
    for (let event; (event = await stream.next()) !== undefined;) {
      equal(event.data, '');
      retry = event.retry;
    }
    equal(retry, '20');
    const rest = new Events(await session.follow(stream.lastId));
    await session.tell('suite/mark', { mark: `${key} fetched` });
    equal((await rest.message()).result.content, [{ type: 'text', text: 'fetched' }]);
    equal(await session.end(), 204);

    const client = await connect({ protocolVersion: NEWEST });
    const other = crypto.randomUUID();
    const call = client.callTool('leave', { key: other });
    await client.notify('suite/mark', { mark: `${other} fetched` });
    equal((await call).content, [{ type: 'text', text: 'fetched' }]);
    await client.close();
  });

  test('legacy: a resource that is not there is -32002', async () => {
    const client = await connect({ protocolVersion: '2025-06-18' });
    await rejects(client.readResource('suite://none'), { rpcCode: -32002, data: { uri: 'suite://none' } });
    equal((await client.readResource('suite://readme')).contents, [
      { uri: 'suite://readme', mimeType: 'text/markdown', text: '# Suite' },
    ]);
    await client.close();
  });

  test('legacy: a request without a session stands alone', async () => {
    for (const version of REVISIONS) {
      const message = { id: 7, method: 'tools/call', params: { name: 'echo', arguments: { text: 'alone' } } };
      const response = await fetch(url, old(message, { 'mcp-protocol-version': version }));
      equal([response.status, response.headers.get('mcp-session-id')], [200, null]);
      equal((await response.json()).result, { content: [{ type: 'text', text: 'alone' }] });
    }
    const batch = [1, 2].map((id) => ({ id, method: 'ping' }));
    const several = await fetch(url, old(batch, { 'mcp-protocol-version': '2025-03-26' }));
    equal((await several.json()).map((/** @type {any} */ { id }) => id).sort(), [1, 2]);
    const unknown = await fetch(
      url,
      old({ id: 1, method: 'ping' }, { 'mcp-protocol-version': NEWEST, 'mcp-session-id': 'x' }),
    );
    equal(await finish(unknown), 404);
  });

  test('legacy: client.listen hears of lists and resources', async () => {
    const client = await connect({ protocolVersion: NEWEST });
    const uri = 'suite://readme';
    const change = (/** @type {string} */ kind) => client.notify('suite/change', { kind, uri });
    const changes = client.listen(
      { toolsListChanged: true, resourceSubscriptions: [uri] },
      { onListening: () => void change('resource') },
    );
    equal(await changes.next(), { done: false, value: { type: 'resourceUpdated', uri } });
    const next = changes.next();
    await change('tools');
    equal(await next, { done: false, value: { type: 'toolsListChanged' } });
    await changes.return?.();
    await client.close();
  });

  test('legacy: a session is served by every server with the same secret, until it is changed on the way', async () => {
    const session = await OldSession.open(target, { version: '2025-06-18' });
    const twin = new OldSession(inMemory(createServer()), session.version, session.id);
    equal((await (await twin.call('echo', { text: 'twin' })).json()).result.content, [{ type: 'text', text: 'twin' }]);
    const at = session.id.length >> 1;
    const other = session.id[at] === 'A' ? 'B' : 'A';
    const forged = new OldSession(target, session.version, session.id.slice(0, at) + other + session.id.slice(at + 1));
    equal(await finish(await forged.call('echo', { text: 'forged' })), 404);
    equal(await session.end(), 204);
  });
}
