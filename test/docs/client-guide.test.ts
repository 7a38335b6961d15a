/** What docs/client.md shows, against real servers. */
import { createServer } from 'node:http';
import { afterAll, describe, expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { serve, type RunningServer } from 'mcpwire/node';
import { McpServer, type AuthInfo } from 'mcpwire/server';
import { calculator } from '../../examples/docs/calculator.ts';
import * as guide from '../../examples/docs/client.ts';
import { heard, methods } from '../../examples/docs/methods.ts';
import { guarded } from '../../examples/docs/middleware.ts';
import { importer } from '../../examples/docs/progress.ts';
import { listen } from '../helpers/adapters.ts';

const running = new Map<McpServer<unknown>, RunningServer>();

async function at(server: McpServer<unknown>): Promise<string> {
  const one = running.get(server) ?? (await serve(server));
  running.set(server, one);
  return one.url;
}

afterAll(() => Promise.all([...running.values()].map((one) => one.close())));

describe('connecting', () => {
  test('with and without the type of the server', async () => {
    expect(await guide.typed(await at(calculator))).toBe(3);
    const lines: string[] = [];
    await guide.untyped(await at(calculator), (line) => lines.push(line));
    expect(lines).toEqual(['add: Adds two numbers.', 'clear: Forgets everything.', '{"sum":3}']);
  });

  test('over a transport of your own', async () => {
    const counted: string[] = [];
    const client = await guide.overTransport(await at(calculator), (method) => counted.push(method));
    await client.listTools();
    await client.notify('anything');
    expect(counted).toEqual(['server/discover', 'tools/list', 'anything']);
    await client.close();
  });

  test('with headers', async () => {
    const client = await guide.headers(await at(guarded), 'secret');
    expect(client.server.info).toEqual({ name: 'guarded', version: '1.0.0' });
    await client.close();
  });

  test('with auth middleware that renews a token after a 401', async () => {
    let valid = 'first';
    const server = new McpServer({ name: 'tokens', version: '1.0.0' })
      .use((next) => async (request, ctx) => {
        if (ctx.http?.headers.get('authorization') === `Bearer ${valid}`) return next(request, ctx);
        throw ctx.error(1000, 'Invalid token', { status: 401 });
      })
      .tool('ping', {}, () => 'pong');
    let renewals = 0;
    const client = await guide.authorized(
      await at(server),
      () => Promise.resolve('first'),
      () => Promise.resolve((renewals++, valid)),
    );
    valid = 'second';
    expect(await client.callTool('ping')).toMatchObject({ content: [{ text: 'pong' }] });
    expect(renewals).toBe(1);
    await client.close();
  });
});

describe('calling', () => {
  test('progress', async () => {
    const { port, close } = await listen(createServer((_request, response) => response.end('12345')));
    const client = await McpClient.connect(await at(importer));
    const lines: string[] = [];
    const result = await guide.progress(client, [`http://127.0.0.1:${port}/`], (line) => lines.push(line));
    expect(result).toMatchObject({ structuredContent: { bytes: 5 } });
    expect(lines).toEqual(['1 of 1']);
    await client.close();
    await close();
  });

  test('an abort reaches the handler', async () => {
    const button = new EventTarget();
    let told: (reason: unknown) => void;
    const gone = new Promise((resolve) => (told = resolve));
    const server = new McpServer({ name: 'waiting', version: '1.0.0' }).tool('wait', {}, async (_args, { signal }) => {
      button.dispatchEvent(new Event('click'));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      told(signal.reason);
    });
    const client = await McpClient.connect(await at(server));
    expect(await guide.abort(client, button)).toBe('cancelled');
    expect(await gone).toMatchObject({ code: 'aborted' });
    await client.close();
  });

  test('requests, streams and notifications', async () => {
    const client = await McpClient.connect(await at(methods));
    expect(await guide.request(client)).toBe('running');
    const lines: string[] = [];
    await guide.stream(client, (line) => lines.push(line));
    expect(lines).toEqual(['answered', ...[1, 2, 3].map((step) => `job/progress {"step":${step}}`)]);
    const steps: string[] = [];
    const off = await guide.notifications(client, (line) => steps.push(line));
    await expect.poll(() => steps).toEqual(['step 1', 'step 2', 'step 3']);
    off();
    await expect.poll(() => heard).toContain('job-1');
    await client.close();
  });

  test('errors tell what to do', async () => {
    const client = await McpClient.connect(await at(calculator));
    expect(await guide.callOrExplain(client, 'clear')).toBe('done');
    expect(await guide.callOrExplain(client, 'add')).toBe('the tool says that it failed');
    expect(await guide.callOrExplain(client, 'none')).toBe('the server refused the call: Unknown tool: none');
    await client.close();
    expect(await guide.callOrExplain(client, 'clear')).toBe('closed: The client is closed');
  });
});

test('an identity reaches handlers only by server.handler', async () => {
  const server = new McpServer({ name: 'who', version: '1.0.0' }).tool(
    'who',
    {},
    (_args, ctx) => ctx.auth?.subject ?? '-',
  );
  const auth: AuthInfo = { subject: 'operator', scopes: [], claims: {} };
  const named = await McpClient.connect({ fetch: server.handler({ auth }) });
  expect(await named.callTool('who')).toMatchObject({ content: [{ text: 'operator' }] });
  const anonymous = await McpClient.connect(server);
  expect(await anonymous.callTool('who')).toMatchObject({ content: [{ text: '-' }] });
  await Promise.all([named.close(), anonymous.close()]);
});
