/** The server of `@modelcontextprotocol/server`, of both eras. As a program it speaks stdio. */
import {
  completable,
  inputRequired,
  inputResponse,
  McpServer,
  ResourceTemplate,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { aborted } from '../../helpers/gate.ts';
import { NAMES, NOTE, NOTES, OTHER, PAGE, PROMPTS, README } from '../peer.ts';
import { newWorld, type World } from './world.ts';

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** @param world what all connections of a place have in common: this package makes a server for each */
export function v2Server(world: World): McpServer {
  const mcp = new McpServer(
    { name: 'server', version: '2.4.0' },
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
  server.setRequestHandler('resources/subscribe', ({ params }) => {
    subscribed.add(params.uri);
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });
  server.setNotificationHandler('notifications/roots/list_changed', () => world.rootsChange.happens());
  mcp.registerTool(
    'add',
    { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
    ({ a, b }) => ({ ...text(JSON.stringify({ sum: a + b })), structuredContent: { sum: a + b } }),
  );
  mcp.registerTool('fail', {}, () => {
    throw new Error('It failed.');
  });
  mcp.registerTool('count', {}, async ({ mcpReq: { _meta, notify } }) => {
    world.onward.reset();
    for (const progress of [1, 2, 3]) {
      await notify({
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
  mcp.registerTool('hang', {}, async ({ mcpReq: { _meta, notify, signal } }) => {
    world.abort.reset();
    await notify({
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
  // The one way that works in both eras: for older clients the package asks, and calls again.
  const question = { type: 'object' as const, properties: { name: { type: 'string' as const } }, required: ['name'] };
  mcp.registerTool('ask', {}, ({ mcpReq }) => {
    const { inputResponses } = mcpReq;
    const answer = inputResponses?.['who'];
    if (answer !== undefined) return text(JSON.stringify(answer));
    return inputRequired({
      inputRequests: { who: inputRequired.elicit({ message: 'Who?', requestedSchema: question }) },
    });
  });
  mcp.registerTool('ask_url', {}, ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, 'page');
    if (answer.kind === 'elicit') return text(answer.action);
    return inputRequired({ inputRequests: { page: inputRequired.elicitUrl({ message: 'Sign in', url: PAGE }) } });
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
  mcp.registerTool('sample', {}, ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, 'capital');
    if (answer.kind === 'sampling') {
      const [block] = [answer.result.content].flat();
      return text(block?.type === 'text' ? block.text : 'no text');
    }
    const capital = inputRequired.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'Capital of France?' } }],
      maxTokens: 10,
    });
    return inputRequired({ inputRequests: { capital } });
  });
  mcp.registerTool('roots', {}, ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, 'all');
    if (answer.kind === 'roots') return text(JSON.stringify(answer.roots));
    return inputRequired({ inputRequests: { all: inputRequired.listRoots() } });
  });
  mcp.registerTool('roots_changed', {}, async () => {
    await world.rootsChange.happened();
    world.rootsChange.reset();
    return text('changed');
  });
  mcp.registerTool('log', {}, async ({ mcpReq }) => {
    await mcpReq.log('debug', 'low');
    await mcpReq.log('error', 'high');
    return text('logged');
  });
  mcp.registerTool('touch', {}, async ({ mcpReq }) => {
    if (world.publish !== undefined) {
      world.publish();
      return text('touched');
    }
    // Newer clients get only what they listen to.
    const all = mcpReq.envelope !== undefined;
    for (const uri of [OTHER, README]) if (all || subscribed.has(uri)) await server.sendResourceUpdated({ uri });
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
  mcp.registerPrompt(greet, { argsSchema: z.object({ name }) }, (args) => says(`Hello, ${args.name}!`));
  for (const other of others) mcp.registerPrompt(other, {}, () => says(other));
  // By itself it has all in one page.
  server.setRequestHandler('prompts/list', ({ params }) => {
    const at = Number(params?.cursor ?? 0);
    const prompts = PROMPTS.slice(at, at + 2).map((prompt) => ({ name: prompt }));
    return { prompts, ...(at + 2 < PROMPTS.length && { nextCursor: String(at + 2) }) };
  });
  return mcp;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const world = newWorld();
  serveStdio(() => v2Server(world), { ...(argv.includes('--strict') && { legacy: 'reject' }) });
}
