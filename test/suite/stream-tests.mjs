// @ts-check
import { equal, ok } from './assert.mjs';
import { events, modern } from './wire.mjs';

/**
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
export function addStreamTests(test, { connect, fetch, url }) {
  test('progress arrives while the tool runs, before its result', async () => {
    const client = await connect();
    const key = crypto.randomUUID();
    /** @type {unknown[]} */
    const heard = [];
    /** @type {Promise<void>[]} */
    const told = [];
    // The tool waits for each of these marks, so progress that came late would never come.
    const onProgress = (/** @type {{ progress: number }} */ { progress }) => {
      heard.push(progress);
      told.push(client.notify('suite/mark', { mark: `${key} heard ${progress}` }));
    };
    const result = await client.callTool('lockstep', { key, steps: 5 }, { onProgress });
    heard.push(result.content);
    await Promise.all(told);
    equal(heard, [1, 2, 3, 4, 5, [{ type: 'text', text: 'done' }]]);
    await client.close();
  });

  test('100 progress notifications arrive in order', async () => {
    const client = await connect();
    /** @type {unknown[]} */
    const heard = [];
    const result = await client.callTool('count', { to: 100 }, { onProgress: (progress) => heard.push(progress) });
    ok(result.isError !== true, 'isError');
    equal(result.structuredContent, { counted: 100 });
    equal(
      heard,
      Array.from({ length: 100 }, (_, n) => ({ progress: n + 1, total: 100, message: `step ${n + 1}` })),
    );
    await client.close();
  });

  test('notifications of a handler reach client.on in order, before the result', async () => {
    const client = await connect();
    /** @type {unknown[]} */
    const heard = [];
    client.on('suite/announcement', (params) => heard.push(params));
    const result = await client.callTool('announce', { text: 'ü' });
    heard.push(result.content);
    equal(heard, [{ text: 'ü', n: 1 }, { text: 'ü', n: 2 }, [{ type: 'text', text: 'announced' }]]);
    await client.close();
  });

  test('an answer is JSON until something is sent before it', async () => {
    const quiet = await fetch(url, modern('tools/call', { name: 'count', arguments: { to: 2 } }));
    equal([quiet.status, quiet.headers.get('content-type')], [200, 'application/json']);
    equal((await quiet.json()).result.structuredContent, { counted: 2 });

    const loud = await fetch(
      url,
      modern('tools/call', { name: 'count', arguments: { to: 2 } }, { id: 'one', progressToken: 0 }),
    );
    equal([loud.status, loud.headers.get('content-type')], [200, 'text/event-stream']);
    const [first, second, response, ...rest] = events(await loud.text());
    equal([first.params.progress, first.params.progressToken, second.params.progress], [1, 0, 2]);
    equal([response.id, response.result.structuredContent, rest], ['one', { counted: 2 }, []]);
  });

  test('a caller that accepts JSON only gets JSON', async () => {
    const request = modern(
      'tools/call',
      { name: 'count', arguments: { to: 2 } },
      { progressToken: 1, accept: 'application/json' },
    );
    const response = await fetch(url, request);
    equal(response.headers.get('content-type'), 'application/json');
    equal((await response.json()).result.structuredContent, { counted: 2 });
  });
}
