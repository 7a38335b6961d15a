/** Runs the scenarios with one client. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Caller } from './peer.ts';
import { LACKING, SCENARIOS, type Exceptions, type Scenario } from './scenarios.ts';

/** All scenarios, one after the other on one connection. What cannot be is reported as skipped, with its reason. */
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
  // oxlint-disable-next-line vitest/no-disabled-tests, vitest/expect-expect -- the list of what cannot be
  test.skip.each(names.filter((name) => lacking[name] !== undefined).map((name) => [name, lacking[name]]))(
    '%s: %s',
    () => {},
  );
}
