// @ts-check
import { equal } from './assert.mjs';
import { events, modern } from './wire.mjs';

const numbers = Array.from({ length: 1_000 }, (_, n) => n);

/**
 * A reply that is routed by its id goes astray here.
 *
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
export function addParallelTests(test, { fetch, url }) {
  test('1,000 parallel calls with the same id get their own JSON answers', async () => {
    const texts = await Promise.all(
      numbers.map(async (n) => {
        const ticket = { name: 'ticket', arguments: { n, stub: stub(n) } };
        const response = await fetch(url, modern('tools/call', ticket, { accept: 'application/json' }));
        const { id, result } = await response.json();
        equal([response.headers.get('content-type'), id], ['application/json', 1]);
        return result.content[0].text;
      }),
    );
    equal(
      texts,
      numbers.map((n) => `${n}:${stub(n)}`),
    );
  });

  test('1,000 parallel calls with the same id and progress token get their own streams', async () => {
    const streams = await Promise.all(
      numbers.map(async (n) => {
        const call = modern('tools/call', { name: 'ticket', arguments: { n, stub: stub(n) } }, { progressToken: 1 });
        const response = await fetch(url, call);
        equal(response.headers.get('content-type'), 'text/event-stream');
        const [progress, { id, result }, ...rest] = events(await response.text());
        equal([id, rest], [1, []]);
        return [progress.params.message, result.content[0].text];
      }),
    );
    equal(
      streams,
      numbers.map((n) => [stub(n), `${n}:${stub(n)}`]),
    );
  });
}

/** @param {number} n */
function stub(n) {
  return `${(n * 7919) % 1009}`.repeat(1 + (n % 50));
}
