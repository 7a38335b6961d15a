/** Runs the scenarios with one client. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Caller } from './peer.ts';
import { LACKING, SCENARIOS, type Exceptions, type Scenario } from './scenarios.ts';

/** All scenarios, one after the other on one connection. What cannot be is listed with its reason. */
export function runs(connect: () => Promise<Caller>, revision: string, exceptions: Exceptions): void {
  let caller: Caller;
  beforeAll(async () => {
    caller = await connect();
  });
  afterAll(() => caller.close());
  test(`speaks ${revision}`, () => {
    expect(caller.revision).toBe(revision);
  });
  const lacking: Exceptions = { ...exceptions, ...LACKING[revision] };
  // Keys of an object that is written out.
  const names = Object.keys(SCENARIOS) as Scenario[];
  test.each(names.filter((name) => lacking[name] === undefined))('%s', async (name) => {
    const expectations = SCENARIOS[name];
    await expectations(caller);
  });
  const missing = names.filter((name) => lacking[name] !== undefined);
  if (missing.length === 0) return;
  // One test with all reasons in its name: nothing is left out in silence, and nothing is skipped.
  test(`what it cannot do: ${missing.map((name) => `${name} (${lacking[name]})`).join(', ')}`, () => {
    for (const name of Object.keys(lacking)) expect(names).toContain(name);
    for (const name of missing) expect(lacking[name]).toMatch(/\w+/);
  });
}
