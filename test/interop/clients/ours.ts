/** The client of this package. */
import { McpClient, type ClientTransport, type ConnectOptions, type ListenChange } from 'mcpwire/client';
import { gate } from '../../helpers/gate.ts';
import { ANSWERS, type Caller } from '../peer.ts';

const KINDS: Readonly<Record<string, string>> = {
  toolsListChanged: 'tools',
  promptsListChanged: 'prompts',
  resourcesListChanged: 'resources',
};

export async function ourCaller(target: string | ClientTransport, options: ConnectOptions = {}): Promise<Caller> {
  const asked: string[] = [];
  const done: string[] = [];
  const client = await McpClient.connect(target, {
    elicit: () => ANSWERS.form,
    elicitUrl: ({ url }) => {
      asked.push(url);
      return { action: 'accept' };
    },
    sample: () => ANSWERS.message,
    roots: ANSWERS.roots,
    ...options,
  });
  const logged: unknown[] = [];
  client.on('notifications/message', ({ data }) => void logged.push(data));
  // What is asked has no id for handlers here, so that one side or the other has to be what is compared.
  client.on('notifications/elicitation/complete', () => void done.push(...asked));
  return {
    get revision() {
      return client.server.protocolVersion ?? '';
    },
    logged,
    pages: { asked, done },
    async call(name, args = {}, { signal, onProgress, logLevel } = {}) {
      const result = await client.callTool(
        name,
        { ...args },
        { signal, logLevel, ...(onProgress && { onProgress: ({ progress, total }) => onProgress(progress, total) }) },
      );
      // Whatever its type: these tests look at texts only.
      const [block] = result.content as readonly { readonly text?: string }[];
      return {
        isError: result.isError === true,
        text: block?.text ?? '',
        structured: 'structuredContent' in result ? result.structuredContent : undefined,
      };
    },
    tools: async () => (await client.listTools()).map(({ name }) => name),
    prompts: async () => (await client.listPrompts()).map(({ name }) => name),
    resources: async () => (await client.listResources()).map(({ uri }) => uri),
    templates: async () => (await client.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate),
    async read(uri) {
      const [content] = (await client.readResource(uri)).contents;
      return content !== undefined && 'text' in content ? content.text : '';
    },
    async prompt(name, args) {
      const [message] = (await client.getPrompt(name, args)).messages;
      return message?.content.type === 'text' ? message.content.text : '';
    },
    async complete(ref, name, value) {
      const target = 'prompt' in ref ? ({ type: 'ref/prompt', name: ref.prompt } as const) : undefined;
      const { values } = await client.complete(
        target ?? { type: 'ref/resource', uri: 'template' in ref ? ref.template : '' },
        { name, value },
      );
      return values;
    },
    async watch(uri) {
      const heard: string[] = [];
      const { opened: listening, open: onListening } = gate<unknown>();
      const topics = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
      const changes = client.listen({ ...topics, resourceSubscriptions: [uri] }, { onListening });
      const reading = (async () => {
        for await (const change of changes) heard.push(nameOf(change));
      })();
      await Promise.race([listening, reading]);
      return {
        heard,
        async stop() {
          await changes.return?.();
          await reading;
        },
      };
    },
    rootsChanged: () => client.notify('notifications/roots/list_changed'),
    ping: () => client.request('ping'),
    close: () => client.close(),
  };
}

function nameOf(change: ListenChange): string {
  return change.type === 'resourceUpdated' ? `updated ${change.uri}` : (KINDS[change.type] ?? change.type);
}
