/** The tests that docs/testing.md shows, which the files register, and what they leave out. */
import { expect, test } from 'vitest';
import { checkReplay } from 'mcpwire/testing';

await import('../../examples/docs/mocked.ts');
const { hotel } = await import('../../examples/docs/testing.ts');

test('the hotel books nothing for a user who declines', async () => {
  const { result, rounds } = await checkReplay(hotel, { tool: 'book', arguments: { city: 'Bern' } }, [
    { elicit: 'decline' },
  ]);
  expect(result['structuredContent']).toMatchObject({ nights: 0 });
  expect(rounds).toMatchObject([[{ params: { message: 'How many nights in Bern?' } }]]);
});
