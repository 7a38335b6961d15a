/** The server of `@modelcontextprotocol/sdk`. As a program it speaks stdio. */
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  ListPromptsRequestSchema,
  RootsListChangedNotificationSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/sdk/types.js';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { aborted } from '../../helpers/gate.ts';
import { NAMES, NOTE, NOTES, OTHER, PAGE, PROMPTS, README } from '../peer.ts';
import { newWorld, type World } from './world.ts';

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** @param world what all connections of a place have in common: this package makes a server for each */
export function v1Server(world: World): McpServer {
  const mcp = new McpServer(
    { name: 'sdk', version: '1.32.2' },
    {
      capabilities: {
        logging: {},
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        completions: {},
      },
    },
  );
  const { server } = mcp;
  const subscribed = new Set<string>();
  server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    subscribed.add(params.uri);
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });
  server.setNotificationHandler(RootsListChangedNotificationSchema, () => world.rootsChange.happens());
  mcp.registerTool(
    'add',
    { inputSchema: { a: z.number(), b: z.number() }, outputSchema: { sum: z.number() } },
    ({ a, b }) => ({ ...text(JSON.stringify({ sum: a + b })), structuredContent: { sum: a + b } }),
  );
  mcp.registerTool('fail', {}, () => {
    throw new Error('It failed.');
  });
  mcp.registerTool('count', {}, async ({ _meta, sendNotification }) => {
    world.onward.reset();
    for (const progress of [1, 2, 3]) {
      await sendNotification({
        method: 'notifications/progress',
        params: { progressToken: _meta?.progressToken ?? '', progress, total: 3 },
      });
    }
    await world.onward.happened();
    return text('counted');
  });
  mcp.registerTool('go_on', {}, () => {
    world.onward.happens();
    return text('gone on');
  });
  mcp.registerTool('hang', {}, async ({ _meta, sendNotification, signal }) => {
    world.abort.reset();
    await sendNotification({
      method: 'notifications/progress',
      params: { progressToken: _meta?.progressToken ?? '', progress: 1 },
    });
    await aborted(signal);
    world.abort.happens();
    return text('never');
  });
  mcp.registerTool('was_aborted', {}, async () => {
    await world.abort.happened();
    return text('aborted');
  });
  mcp.registerTool('ask', {}, async () =>
    text(
      JSON.stringify(
        await server.elicitInput({
          message: 'Who?',
          requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        }),
      ),
    ),
  );
  mcp.registerTool('ask_url', {}, async (extra) => {
    const elicitationId = 'page-1';
    const { action } = await server.elicitInput(
      { mode: 'url', message: 'Sign in', url: PAGE, elicitationId },
      { relatedRequestId: extra.requestId },
    );
    await server.createElicitationCompletionNotifier(elicitationId, { relatedRequestId: extra.requestId })();
    return text(action);
  });
  mcp.registerTool('must_visit', {}, async () => {
    world.visited = !world.visited;
    if (!world.visited) return text('visited');
    const elicitationId = 'page-2';
    const tell = server.createElicitationCompletionNotifier(elicitationId);
    // Once the user is there, which nobody here can see.
    setImmediate(() => void tell());
    throw new UrlElicitationRequiredError([{ mode: 'url', message: 'Sign in', url: PAGE, elicitationId }]);
  });
  mcp.registerTool('sample', {}, async () => {
    const { content } = await server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'Capital of France?' } }],
      maxTokens: 10,
    });
    return text(content.type === 'text' ? content.text : 'no text');
  });
  mcp.registerTool('roots', {}, async () => text(JSON.stringify((await server.listRoots()).roots)));
  mcp.registerTool('roots_changed', {}, async () => {
    await world.rootsChange.happened();
    world.rootsChange.reset();
    return text('changed');
  });
  mcp.registerTool('log', {}, async ({ sessionId }) => {
    await server.sendLoggingMessage({ level: 'debug', data: 'low' }, sessionId);
    await server.sendLoggingMessage({ level: 'error', data: 'high' }, sessionId);
    return text('logged');
  });
  mcp.registerTool('touch', {}, async () => {
    for (const uri of [OTHER, README]) if (subscribed.has(uri)) await server.sendResourceUpdated({ uri });
    mcp.sendToolListChanged();
    mcp.sendPromptListChanged();
    mcp.sendResourceListChanged();
    return text('touched');
  });
  mcp.registerTool('ping_client', {}, async () => {
    await server.ping();
    return text('pong');
  });
  mcp.registerResource('readme', README, {}, ({ href: uri }) => ({ contents: [{ uri, text: 'Read me.' }] }));
  mcp.registerResource(
    'note',
    new ResourceTemplate(NOTE, { list: undefined, complete: { id: () => NOTES } }),
    {},
    ({ href: uri }, { id }) => ({ contents: [{ uri, text: `Note ${String(id)}.` }] }),
  );
  const says = (words: string) => ({
    messages: [{ role: 'user' as const, content: { type: 'text' as const, text: words } }],
  });
  const [greet = '', ...others] = PROMPTS;
  const name = completable(z.string(), (value) => NAMES.filter((one) => one.startsWith(value ?? '')));
  mcp.registerPrompt(greet, { argsSchema: { name } }, (args) => says(`Hello, ${args.name}!`));
  for (const other of others) mcp.registerPrompt(other, {}, () => says(other));
  // By itself it has all in one page.
  server.setRequestHandler(ListPromptsRequestSchema, ({ params }) => {
    const at = Number(params?.cursor ?? 0);
    const prompts = PROMPTS.slice(at, at + 2).map((prompt) => ({ name: prompt }));
    return { prompts, ...(at + 2 < PROMPTS.length && { nextCursor: String(at + 2) }) };
  });
  return mcp;
}

if (argv[1] === fileURLToPath(import.meta.url)) await v1Server(newWorld()).connect(new StdioServerTransport());
