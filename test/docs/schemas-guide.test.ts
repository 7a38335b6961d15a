/** What docs/schemas.md shows. */
import { expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { serve } from 'mcpwire/node';
import { calculator } from '../../examples/docs/calculator.ts';
import { refusal } from '../../examples/docs/schemas-gateway.ts';
import { calledTool, firstPage, PricedToolSchema } from '../../examples/docs/schemas.ts';
import { rpc } from '../helpers/wire.ts';

test('a message that fits is typed, another is told apart', () => {
  expect(calledTool(rpc('tools/call', { name: 'add' }))).toBe('add');
  expect(calledTool(rpc('tools/list'))).toBeUndefined();
});

test('a gateway refuses what does not fit, and passes on what it does not know', () => {
  expect(refusal(rpc('tools/call', { name: 'add' }))).toBeUndefined();
  expect(refusal(rpc('tools/call', { name: 7 }))).toContain('at name');
  expect(refusal(rpc('job/run', { name: 7 }))).toBeUndefined();
  expect(refusal(rpc('toString', { name: 7 }))).toBeUndefined();
  expect(refusal({ jsonrpc: '2.0', method: 'notifications/cancelled' })).toBeUndefined();
  expect(refusal([])).toBeTypeOf('string');
});

test('a narrower schema asks for more', () => {
  const tool = { name: 'add', inputSchema: { type: 'object' } };
  expect(PricedToolSchema.safeParse(tool).success).toBe(false);
  const priced = { ...tool, _meta: { 'com.example/price': 2 } };
  expect(PricedToolSchema.parse(priced)).toEqual(priced);
});

test('a client takes a schema for a result', async () => {
  const { url, close } = await serve(calculator);
  const client = await McpClient.connect(url);
  expect(await firstPage(client)).toContain('add');
  await client.close();
  await close();
});
