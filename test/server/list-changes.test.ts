import { describe, expect, test, vi } from 'vitest';
import { defineResource, defineTool, McpServer, memoryBus, type Bus, type Change } from 'mcpwire/server';
import { settle } from '../helpers/gate.js';
import { ask, modern } from '../helpers/wire.js';

/** A server whose changes are written down. */
const watched = () => {
  const bus = memoryBus();
  const changes: Change[] = [];
  void bus.subscribe((change) => changes.push(change));
  return { server: new McpServer({ name: 'l', version: '1' }, { bus }), changes };
};
const TOOLS = { kind: 'tools' };
const PROMPTS = { kind: 'prompts' };
const RESOURCES = { kind: 'resources' };

const changing: readonly [what: string, change: (server: McpServer) => unknown, told: object][] = [
  ['tool', (server) => server.tool('t2', {}, () => 'x'), TOOLS],
  ['prompt', (server) => server.prompt('p2', {}, () => 'x'), PROMPTS],
  ['resource', (server) => server.resource('docs://2', { name: '2' }, () => 'x'), RESOURCES],
  ['a template', (server) => server.resource('docs2://{id}', { name: '2' }, () => 'x'), RESOURCES],
  ['add(tool)', (server) => server.add(defineTool('t3', {}, () => 'x')), TOOLS],
  ['add(resource)', (server) => server.add(defineResource('docs://3', { name: '3' }, () => 'x')), RESOURCES],
  ['list("tools")', (server) => server.list('tools', () => ({ tools: [] })), TOOLS],
  ['list("prompts")', (server) => server.list('prompts', () => ({ prompts: [] })), PROMPTS],
  ['list("resources")', (server) => server.list('resources', () => ({ resources: [] })), RESOURCES],
  ['remove("tool")', (server) => server.remove('tool', 't'), TOOLS],
  ['remove("prompt")', (server) => server.remove('prompt', 'p'), PROMPTS],
  ['remove("resource")', (server) => server.remove('resource', 'docs://1'), RESOURCES],
  ['remove("resource") of a template', (server) => server.remove('resource', 'docs1://{id}'), RESOURCES],
];

describe.each(changing)('%s', (_what, change, told) => {
  const filled = () => {
    const { server, changes } = watched();
    server
      .tool('t', {}, () => 'x')
      .prompt('p', {}, () => 'x')
      .resource('docs://1', { name: '1' }, () => 'x')
      .resource('docs1://{id}', { name: '1' }, () => 'x');
    return { server, changes };
  };

  // spec: server/tools#list-changed-notification.1 server/prompts#list-changed-notification.1
  // spec: server/resources#list-changed-notification.1
  test('publishes a change, once somebody may know the list', async () => {
    const { server, changes } = filled();
    await ask(server, modern('server/discover'));
    change(server);
    await settle();
    expect(changes).toEqual([told]);
  });

  test('publishes nothing before the first request: nobody can have listened', async () => {
    const { server, changes } = filled();
    change(server);
    await settle();
    expect(changes).toEqual([]);
  });
});

test('what changes nothing publishes nothing', async () => {
  const { server, changes } = watched();
  server.tool('t', {}, () => 'x');
  await ask(server, modern('tools/list'));
  expect(server.remove('tool', 'none')).toBe(false);
  expect(() => server.tool('t', {}, () => 'x')).toThrow(/exists already/);
  expect(() => server.resource('none', { name: 'x' }, () => 'x')).toThrow(/is no URI/);
  server.method('own', {}, () => ({})).notification('told', {}, () => {});
  await settle();
  expect(changes).toEqual([]);
});

test('server.notify publishes on demand, before the first request too', async () => {
  const { server, changes } = watched();
  server.notify.toolsChanged();
  server.notify.promptsChanged();
  server.notify.resourcesChanged();
  server.notify.resourceUpdated('docs://1');
  const own: Change = { kind: 'extension', filter: 'jobs', key: '7', method: 'notifications/jobs', params: { id: 7 } };
  server.notify.changed(own);
  await settle();
  expect(changes).toEqual([TOOLS, PROMPTS, RESOURCES, { kind: 'resource', uri: 'docs://1' }, own]);
});

test.each<[string, Bus['publish']]>([
  [
    'throws',
    () => {
      throw new Error('no broker');
    },
  ],
  ['rejects', async () => Promise.reject(new Error('no broker'))],
])('a bus that %s is told to onError, and nobody else fails', async (_what, publish) => {
  const onError = vi.fn<(error: unknown) => void>();
  const bus: Bus = { publish, subscribe: () => () => {} };
  const server = new McpServer({ name: 'l', version: '1' }, { bus, onError });
  expect(() => server.notify.toolsChanged()).not.toThrow();
  await settle();
  expect(String(onError.mock.calls[0]?.[0])).toBe('Error: no broker');
});
