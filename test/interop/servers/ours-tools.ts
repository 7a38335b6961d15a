/** What the server of this package serves in every scenario. */
import { ToolError, type McpServer, type ServerOptions } from 'mcpwire/server/modern';
import * as z from 'zod';
import { aborted } from '../../helpers/gate.ts';
import { NAMES, NOTE, NOTES, OTHER, PAGE, PROMPTS, README } from '../peer.ts';
import { newWorld } from './world.ts';

export const OUR_NAME = { name: 'ours', version: '1.0.0' };
export const OUR_OPTIONS: ServerOptions = {
  pageSize: 4,
  logging: true,
  secret: 'of no importance, and long enough for it',
};

export function equip(server: McpServer): void {
  const { abort, rootsChange, onward } = newWorld();
  let visited = false;
  server
    .tool(
      'add',
      { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
      ({ a, b }) => ({ sum: a + b }),
    )
    .tool('fail', {}, () => {
      throw new ToolError('It failed.');
    })
    .tool('count', {}, async (_args, ctx) => {
      onward.reset();
      for (const step of [1, 2, 3]) await ctx.progress(step, 3);
      await onward.happened();
      return 'counted';
    })
    .tool('go_on', {}, () => {
      onward.happens();
      return 'gone on';
    })
    .tool('hang', {}, async (_args, ctx) => {
      abort.reset();
      await ctx.progress(1);
      await aborted(ctx.signal);
      abort.happens();
      return 'never';
    })
    .tool('was_aborted', {}, async () => {
      await abort.happened();
      return 'aborted';
    })
    .tool('ask', {}, async (_args, ctx) => JSON.stringify(await ctx.elicit('Who?', z.object({ name: z.string() }))))
    .tool('ask_url', {}, async (_args, ctx) => {
      const { action } = await ctx.elicitUrl('Sign in', PAGE, {
        // Not before it was asked, and then at once.
        done: () => {
          const done = visited;
          visited = true;
          return done;
        },
      });
      visited = false;
      return action;
    })
    .tool('sample', {}, async (_args, ctx) => {
      const { content } = await ctx.sample({
        messages: [{ role: 'user', content: { type: 'text', text: 'Capital of France?' } }],
        maxTokens: 10,
      });
      return 'text' in content ? content.text : 'no text';
    })
    .tool('roots', {}, async (_args, ctx) => JSON.stringify(await ctx.roots()))
    .tool('roots_changed', {}, async () => {
      await rootsChange.happened();
      rootsChange.reset();
      return 'changed';
    })
    .tool('log', {}, async (_args, ctx) => {
      await ctx.log('debug', 'low');
      await ctx.log('error', 'high');
      return 'logged';
    })
    .tool('touch', {}, () => {
      server.notify.resourceUpdated(OTHER);
      server.notify.resourceUpdated(README);
      server.notify.toolsChanged();
      server.notify.promptsChanged();
      server.notify.resourcesChanged();
      return 'touched';
    })
    .notification('notifications/roots/list_changed', {}, () => rootsChange.happens());
  server.resource(README, { name: 'readme' }, () => 'Read me.');
  server.resource(NOTE, { name: 'note', complete: { id: NOTES } }, ({ id }) => `Note ${id}.`);
  const [greet = '', ...others] = PROMPTS;
  server.prompt(
    greet,
    { argsSchema: z.object({ name: z.string() }), complete: { name: NAMES } },
    ({ name }) => `Hello, ${name}!`,
  );
  for (const name of others) server.prompt(name, {}, () => name);
}
