// @ts-check
// The server that the suite talks to.
import { image, McpServer, text, ToolError } from 'mcpwire/server';
import { Marks } from './marks.mjs';
import { object } from './schema.mjs';

/** A server without callers yet. */
export function createServer() {
  const marks = new Marks();

  const server = new McpServer(
    { name: 'suite', version: '1.2.3', instructions: 'Only for tests.' },
    {
      onError: (_error, _ctx, errorId) => marks.add(`onError ${errorId}`),
      // workerd, and Deno where head and body of a request came apart, find at the next write only that a caller has left.
      keepAliveMs: 250,
      limits: { silenceMs: 500 },
      secret: 'sealed for tests, the same in every isolate',
    },
  );

  return (
    server
      .tool('echo', { description: 'Says it again.', inputSchema: object({ text: 'string' }) }, ({ text }) => text)
      .tool('größe_📏', {}, () => 'named in more than ASCII')
      .tool(
        'add',
        { inputSchema: object({ a: 'number', b: 'number' }), outputSchema: object({ sum: 'number' }) },
        ({ a, b }) => ({ sum: a + b }),
      )
      // Answers out of order, by `n`; with one progress notification before the answer where the caller wants it.
      .tool('ticket', { inputSchema: object({ n: 'number', stub: 'string' }) }, async ({ n, stub }, ctx) => {
        await ctx.progress(n, undefined, stub);
        await new Promise((resolve) => setTimeout(resolve, n % 7));
        return `${n}:${stub}`;
      })
      .tool(
        'count',
        { inputSchema: object({ to: 'number' }), outputSchema: object({ counted: 'number' }) },
        async ({ to }, ctx) => {
          for (let n = 1; n <= to; n++) await ctx.progress(n, to, `step ${n}`);
          return { counted: to };
        },
      )
      // Goes on only when its caller has heard of the step before.
      .tool('lockstep', { inputSchema: object({ key: 'string', steps: 'number' }) }, async ({ key, steps }, ctx) => {
        for (let n = 1; n <= steps; n++) {
          await ctx.progress(n, steps);
          await marks.until(`${key} heard ${n}`, ctx.signal);
        }
        return 'done';
      })
      .tool('announce', { inputSchema: object({ text: 'string' }) }, async ({ text }, ctx) => {
        await ctx.notify('suite/announcement', { text, n: 1 });
        await ctx.notify('suite/announcement', { text, n: 2 });
        return 'announced';
      })
      // Never ends by itself.
      .tool('wait', { inputSchema: object({ key: 'string', speak: 'boolean' }) }, async ({ key, speak }, ctx) => {
        const { signal } = ctx;
        if (speak) await ctx.notify('suite/waiting', { key });
        marks.add(`${key} waiting`);
        await aborted(signal);
        marks.add(`${key} aborted`);
        throw signal.reason;
      })
      .tool('refuse', {}, () => {
        throw new ToolError('There is no such job.');
      })
      .tool('crash', {}, () => {
        throw new Error('password=hunter2');
      })
      .tool('whoami', {}, (_args, ctx) => JSON.stringify({ auth: ctx.auth ?? null, platform: ctx.platform ?? null }))
      // Asks twice, and does something once.
      .tool('order', { inputSchema: object({ item: 'string' }) }, async ({ item }, ctx) => {
        const number = await ctx.once('number', () => crypto.randomUUID());
        const size = await ctx.elicit(`Which size of ${item}?`, object({ size: 'string' }), { key: 'size' });
        if (size.action !== 'accept') return `${number}: ${size.action}`;
        const sure = await ctx.elicit(`${size.content.size}?`, object({ sure: 'boolean' }), { key: 'sure' });
        return `${number}: ${item} ${size.content.size} ${sure.action === 'accept' && sure.content.sure}`;
      })
      .tool('survey', {}, async (_args, ctx) => {
        const roots = await ctx.roots();
        const messages = [{ role: /** @type {const} */ ('user'), content: text('Well?') }];
        const { content } = await ctx.sample({ messages, maxTokens: 9 });
        return `${JSON.stringify(roots.map(({ uri }) => uri))} ${JSON.stringify(content)}`;
      })
      .tool('talk', {}, async (_args, ctx) => {
        for (const level of /** @type {const} */ (['debug', 'info', 'error'])) await ctx.log(level, level);
        return 'said';
      })
      // Hangs up first, where there is a way to come back.
      .tool('leave', { inputSchema: object({ key: 'string' }) }, async ({ key }, ctx) => {
        await ctx.detach({ retryMs: 20 });
        await marks.until(`${key} fetched`, ctx.signal);
        return 'fetched';
      })
      .resource('suite://readme', { name: 'readme', mimeType: 'text/markdown', size: 7 }, () => '# Suite')
      .resource('suite://pixel', { name: 'pixel', mimeType: 'image/png' }, () => new Uint8Array([0, 1, 254, 255]))
      .resource(
        'suite://users/{id}{/rest*}',
        {
          name: 'user',
          complete: { id: (value) => Array.from({ length: 150 }, (_, n) => `${value}${n}`) },
          list: ({ cursor }) =>
            cursor === undefined
              ? { resources: [{ uri: 'suite://users/1', name: 'one' }], nextCursor: '' }
              : { resources: [{ uri: 'suite://users/2', name: 'two' }] },
        },
        ({ id, rest }) => (id === 'nobody' ? undefined : JSON.stringify([id, ...rest])),
      )
      .prompt(
        'grüße',
        { argsSchema: object({ name: 'string' }), complete: { name: ['Anna', 'anton', 'Berta'] } },
        ({ name }) => [
          { role: 'user', content: text(`Grüße ${name}!`) },
          { role: 'assistant', content: image(new Uint8Array([255]), 'image/png') },
        ],
      )
      .method('suite/echo', {}, (params) => ({ params }))
      .method('suite/checked', { params: object({ n: 'number' }) }, ({ n }) => ({ n }))
      .method('suite/fail', {}, (_params, ctx) => {
        throw ctx.error(1001, 'No such job', { data: { job: 7 }, status: 404 });
      })
      .method('suite/until', { params: object({ mark: 'string' }) }, async ({ mark }, ctx) => {
        await marks.until(mark, ctx.signal);
        return { mark };
      })
      .method('suite/job', { params: object({ key: 'string', steps: 'number' }) }, async ({ key, steps }, ctx) => {
        await ctx.respond({ status: 'started' });
        for (let n = 1; n <= steps; n++) {
          await marks.until(`${key} heard ${n - 1}`, ctx.signal);
          await ctx.notify('suite/progress', { n });
        }
        await ctx.notify('suite/completed', { final: 'Success' });
      })
      .notification('suite/change', { params: object({ kind: 'string', uri: 'string' }) }, ({ kind, uri }) => {
        if (kind === 'tools') server.notify.toolsChanged();
        else if (kind === 'prompts') server.notify.promptsChanged();
        else server.notify.resourceUpdated(uri);
      })
      .notification('suite/mark', { params: object({ mark: 'string' }) }, ({ mark }) => marks.add(mark))
  );
}

/** @param {AbortSignal} signal */
function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', resolve, { once: true });
  });
}
