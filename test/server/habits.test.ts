import { expect, test } from 'vitest';
import { McpServer } from 'mcpwire/server';

// What programs that were written for other libraries call: the first error they see shows the line to write.
test.each<[string, unknown[], string]>([
  ['registerTool', ['add', { inputSchema: {} }, () => {}], 'Write server.tool('],
  ['registerPrompt', ['review', {}, () => {}], 'Write server.prompt('],
  ['registerResource', ['readme', 'docs://readme', {}, () => {}], 'Write server.resource('],
  ['setRequestHandler', [{}, () => {}], 'Write server.method('],
])('server.%s throws an error that shows our line', (name, args, line) => {
  const server = new McpServer({ name: 'h', version: '1' }) as unknown as Record<string, (...args: unknown[]) => void>;
  expect(() => server[name]!(...args)).toThrow(line);
});

test('and they are in nobody’s way: a server can be compared and printed', () => {
  const server = new McpServer({ name: 'h', version: '1' });
  // What runtimes look for in an `export default`.
  for (const name of ['connect', 'scheduled', 'queue', 'tail', 'trace', 'test', 'email', 'then', 'port', 'websocket']) {
    expect(name in server).toBe(false);
  }
  expect(server).toEqual(server);
  expect(() => JSON.stringify(server)).not.toThrow();
});
