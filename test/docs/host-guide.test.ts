/** What docs/client.md shows of hosts, against a real server. */
import { afterAll, describe, expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { serve } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import * as host from '../../examples/docs/host.ts';
import { library, rename } from '../../examples/docs/library.ts';

const running = await serve(library);
const { url } = running;
afterAll(() => running.close());

const text = (result: { readonly content: readonly object[] }): unknown =>
  (result.content[0] as { text?: string }).text;

describe('a host', () => {
  test('lists, reads, fills in and completes', async () => {
    const lines: string[] = [];
    await host.lists(url, (line) => lines.push(line));
    expect(lines).toEqual([
      'hours: library://hours',
      'book://{id}',
      'summarise, 1 arguments',
      'Death on the Nile',
      'user: Summarise a crime.',
      'crime',
    ]);
  });

  test('answers forms and pages', async () => {
    const opened: string[] = [];
    const questions: string[] = [];
    const client = await host.answering(url, {
      form: async (server, message, fields) =>
        server === 'library' && message === 'Your card?' && fields[0] === 'number' ? { number: '7' } : undefined,
      confirm: async (question) => questions.push(question) > 0,
      open: (page) => opened.push(page),
    });
    expect(text(await client.callTool('borrow'))).toBe('borrowed with 7 at Main');
    expect(text(await client.callTool('pay'))).toBe('accept');
    expect(questions).toEqual(['library wants to open pay.example: https://pay.example/fine']);
    expect(opened).toEqual(['https://pay.example/fine']);
    await client.close();
  });

  test('listens', async () => {
    const client = await McpClient.connect(url);
    const shown: string[] = [];
    const show = (line: string): void => {
      if (shown.push(line) === 1) rename('1', 'Evil under the Sun');
    };
    await host.listening(client, show, () => shown.length === 2);
    expect(shown[0]).toBe('toolsListChanged,resourceSubscriptions');
    expect(shown[1]).toContain('Evil under the Sun');
    await client.close();
  });

  test('connects with what it knows', async () => {
    let text: string | undefined;
    const known = { get: () => text, set: (value: string) => void (text = value) };
    const first = await host.prior(url, known);
    const second = await host.prior(url, known);
    expect(second.server).toEqual(first.server);
    expect(second.server.info?.name).toBe('library');
    await Promise.all([first.close(), second.close()]);
  });

  test('traces', async () => {
    const parents: unknown[] = [];
    const server = new McpServer({ name: 'traced', version: '1.0.0' })
      .use((next) => (request, ctx) => {
        parents.push((request.params?.['_meta'] as Record<string, unknown> | undefined)?.['traceparent']);
        return next(request, ctx);
      })
      .tool('plain', {}, () => 'plain');
    const one = await serve(server);
    const client = await host.tracing(one.url, () => '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01');
    expect(text(await client.callTool('plain'))).toBe('plain');
    expect(parents).toContain('00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01');
    await client.close();
    await one.close();
  });

  test('checks results', async () => {
    expect(await host.checked(url)).toBe(2);
  });

  test('shares what it keeps', async () => {
    const entries = new Map<string, string>();
    const kv = {
      get: async (key: string) => entries.get(key),
      put: async (key: string, value: string) => void entries.set(key, value),
      list: async (prefix: string) => [...entries.keys()].filter((key) => key.startsWith(prefix)),
      remove: async (key: string) => void entries.delete(key),
    };
    const server = new McpServer({ name: 'kept', version: '1.0.0' }, { cache: { ttlMs: 60_000 } }).tool(
      'a',
      {},
      () => 'a',
    );
    const one = await serve(server);
    const client = await host.sharing(one.url, kv, () => 'ada');
    await client.listTools();
    await client.close();
    expect([...entries.keys()]).toEqual([expect.stringMatching(/tools\/list .*ada/)]);
    await one.close();
  });

  test('speaks an extension', async () => {
    const client = await host.withParcels(url);
    expect(client.server.info?.name).toBe('library');
    await client.close();
  });
});
