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
  // Keys of an object that is written out.
  for (const name of Object.keys(SCENARIOS) as Scenario[]) {
    const reason = LACKING[revision]?.[name] ?? exceptions[name];
    if (reason === undefined) test(name, () => SCENARIOS[name](caller));
    else test.skip(`${name}: ${reason}`);
  }
}
