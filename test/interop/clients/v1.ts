/** The client of `@modelcontextprotocol/sdk`. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CreateMessageRequestSchema,
  ElicitationCompleteNotificationSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  PromptListChangedNotificationSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { ANSWERS, type Caller } from '../peer.ts';

/** @param listening settles when the server can tell of what belongs to no call */
export async function v1Caller(
  transport: Transport,
  revision: string,
  listening: Promise<unknown> = Promise.resolve(),
): Promise<Caller> {
  const client = new Client(
    { name: 'v1', version: '1.0.0' },
    { capabilities: { elicitation: { form: {}, url: {} }, sampling: {}, roots: { listChanged: true } } },
  );
  const logged: unknown[] = [];
  const pages = { asked: [] as string[], done: [] as string[] };
  const heard: string[] = [];
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    if (params.mode !== 'url') return { ...ANSWERS.form };
    pages.asked.push(params.elicitationId);
    return { action: 'accept' };
  });
  client.setRequestHandler(CreateMessageRequestSchema, () => ({ ...ANSWERS.message }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [...ANSWERS.roots] }));
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params.data));
  client.setNotificationHandler(
    ElicitationCompleteNotificationSchema,
    ({ params }) => void pages.done.push(params.elicitationId),
  );
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.push('tools'));
  client.setNotificationHandler(PromptListChangedNotificationSchema, () => void heard.push('prompts'));
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () => void heard.push('resources'));
  client.setNotificationHandler(
    ResourceUpdatedNotificationSchema,
    ({ params }) => void heard.push(`updated ${params.uri}`),
  );
  await client.connect(transport);
  return {
    revision,
    logged,
    pages,
    async call(name, args = {}, { signal, onProgress, logLevel } = {}) {
      if (logLevel !== undefined) await client.setLoggingLevel(logLevel);
      const result = await client.callTool({ name, arguments: { ...args } }, undefined, {
        ...(signal && { signal }),
        ...(onProgress && { onprogress: ({ progress, total }) => onProgress(progress, total) }),
      });
      const [block] = result.content as readonly { text?: string }[];
      return { isError: result.isError === true, text: block?.text ?? '', structured: result.structuredContent };
    },
    tools: () =>
      all(
        async (page) => client.listTools(page),
        ({ tools }) => tools.map(({ name }) => name),
      ),
    prompts: () =>
      all(
        async (page) => client.listPrompts(page),
        ({ prompts }) => prompts.map(({ name }) => name),
      ),
    resources: () =>
      all(
        async (page) => client.listResources(page),
        ({ resources }) => resources.map(({ uri }) => uri),
      ),
    templates: () =>
      all(
        async (page) => client.listResourceTemplates(page),
        ({ resourceTemplates }) => resourceTemplates.map(({ uriTemplate }) => uriTemplate),
      ),
    async read(uri) {
      const [content] = (await client.readResource({ uri })).contents;
      return content !== undefined && 'text' in content ? content.text : '';
    },
    async prompt(name, args) {
      const [message] = (await client.getPrompt({ name, arguments: args })).messages;
      return message?.content.type === 'text' ? message.content.text : '';
    },
    async complete(ref, name, value) {
      const { completion } = await client.complete({
        ref: 'prompt' in ref ? { type: 'ref/prompt', name: ref.prompt } : { type: 'ref/resource', uri: ref.template },
        argument: { name, value },
      });
      return completion.values;
    },
    async watch(uri) {
      await listening;
      await client.subscribeResource({ uri });
      return { heard, stop: async () => void (await client.unsubscribeResource({ uri })) };
    },
    rootsChanged: () => client.sendRootsListChanged(),
    ping: () => client.ping(),
    close: () => client.close(),
  };
}

/** All pages, by hand: this client gets one at a time. */
async function all<Page extends { nextCursor?: string | undefined }>(
  get: (page: { cursor: string } | undefined) => Promise<Page>,
  names: (page: Page) => string[],
): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await get(cursor === undefined ? undefined : { cursor });
    found.push(...names(page));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}
