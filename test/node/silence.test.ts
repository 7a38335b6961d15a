import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { serve, type RunningServer } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { gate, settle, until, type Gate } from '../helpers/gate.js';
import { dial, encodeRequest } from '../helpers/raw-http.js';
import { headersOf, rpc } from '../helpers/wire.js';

let running: RunningServer;
let releases: Gate<string>[] = [];

beforeEach(async () => {
  const server = new McpServer({ name: 's', version: '1' }).tool('slow', {}, () => {
    const release = gate<string>();
    releases.push(release);
    return release.opened;
  });
  running = await serve(server);
  releases = [];
  // Only what the code under test measures time with; sockets and the event loop run as ever.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const release of releases) release.open('end');
  await running.close({ graceMs: 0 });
});

/** Starts a call, and collects what comes back. */
const call = async (accept = '*/*') => {
  const started = releases.length;
  const message = rpc('tools/call', { name: 'slow' });
  const socket = await dial(Number(new URL(running.url).port));
  const heard = { text: '', socket };
  socket.on('error', () => {}).on('data', (chunk) => (heard.text += chunk.toString()));
  const headers = { ...headersOf(message), accept };
  socket.write(
    encodeRequest({ headers: [['Host', 'localhost'], ...Object.entries(headers)], body: JSON.stringify(message) }),
  );
  await until(() => releases.length > started);
  return heard;
};

test('after 5 s without a first byte each answer becomes a stream with one comment, each at its own time', async () => {
  const first = await call();
  vi.advanceTimersByTime(2_000);
  const second = await call();
  vi.advanceTimersByTime(2_999);
  await settle(20);
  expect([first.text, second.text]).toEqual(['', '']);
  vi.advanceTimersByTime(1);
  await until(() => first.text.includes('\n:\n') || first.text.includes(':\n\n'));
  expect(first.text).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream\r\n/);
  await settle(20);
  expect(second.text).toBe('');
  vi.advanceTimersByTime(2_000);
  await until(() => second.text.includes(':\n\n'));
  releases[1]!.open('late');
  await until(() => second.text.includes('late'));
});

test('an answer in time is one JSON object, and its time passes unnoticed', async () => {
  const quick = await call();
  const slow = await call();
  releases[0]!.open('in time');
  await until(() => quick.text.includes('in time'));
  vi.advanceTimersByTime(5_000);
  await until(() => slow.text.includes(':\n\n'));
  expect(quick.text).toContain('content-type: application/json');
  expect(quick.text).not.toContain(':\n\n');
});

test('a caller that accepts JSON only waits for its JSON', async () => {
  const strict = await call('application/json');
  vi.advanceTimersByTime(60_000);
  await settle(20);
  expect(strict.text).toBe('');
  releases[0]!.open('at last');
  await until(() => strict.text.includes('at last'));
  expect(strict.text).toContain('content-type: application/json');
});

test('a caller that has left is passed over, and the ones after it are not forgotten', async () => {
  const gone = await call();
  const waiting = await call();
  gone.socket.destroy();
  await settle(20);
  vi.advanceTimersByTime(5_000);
  await until(() => waiting.text.includes(':\n\n'));
  const later = await call();
  vi.advanceTimersByTime(5_000);
  await until(() => later.text.includes(':\n\n'));
  expect(gone.text).toBe('');
});

test('with nothing waiting, no timer runs on', async () => {
  const quick = await call();
  releases[0]!.open('x');
  await until(() => quick.text.includes('"x"'));
  vi.advanceTimersByTime(5_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('TR7: a comment follows each 8 s of quiet', async () => {
  const heard = await call();
  vi.advanceTimersByTime(5_000);
  await until(() => heard.text.split(':\n\n').length === 2);
  vi.advanceTimersByTime(7_999);
  await settle(20);
  expect(heard.text.split(':\n\n')).toHaveLength(2);
  vi.advanceTimersByTime(1);
  await until(() => heard.text.split(':\n\n').length === 3);
  heard.socket.destroy();
  await until(() => vi.getTimerCount() === 0);
});
