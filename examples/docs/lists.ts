/** Pages, cache hints, dynamic lists, and who sees what. */
import * as z from 'zod';
import { McpServer, ToolError } from 'mcpwire/server';

const rows = Array.from({ length: 25 }, (_, n) => ({ id: n, name: `Row ${n}`, text: `Contents of row ${n}` }));
const database = {
  page: async (after: number, size: number) => Promise.resolve(rows.filter(({ id }) => id >= after).slice(0, size)),
  row: async (id: number) => Promise.resolve(rows[id]),
};

// #region paging
const paged = new McpServer({ name: 'rows', version: '1.0.0' }, { pageSize: 50 });
// #endregion paging

// #region dynamic
export const table = paged.list(
  'resources',
  async ({ cursor }, ctx) => {
    const after = Number(cursor ?? 0);
    if (!Number.isSafeInteger(after)) throw ctx.error(-32602, 'Invalid cursor');
    const page = await database.page(after, 10);
    const next = page.length === 10 ? String(after + 10) : undefined;
    return { resources: page.map(({ id, name }) => ({ uri: `row:${id}`, name })), nextCursor: next };
  },
  async (uri) => (await database.row(Number(uri.slice('row:'.length))))?.text,
);
// #endregion dynamic

const scripts = new Map([['greet', (name: string) => `Hello, ${name}!`]]);

// #region dynamic-tools
export const scripted = new McpServer({ name: 'scripts', version: '1.0.0' }).list(
  'tools',
  () => ({
    tools: [...scripts.keys()].map((name) => ({
      name,
      inputSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    })),
  }),
  (tool, args) => {
    const run = scripts.get(tool);
    if (run === undefined) return undefined;
    if (typeof args['name'] !== 'string') throw new ToolError('name must be a string');
    return run(args['name']);
  },
);
// #endregion dynamic-tools

// #region cache
export const cached = new McpServer(
  { name: 'prices', version: '1.0.0' },
  { cache: { ttlMs: 60_000, cacheScope: 'public', tools: { ttlMs: 3_600_000 } } },
)
  .tool('convert', { inputSchema: z.object({ euros: z.number() }) }, ({ euros }) => `${euros * 1.1} dollars`)
  .resource('prices://today', { name: 'today', cache: { ttlMs: 5_000 } }, () => 'apples: 2.40')
  .resource('prices://mine', { name: 'mine', cache: { cacheScope: 'private' } }, (_variables, ctx) =>
    ctx.auth === undefined ? 'apples: 2.40' : 'apples: 2.20',
  );
// #endregion cache

// #region visible
export const shop = new McpServer({ name: 'shop', version: '1.0.0' })
  .tool('search', {}, () => 'apples, pears')
  .tool('set_price', { visible: (ctx) => ctx.auth?.scopes.includes('prices:write') }, () => 'done');
// #endregion visible

// #region requires
export const asking = new McpServer({ name: 'asking', version: '1.0.0' }).tool(
  'order',
  { requires: { elicitation: { form: {} } } },
  async (_args, ctx) => {
    const answer = await ctx.elicit('How many?', z.object({ count: z.number().int() }));
    return answer.action === 'accept' ? `${answer.content.count} ordered` : 'Nothing ordered';
  },
);
// #endregion requires

const tenants = new Map([['key-1', { name: 'Acme', limit: 10 }]]);

// #region context
export const tenanted = new McpServer({ name: 'tenanted', version: '1.0.0' })
  .context(({ request }) => ({ tenant: tenants.get(request.headers.get('x-api-key') ?? '') }))
  .use((next) => async (request, ctx) => {
    // Middleware serves every server, so the type of its context is not known to it.
    const { tenant } = ctx.context as { tenant?: object };
    if (tenant === undefined) throw ctx.error(1000, 'Unknown API key', { status: 401 });
    return next(request, ctx);
  })
  .tool('limit', {}, (_args, ctx) => String(ctx.context.tenant?.limit));
// #endregion context
