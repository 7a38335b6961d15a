import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Replay } from '../../src/server/replay.ts';
import { accept, askText, play, type Json } from './replay-support.ts';

/** A handler as data: what it asks and does, in which order. */
type Step =
  | { readonly kind: 'ask'; readonly message: string; readonly key: boolean }
  | { readonly kind: 'once'; readonly value: unknown }
  | { readonly kind: 'turn'; readonly count: number }
  | { readonly kind: 'both' | 'then'; readonly steps: readonly Step[] };

const { step } = fc.letrec<{ step: Step }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record({ kind: fc.constant('ask' as const), message: fc.constantFrom('a', 'b', 'c'), key: fc.boolean() }),
    fc.record({ kind: fc.constant('once' as const), value: fc.jsonValue({ maxDepth: 1 }) }),
    fc.record({ kind: fc.constant('turn' as const), count: fc.nat(3) }),
    fc.record({
      kind: fc.constantFrom('both' as const, 'then' as const),
      steps: fc.array(tie('step'), { maxLength: 3 }),
    }),
  ),
}));

/** What a handler asks of its surroundings; `at` names the place in the tree. */
interface World {
  ask(message: string, at: string, key: boolean): Promise<unknown>;
  once(at: string, value: unknown): Promise<unknown>;
}

async function walk(one: Step, world: World, at = ''): Promise<unknown> {
  switch (one.kind) {
    case 'ask':
      return world.ask(one.message, at, one.key);
    case 'once':
      return world.once(at, one.value);
    case 'turn':
      for (let count = 0; count < one.count; count++) await Promise.resolve();
      return 'turned';
    case 'both':
      return Promise.all(one.steps.map((step, index) => walk(step, world, `${at}/${index}`)));
    case 'then': {
      const all: unknown[] = [];
      for (const [index, step] of one.steps.entries()) all.push(await walk(step, world, `${at}/${index}`));
      return all;
    }
  }
}

/** What the user says to a message: always the same, so that order cannot matter. */
const said = (message: string): string => `${message}!`;

test('any handler made of questions and onces, one after the other or at once, ends as if it had been answered directly', async () => {
  await fc.assert(
    fc.asyncProperty(step, fc.infiniteStream(fc.boolean()), async (tree, answering) => {
      const direct = await walk(tree, {
        ask: (message) => Promise.resolve(said(message)),
        once: (_at, value) => Promise.resolve(JSON.parse(JSON.stringify(value))),
      });
      const ran = new Map<string, number>();
      const handler = async (replay: Replay): Promise<Json> => ({
        came: await walk(tree, {
          ask: (message, at, key) => askText(replay, message, key ? at : undefined),
          once: (at, value) =>
            replay.once(at, async () => {
              ran.set(at, (ran.get(at) ?? 0) + 1);
              await Promise.resolve();
              return value;
            }),
        }),
      });
      // A user who leaves some questions unanswered until they are asked again.
      const answers = (_key: string, { params }: { readonly params?: Json }): Json | undefined =>
        answering.next().value === true ? accept(said(String(params?.['message']))) : undefined;
      const { result } = await play(handler, answers, { settings: { maxRounds: 1000 } });
      expect(result).toEqual({ came: direct });
      // Nothing that was recorded was done again.
      expect([...ran.values()].every((count) => count === 1)).toBe(true);
    }),
    { numRuns: 150 },
  );
});
