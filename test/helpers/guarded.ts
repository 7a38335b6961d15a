/** A server whose calls are counted, and requests to it that differ from a valid one in what a test says. */
import { McpServer, type ServerOptions } from 'mcpwire/server';
import type { HeaderList, RawAnswer, RawRequest } from './raw-http.js';
import { headersOf, rpc, type RpcError } from './wire.js';

/** How often the tool ran. */
export const ran = { calls: 0 };

/** A tool that counts, a method that fails with 401, and one that streams. */
export const guarded = (options?: ServerOptions) =>
  new McpServer({ name: 'guarded', version: '1.0.0' }, options)
    .tool('run', {}, () => {
      ran.calls++;
      return 'ran';
    })
    .method('fail', {}, (_params, ctx) => {
      throw ctx.error(-31001, 'No', { status: 401 });
    })
    .method('stream', {}, async (_params, ctx) => {
      await ctx.notify('x/y');
      return {};
    });

export const message = rpc('tools/call', { name: 'run' });
export const valid: HeaderList = Object.entries(headersOf(message));

/** The valid headers but one. */
export const without = (name: string): HeaderList => valid.filter(([header]) => header !== name);

/** The valid request with further headers. */
export const request = (...extra: [string, string][]): RawRequest => ({
  headers: [...valid, ...extra],
  body: JSON.stringify(message),
});

export const errorOf = (answer: RawAnswer) => (JSON.parse(answer.text) as { error: RpcError }).error;
