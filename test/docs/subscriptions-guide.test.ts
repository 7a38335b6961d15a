/** What docs/subscriptions.md shows, as a client sees it. */
import { expect, test } from 'vitest';
import type { Change } from 'mcpwire/server';
import { channelBus, ci, diaries, market, setPrice, tell } from '../../examples/docs/subscriptions.ts';
import { acknowledged, tagged } from '../helpers/listening.js';
import { BlockReader } from '../helpers/sse.js';
import { ask, modern } from '../helpers/wire.js';

const listen = (notifications: Record<string, unknown>) => modern('subscriptions/listen', { notifications });

test('an update is told to those who named the resource, and reading it again gives the new contents', async () => {
  const filter = { resourceSubscriptions: ['price://apples'] };
  const reader = new BlockReader(await market.fetch(listen(filter)));
  expect(await reader.message()).toEqual(acknowledged(filter));
  setPrice('price://apples', '2.60');
  expect(await reader.message()).toEqual(tagged('resources/updated', { uri: 'price://apples' }));
  const read = modern('resources/read', { uri: 'price://apples' }, { headers: { 'mcp-name': 'price://apples' } });
  expect((await ask(market, read)).result['contents']).toMatchObject([{ text: '2.60' }]);
  await reader.leave();
});

test('a diary is watched by the one who writes it', async () => {
  const filter = { resourceSubscriptions: ['diary://ada', 'diary://eve'] };
  const auth = { subject: 'ada', scopes: [], claims: {} };
  const own = new BlockReader(await diaries.handler({ auth })(listen(filter)));
  expect(await own.message()).toEqual(acknowledged({ resourceSubscriptions: ['diary://ada'] }));
  await own.leave();
  const nobody = new BlockReader(await diaries.fetch(listen(filter)));
  expect(await nobody.message()).toEqual(acknowledged({}));
  expect(await nobody.message()).toHaveProperty('result');
});

test("an extension's clients hear of what its filter grants", async () => {
  const ada = ci.handler({ auth: { subject: 'ada', scopes: [], claims: {} } });
  const reader = new BlockReader(await ada(listen({ buildIds: ['build-1', 'build-2'] })));
  expect(await reader.message()).toEqual(acknowledged({ buildIds: ['build-1'] }));
  tell('build-1', 'done');
  expect(await reader.message()).toEqual(tagged('builds', { buildId: 'build-1', status: 'done' }));
  await reader.leave();
  const nobody = new BlockReader(await ci.fetch(listen({ buildIds: ['build-1', 'build-2'] })));
  expect(await nobody.message()).toEqual(acknowledged({}));
  expect(await nobody.message()).toHaveProperty('result');
});

test('a bus over a channel reaches the others of its name, and itself once', async () => {
  const [here, there] = [channelBus('prices'), channelBus('prices')];
  const heard: string[] = [];
  await here.subscribe((change) => heard.push(`here ${change.kind}`));
  const arrived = new Promise<Change>((resolve) => void there.subscribe(resolve));
  await here.publish({ kind: 'tools' });
  expect(await arrived).toEqual({ kind: 'tools' });
  expect(heard).toEqual(['here tools']);
});
