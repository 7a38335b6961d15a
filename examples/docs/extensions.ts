/** An extension of the protocol, written by hand. */
import * as z from 'zod';
import { McpServer, type ServerExtension } from 'mcpwire/server';

const audited: string[] = [];

// #region extension
const ID = 'com.example/audit';

const audit: ServerExtension = {
  id: ID,
  settings: { version: 1 },
  // Reads `extensions: { 'com.example/audit': 'high' }` of a tool's definition, and shows it to clients.
  toolOptions(level, tool) {
    if (level === undefined) return tool;
    if (level !== 'high' && level !== 'low') throw new TypeError(`${tool.name}: ${ID} is 'high' or 'low'`);
    return { ...tool, _meta: { ...tool._meta, [`${ID}/level`]: level } };
  },
  wrapCall: (next) => async (call, ctx) => {
    if (call.options === 'high') audited.push(`${ctx.auth?.subject ?? 'somebody'} called ${call.tool.name}`);
    return next(call, ctx);
  },
  methods: {
    'audit/count': {
      params: z.object({ contains: z.string().optional() }),
      handler: ({ contains = '' }: { contains?: string }) => ({
        count: audited.filter((line) => line.includes(contains)).length,
      }),
    },
  },
};
// #endregion extension

// #region extend
export const bank = new McpServer({ name: 'bank', version: '1.0.0' })
  .extend(audit)
  .tool('balance', { extensions: { [ID]: 'low' } }, () => '100')
  .tool('transfer', { extensions: { [ID]: 'high' } }, () => 'done');
// #endregion extend
