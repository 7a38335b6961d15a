/** What docs/asking-for-input.md shows, asked and answered message by message. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { McpServer } from 'mcpwire/server';
import { files, rotating, strict, vouchers } from '../../examples/docs/input.ts';
import { done, newSecret, oldSecret } from '../../examples/docs/input-world.ts';
import { createSealer } from '../../src/util/seal.ts';
import type { Json } from '../helpers/wire.ts';
import { accept, converse, retryOf, send, type Answers, type Reply } from '../server/input-support.ts';

const call = (server: McpServer<unknown>, name: string, args: Json, answers: Answers): Promise<readonly Reply[]> =>
  converse(server, 'tools/call', { name, arguments: args }, answers);
const textOf = (reply: Reply): string => (reply.result['content'] as [{ text: string }])[0].text;
const lastOf = async (replies: Promise<readonly Reply[]>): Promise<string> => textOf((await replies).at(-1)!);

beforeEach(() => {
  done.length = 0;
});

test('a question in the middle of the work', async () => {
  const sure =
    (said: boolean): Answers =>
    () =>
      accept({ sure: said });
  const replies = await call(files, 'delete', { pattern: '.tmp' }, sure(true));
  expect(Object.values(replies[0]?.result.inputRequests ?? {})[0]?.params?.['message']).toBe('Delete 2 files?');
  expect(textOf(replies[1]!)).toBe('2 files are gone.');
  expect(await lastOf(call(files, 'delete', { pattern: '.tmp' }, sure(false)))).toBe('Nothing was deleted.');
  expect(await lastOf(call(files, 'delete', { pattern: '.tmp' }, () => ({ action: 'cancel' })))).toBe(
    'Nothing was deleted.',
  );
  expect(done).toEqual(['removed a.tmp,b.tmp']);
});

describe('ctx.once', () => {
  const answer = { name: 'Ann', email: 'ann@example.com', age: 30, extras: [], color: '#f00' };

  test('reserves once, though the handler runs twice', async () => {
    expect(await lastOf(call(vouchers, 'order', { item: 'cup' }, () => accept(answer)))).toBe(
      'Order cup-1 is on its way.',
    );
    expect(done).toEqual(['reserved cup', 'shipped cup-1 to Ann']);
  });

  test('and gives back what it has reserved', async () => {
    await call(vouchers, 'order', { item: 'cup' }, () => ({ action: 'decline' }));
    expect(done).toEqual(['reserved cup', 'released cup-1']);
  });

  test('its form has every kind of field, and what does not fit is asked for again', async () => {
    const replies = await call(
      vouchers,
      'order',
      { item: 'cup' },
      (() => {
        const tries = [{ ...answer, age: 17 }, answer];
        return () => accept(tries.shift() ?? answer);
      })(),
    );
    expect(replies).toHaveLength(3);
    const [question] = Object.values(replies[0]?.result.inputRequests ?? {});
    expect(question?.params?.['requestedSchema']).toMatchObject({
      required: ['name', 'email', 'age', 'extras', 'color'],
      properties: {
        size: { enum: ['S', 'M', 'L'], default: 'M' },
        color: { oneOf: [{ title: 'Red' }, { title: 'Green' }] },
      },
    });
  });
});

test('two questions in one round', async () => {
  const said: Record<string, Json> = { who: { name: 'Ann' }, where: { city: 'Bern' } };
  const replies = await call(vouchers, 'introduce', {}, (key) => accept(said[key]!));
  expect(replies.map(({ result }) => Object.keys(result.inputRequests ?? {}))).toEqual([['who', 'where'], []]);
  expect(textOf(replies[1]!)).toBe('Hello Ann in Bern!');
});

test('a page is asked for until it has done its work', async () => {
  let opened = 0;
  const replies = await call(vouchers, 'pay', { order: '7' }, () => {
    if (++opened === 2) done.push('paid 7');
    return { action: 'accept' };
  });
  expect(replies).toHaveLength(3);
  expect(textOf(replies[2]!)).toBe('Thank you.');
  expect(await call(vouchers, 'pay', { order: '7' }, () => undefined)).toHaveLength(1);
});

test('the explicit form keeps a state and nothing else', async () => {
  const request = { name: 'import', arguments: {} };
  const first = await send(vouchers, 'tools/call', request);
  expect(first.result.inputRequests).toBeUndefined();
  const second = await send(vouchers, 'tools/call', { ...request, ...retryOf(first, () => undefined) });
  done.push('import done');
  const third = await send(vouchers, 'tools/call', { ...request, ...retryOf(second, () => undefined) });
  expect(textOf(third)).toBe('Imported.');
  expect(done).toEqual(['import started', 'import done']);
});

// spec: basic/patterns/mrtr#server-requirements-basic-workflow
test('MR3: a state is not single-use; what must be is decided where it is kept', async () => {
  const request = { name: 'redeem', arguments: { voucher: 'V-1' } };
  const first = await send(vouchers, 'tools/call', request);
  const retry = { ...request, ...retryOf(first, () => accept({ sure: true })) };
  const both = await Promise.all([send(vouchers, 'tools/call', retry), send(vouchers, 'tools/call', retry)]);
  expect(both.map(textOf).sort()).toEqual(['It was redeemed before.', 'Redeemed.']);
});

test('requires is checked before the handler runs', async () => {
  const reply = await send(strict, 'tools/call', { name: 'survey', arguments: {} }, { capabilities: {} });
  expect([reply.status, reply.error.code, reply.error.data]).toEqual([
    400,
    -32021,
    { requiredCapabilities: { elicitation: { form: {} } } },
  ]);
});

test('secrets rotate', async () => {
  expect(rotating).toBeDefined();
  const sealed = await createSealer(oldSecret, { ttlMs: 1000 }).seal(1, 'c');
  expect(await createSealer([newSecret, oldSecret], { ttlMs: 1000 }).open(sealed, 'c')).toBe(1);
});
