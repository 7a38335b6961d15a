import { expect, test } from 'vitest';
import { Abort } from '../../src/legacy/abort.ts';
import { settle } from '../helpers/gate.js';

test('the signal aborts with the reason, once, where it was looked at', async () => {
  const abort = new Abort();
  const { signal } = abort;
  abort.abort('first');
  abort.abort('second');
  expect(abort.aborted).toBe(true);
  await settle();
  expect([signal.aborted, signal.reason]).toEqual([true, 'first']);
});

test('a signal that is looked at later is aborted from the start', () => {
  const abort = new Abort();
  abort.abort('why');
  expect([abort.signal.aborted, abort.signal.reason]).toEqual([true, 'why']);
});
