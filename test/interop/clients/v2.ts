/** The client of `@modelcontextprotocol/client`: an older one unless told otherwise. */
import { Client, LOG_LEVEL_META_KEY, type ClientOptions, type Transport } from '@modelcontextprotocol/client';
import { ANSWERS, type Caller } from '../peer.ts';

/**
 * @param mode how it finds out what the server speaks: not at all by default, `'auto'`, or a revision from 2026-07-28 on
 * @param listening settles when the server can tell of what belongs to no call
 */
export async function v2Caller(
  transport: Transport,
  options: Pick<ClientOptions, 'versionNegotiation' | 'supportedProtocolVersions'> = {},
  listening: Promise<unknown> = Promise.resolve(),
): Promise<Caller> {
  const client = new Client(
    { name: 'v2', version: '1.0.0' },
    { ...options, capabilities: { elicitation: { form: {}, url: {} }, sampling: {}, roots: { listChanged: true } } },
  );
  const logged: unknown[] = [];
  const pages = { asked: [] as string[], done: [] as string[] };
  const heard: string[] = [];
  client.setRequestHandler('elicitation/create', ({ params }) => {
    if (params.mode !== 'url') return { ...ANSWERS.form };
    pages.asked.push(params.elicitationId);
    return { action: 'accept' };
  });
  client.setRequestHandler('sampling/createMessage', () => ({ ...ANSWERS.message }));
  client.setRequestHandler('roots/list', () => ({ roots: [...ANSWERS.roots] }));
  client.setNotificationHandler('notifications/message', ({ params }) => void logged.push(params.data));
  client.setNotificationHandler(
    'notifications/elicitation/complete',
    ({ params }) => void pages.done.push(params.elicitationId),
  );
  client.setNotificationHandler('notifications/tools/list_changed', () => void heard.push('tools'));
  client.setNotificationHandler('notifications/prompts/list_changed', () => void heard.push('prompts'));
  client.setNotificationHandler('notifications/resources/list_changed', () => void heard.push('resources'));
  client.setNotificationHandler(
    'notifications/resources/updated',
    ({ params }) => void heard.push(`updated ${params.uri}`),
  );
  await client.connect(transport);
  const modern = client.getProtocolEra() === 'modern';
  return {
    revision: client.getNegotiatedProtocolVersion() ?? '',
    logged,
    pages,
    async call(name, args = {}, { signal, onProgress, logLevel } = {}) {
      if (logLevel !== undefined && !modern) await client.setLoggingLevel(logLevel);
      const result = await client.callTool(
        {
          name,
          arguments: { ...args },
          ...(modern && logLevel !== undefined && { _meta: { [LOG_LEVEL_META_KEY]: logLevel } }),
        },
        {
          ...(signal && { signal }),
          ...(onProgress && { onprogress: ({ progress, total }) => onProgress(progress, total) }),
        },
      );
      const [block] = result.content as readonly { text?: string }[];
      return { isError: result.isError === true, text: block?.text ?? '', structured: result.structuredContent };
    },
    // All pages, by itself.
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    templates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
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
      if (modern) {
        const topics = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
        const subscription = await client.listen({ ...topics, resourceSubscriptions: [uri] });
        return { heard, stop: () => subscription.close() };
      }
      await listening;
      await client.subscribeResource({ uri });
      return { heard, stop: async () => void (await client.unsubscribeResource({ uri })) };
    },
    rootsChanged: () => client.sendRootsListChanged(),
    ping: () => client.ping(),
    close: () => client.close(),
  };
}
