/** Everything that docs/client.md shows. Each function takes what differs between a test and a program. */
import * as z from 'zod';
import { type AuthMiddleware, type ClientTransport, HttpTransport, isMcpError, McpClient } from 'mcpwire/client';
import type { calculator } from './calculator.ts';

export async function typed(url: string): Promise<number | undefined> {
  // #region typed
  const client = await McpClient.connect<typeof calculator>(url);
  const result = await client.callTool('add', { a: 1, b: 2 });
  const sum = result.isError ? undefined : result.structuredContent.sum; // number
  await client.close();
  // #endregion typed
  return sum;
}

export async function untyped(url: string, log: (line: string) => void): Promise<void> {
  // #region untyped
  const client = await McpClient.connect(url, { name: 'my-host', version: '2.1.0' });
  for (const { name, description } of await client.listTools()) log(`${name}: ${description}`);
  const result = await client.callTool('add', { a: 1, b: 2 });
  if (result.isError) log('the tool failed');
  for (const block of result.content) if (block.type === 'text') log(block.text);
  await client.close();
  // #endregion untyped
}

export async function progress(client: McpClient, urls: readonly string[], log: (line: string) => void) {
  // #region progress
  const result = await client.callTool(
    'import',
    { urls },
    {
      onProgress: ({ progress, total }) => log(`${progress} of ${total}`),
      timeoutMs: 10_000, // of silence: each progress notification starts it again
      maxTotalTimeoutMs: 120_000, // in all
    },
  );
  // #endregion progress
  return result;
}

export async function abort(client: McpClient, cancel: EventTarget): Promise<string | undefined> {
  // #region abort
  const controller = new AbortController();
  cancel.addEventListener('click', () => controller.abort(), { once: true });
  try {
    await client.callTool('wait', {}, { signal: controller.signal });
  } catch (error) {
    if (!isMcpError(error) || error.code !== 'aborted') throw error;
    return 'cancelled';
  }
  // #endregion abort
  return undefined;
}

export async function request(client: McpClient): Promise<string> {
  // #region request
  const { status } = await client.request(
    'job/status',
    { job_id: 'job-1' },
    { result: z.object({ status: z.string() }) },
  );
  // #endregion request
  return status;
}

export async function stream(client: McpClient, log: (line: string) => void): Promise<void> {
  // #region stream
  for await (const message of client.stream('job/run')) {
    if ('method' in message) log(`${message.method} ${JSON.stringify(message.params)}`);
    else log('result' in message ? 'answered' : `failed: ${message.error.message}`);
  }
  // #endregion stream
}

export async function notifications(client: McpClient, log: (line: string) => void): Promise<() => void> {
  // #region notifications
  const off = client.on('job/progress', ({ step }) => log(`step ${String(step)}`));
  await client.notify('job/seen', { job_id: 'job-1' });
  await client.request('job/run'); // resolves at the answer; later notifications still reach the handler
  // #endregion notifications
  return off;
}

export async function headers(url: string, key: string) {
  // #region headers
  const client = await McpClient.connect(url, { headers: { 'x-api-key': key } });
  await client.callTool('ping', {}, { headers: { 'x-request-id': crypto.randomUUID() } });
  // #endregion headers
  return client;
}

// #region auth
const withToken =
  (token: () => Promise<string>, renew: () => Promise<string>): AuthMiddleware =>
  async (request, next) => {
    request.headers.set('authorization', `Bearer ${await token()}`);
    const response = await next(request);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    request.headers.set('authorization', `Bearer ${await renew()}`);
    return next(request);
  };
// #endregion auth

export async function authorized(url: string, token: () => Promise<string>, renew: () => Promise<string>) {
  // #region authorized
  const client = await McpClient.connect(url, { auth: withToken(token, renew) });
  // #endregion authorized
  return client;
}

// #region transport
/** Counts what goes out, whatever carries it. */
function counting(inner: ClientTransport, count: (method: string) => void): ClientTransport {
  return {
    exchange(request, options) {
      count(request.method);
      return inner.exchange(request, options);
    },
    notify(message, options) {
      count(message.method);
      return inner.notify(message, options);
    },
    close: () => inner.close(),
  };
}
// #endregion transport

export async function overTransport(url: string, count: (method: string) => void) {
  // #region over-transport
  const client = await McpClient.connect(counting(new HttpTransport(url), count));
  // #endregion over-transport
  return client;
}

// #region errors
export async function callOrExplain(client: McpClient, name: string): Promise<string> {
  try {
    const result = await client.callTool(name);
    return result.isError ? 'the tool says that it failed' : 'done';
  } catch (error) {
    if (!isMcpError(error)) throw error;
    switch (error.code) {
      case 'timeout':
      case 'connection_failed':
      case 'stream_ended':
        return 'try again later';
      case 'unauthorized':
        return 'sign in';
      case 'invalid_params':
        return `the server refused the call: ${error.message}`;
      default:
        return `${error.code}: ${error.message}`;
    }
  }
}
// #endregion errors
