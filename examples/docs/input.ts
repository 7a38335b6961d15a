/** Asking the client for input: forms, pages, and the explicit form. */
import * as z from 'zod';
import { inputRequired, McpServer } from 'mcpwire/server';
import {
  find,
  isImported,
  isPaid,
  newSecret,
  oldSecret,
  release,
  remove,
  reserve,
  secret,
  ship,
  startImport,
  takeVoucher,
} from './input-world.ts';

// #region delete
export const files = new McpServer({ name: 'files', version: '1.0.0' }, { secret }).tool(
  'delete',
  { description: 'Deletes files.', inputSchema: z.object({ pattern: z.string() }) },
  async ({ pattern }, ctx) => {
    const found = await find(pattern);
    const answer = await ctx.elicit(`Delete ${found.length} files?`, z.object({ sure: z.boolean() }));
    if (answer.action !== 'accept' || !answer.content.sure) return 'Nothing was deleted.';
    await remove(found);
    return `${found.length} files are gone.`;
  },
);
// #endregion delete

const shop = new McpServer({ name: 'shop', version: '1.0.0' }, { secret });

// #region form
const address = z.object({
  name: z.string().min(2).meta({ title: 'Name' }),
  email: z.email(),
  age: z.int().min(18).max(130),
  size: z.enum(['S', 'M', 'L']).default('M'),
  extras: z.array(z.enum(['gift wrap', 'express'])).max(2),
  color: z.union([z.literal('#f00').meta({ title: 'Red' }), z.literal('#0f0').meta({ title: 'Green' })]),
  news: z.boolean().optional(),
});
// #endregion form

// #region once
const ordered = shop.tool('order', { inputSchema: z.object({ item: z.string() }) }, async ({ item }, ctx) => {
  const order = await ctx.once('reserve', () => reserve(item));
  const answer = await ctx.elicit('Where to?', address);
  if (answer.action !== 'accept') {
    await release(order.id);
    return 'Nothing was ordered.';
  }
  await ship(order.id, answer.content.name);
  return `Order ${order.id} is on its way.`;
});
// #endregion once

// #region parallel
const introduced = ordered.tool('introduce', {}, async (_args, ctx) => {
  const [who, where] = await Promise.all([
    ctx.elicit('Who are you?', z.object({ name: z.string() }), { key: 'who' }),
    ctx.elicit('Where are you?', z.object({ city: z.string() }), { key: 'where' }),
  ]);
  if (who.action !== 'accept' || where.action !== 'accept') return 'Hello!';
  return `Hello ${who.content.name} in ${where.content.city}!`;
});
// #endregion parallel

// #region url
const paid = introduced.tool('pay', { inputSchema: z.object({ order: z.string() }) }, async ({ order }, ctx) => {
  const { action } = await ctx.elicitUrl('Pay for your order', `https://shop.example/pay/${order}`, {
    done: () => isPaid(order),
  });
  return action === 'accept' ? 'Thank you.' : 'The order waits.';
});
// #endregion url

// #region explicit
const imported = paid.tool('import', {}, async (_args, ctx) => {
  const job = ctx.requestState ?? (await startImport());
  return (await isImported(job)) ? 'Imported.' : inputRequired({ requestState: job });
});
// #endregion explicit

// #region single-use
export const vouchers = imported.tool(
  'redeem',
  { inputSchema: z.object({ voucher: z.string() }) },
  async ({ voucher }, ctx) => {
    const answer = await ctx.elicit(`Redeem ${voucher}?`, z.object({ sure: z.boolean() }));
    if (answer.action !== 'accept' || !answer.content.sure) return 'It is still good.';
    // The database decides, in one step: of two requests with the same state one comes second.
    return (await takeVoucher(voucher)) ? 'Redeemed.' : 'It was redeemed before.';
  },
);
// #endregion single-use

// #region requires
export const strict = new McpServer({ name: 'strict', version: '1.0.0' }).tool(
  'survey',
  { requires: { elicitation: { form: {} } } },
  async (_args, ctx) => (await ctx.elicit('Happy?', z.object({ happy: z.boolean() }))).action,
);
// #endregion requires

// #region secret
export const rotating = new McpServer(
  { name: 'rotating', version: '1.0.0' },
  { secret: [newSecret, oldSecret], limits: { requestStateTtlMs: 15 * 60_000 } },
);
// #endregion secret
