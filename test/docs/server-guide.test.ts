/** What docs/server.md shows, called by the real client. */
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { serve, type RunningServer } from 'mcpwire/node';
import type { McpServer } from 'mcpwire/server';
import { calculator } from '../../examples/docs/calculator.ts';
import { heard, methods } from '../../examples/docs/methods.ts';
import { guarded, lines } from '../../examples/docs/middleware.ts';
import { masked, published, reports, tight } from '../../examples/docs/options.ts';
import { importer } from '../../examples/docs/progress.ts';
import { weather } from '../../examples/docs/tools.ts';
import { listen } from '../helpers/adapters.ts';
import { send } from '../helpers/raw-http.ts';

const running: RunningServer[] = [];

async function start(server: McpServer<unknown>): Promise<string> {
  const one = await serve(server);
  running.push(one);
  return one.url;
}

afterAll(() => Promise.all(running.map((one) => one.close())));

describe('tools', () => {
  let client: Awaited<ReturnType<typeof McpClient.connect<typeof weather>>>;
  beforeAll(async () => {
    client = await McpClient.connect<typeof weather>(await start(weather));
  });
  afterAll(() => client.close());

  test('a string becomes a text block', async () => {
    const { content } = await client.callTool('forecast', { city: 'Bern' });
    expect(content).toEqual([{ type: 'text', text: 'Tomorrow in Bern: sunny, 21 °C.' }]);
  });

  test('content blocks go out as they are', async () => {
    const chart = await client.callTool('chart');
    expect(chart.content.map(({ type }) => type)).toEqual(['text', 'image']);
    const report = await client.callTool('report');
    expect(report.content.map(({ type }) => type)).toEqual(['resource_link', 'resource']);
  });

  test('a whole result keeps its _meta', async () => {
    const { content, _meta } = await client.callTool('raw');
    expect(content).toEqual([{ type: 'text', text: 'as it is' }]);
    expect(_meta).toMatchObject({ source: 'station 7' });
  });

  test('a structured value comes with its JSON as text', async () => {
    const { structuredContent, content } = await client.callTool('measure', { city: 'Bern' });
    expect(structuredContent).toEqual({ degrees: 21, unit: 'celsius' });
    expect(content).toEqual([{ type: 'text', text: '{"degrees":21,"unit":"celsius"}' }]);
  });

  test('result() puts content of its own beside the value', async () => {
    const { structuredContent, content, _meta } = await client.callTool('summary');
    expect(structuredContent).toEqual({ degrees: 21 });
    expect(content).toEqual([{ type: 'text', text: '21 °C and sunny' }]);
    expect(_meta).toMatchObject({ source: 'station 7' });
  });

  test('ToolError is for the model to read', async () => {
    expect(await client.callTool('read_station', { station: 'station-7' })).toMatchObject({
      content: [{ text: '21 °C' }],
    });
    expect(await client.callTool('read_station', { station: 'station-8' })).toMatchObject({
      isError: true,
      content: [{ text: 'There is no station-8. Known: station-7.' }],
    });
  });

  test('defineTool and add', async () => {
    const added = await McpClient.connect<typeof calculator>(await start(calculator));
    expect(await added.callTool('add', { a: 1, b: 2 })).toMatchObject({ structuredContent: { sum: 3 } });
    expect(await added.callTool('clear')).toMatchObject({ content: [{ text: 'cleared' }] });
    await added.close();
  });

  test('progress', async () => {
    const { port, close } = await listen(createServer((_request, response) => response.end('12345')));
    const urls = ['a', 'b'].map((path) => `http://127.0.0.1:${port}/${path}`);
    const importing = await McpClient.connect<typeof importer>(await start(importer));
    const steps: unknown[] = [];
    const result = await importing.callTool('import', { urls }, { onProgress: (step) => steps.push(step) });
    expect(result.structuredContent).toEqual({ bytes: 10 });
    expect(steps).toEqual(urls.map((message, index) => ({ progress: index + 1, total: 2, message })));
    await importing.close();
    await close();
  });
});

describe('methods', () => {
  test('checked params, an error with data and status, a notification, an early answer', async () => {
    const client = await McpClient.connect(await start(methods));
    expect(await client.request('job/status', { job_id: 'job-1' })).toMatchObject({ status: 'running' });
    await expect(client.request('job/status', { job_id: 'job-2' })).rejects.toMatchObject({
      code: 'rpc_error',
      rpcCode: 1001,
      status: 404,
      data: { job_id: 'job-2' },
    });
    await expect(client.request('job/status', {})).rejects.toMatchObject({ code: 'invalid_params' });
    await client.notify('job/seen', { job_id: 'job-1' });
    await expect.poll(() => heard).toEqual(['job-1']);
    const messages = [];
    for await (const message of client.stream('job/run')) messages.push(message);
    expect(messages.map((message) => ('method' in message ? message.params : 'answer'))).toEqual([
      'answer',
      { step: 1 },
      { step: 2 },
      { step: 3 },
    ]);
    await client.close();
  });

  test('middleware sees each request, and may refuse it', async () => {
    const url = await start(guarded);
    await expect(McpClient.connect(url)).rejects.toMatchObject({ code: 'unauthorized', rpcCode: 1000, status: 401 });
    const client = await McpClient.connect(url, { headers: { 'x-api-key': 'secret' } });
    expect(await client.callTool('ping')).toMatchObject({ content: [{ text: 'pong' }] });
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^tools\/call \d+ ms$/);
    await client.close();
  });
});

describe('options', () => {
  test('onError hears what the caller does not', async () => {
    const client = await McpClient.connect(await start(masked));
    const { isError, content } = await client.callTool('read');
    expect(isError).toBe(true);
    const [report] = reports;
    expect(report?.error).toMatchObject({ message: 'connect ECONNREFUSED 10.0.0.7:5432' });
    expect(content).toEqual([{ type: 'text', text: `Tool "read" failed (error id ${report?.errorId})` }]);
    await client.close();
  });

  test('origins and allowedHosts', async () => {
    const port = Number(new URL(await start(published)).port);
    const from = async (host: string, origin: string) => {
      const headers = [
        ['Host', host],
        ['Origin', origin],
        ['Access-Control-Request-Method', 'POST'],
      ] as const;
      const { status } = await send(port, { method: 'OPTIONS', headers });
      return status;
    };
    expect(await from('mcp.example.com', 'https://app.example.com')).toBe(204);
    expect(await from('mcp.example.com', 'https://pr-7.preview.example.com')).toBe(204);
    expect(await from('mcp.example.com', 'https://pr-7.preview.example.com.evil.test')).toBe(403);
    expect(await from('mcp.example.com', 'http://localhost:8080')).toBe(403);
    expect(await from('evil.test', 'https://app.example.com')).toBe(403);
  });

  test('limits', async () => {
    const port = Number(new URL(await start(tight)).port);
    const post = async (body: string) => {
      const headers = [
        ['Host', '127.0.0.1'],
        ['Content-Type', 'application/json'],
      ] as const;
      const { status } = await send(port, { headers, body });
      return status;
    };
    expect(await post(`"${'x'.repeat(64 * 1024)}"`)).toBe(413);
    expect(await post(`${'['.repeat(17)}${']'.repeat(17)}`)).toBe(400);
  });
});
