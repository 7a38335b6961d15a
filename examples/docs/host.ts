/** What a host does with a server: docs/client.md shows it. Each function takes what differs between a test and a program. */
import {
  McpClient,
  type CacheStore,
  type ClientExtension,
  type ClientMiddleware,
  type JsonObject,
  type ListenChange,
  type ServerFacts,
} from 'mcpwire/client';
import { fromJsonSchema } from 'mcpwire/json-schema';
import type { library } from './library.ts';

export async function lists(url: string, log: (line: string) => void): Promise<void> {
  // #region lists
  const client = await McpClient.connect<typeof library>(url);
  for (const { uri, name } of await client.listResources()) log(`${name}: ${uri}`);
  for (const { uriTemplate } of await client.listResourceTemplates()) log(uriTemplate);
  for (const { name, arguments: args = [] } of await client.listPrompts()) log(`${name}, ${args.length} arguments`);

  const { contents } = await client.readResource('book://1');
  for (const part of contents) log('text' in part ? part.text : `${part.blob.length} characters of base64`);

  const { messages } = await client.getPrompt('summarise', { genre: 'crime' });
  for (const { role, content } of messages) log(`${role}: ${content.type === 'text' ? content.text : content.type}`);

  const { values } = await client.complete({ type: 'ref/prompt', name: 'summarise' }, { name: 'genre', value: 'cr' });
  log(values.join());
  // #endregion lists
  await client.close();
}

/** A user interface, as far as it is needed here. */
export interface Window {
  form(server: string, message: string, fields: readonly string[]): Promise<Record<string, string> | undefined>;
  confirm(question: string): Promise<boolean>;
  open(url: string): void;
}

export async function answering(url: string, window: Window): Promise<McpClient> {
  // #region answering
  const client = await McpClient.connect(url, {
    async elicit({ message, requestedSchema }, { server }) {
      const who = server.info?.name ?? url;
      const content = await window.form(who, message, Object.keys(requestedSchema.properties));
      return content === undefined ? { action: 'cancel' } : { action: 'accept', content };
    },
    async elicitUrl(page, { server }) {
      const warning = page.warnings.length === 0 ? '' : ` (beware: ${page.warnings.join()})`;
      const question = `${server.info?.name} wants to open ${page.host}${warning}: ${page.url}`;
      if (!(await window.confirm(question))) return { action: 'decline' };
      window.open(page.url); // in the user's browser, where this program cannot look
      return { action: 'accept' };
    },
  });
  // #endregion answering
  return client;
}

export async function listening(client: McpClient, show: (line: string) => void, enough: () => boolean): Promise<void> {
  // #region listening
  const topics = { toolsListChanged: true, resourceSubscriptions: ['book://1'] };
  for await (const change of client.listen(topics, { onListening: (honored) => show(Object.keys(honored).join()) })) {
    show(await refreshed(client, change));
    if (enough()) break; // leaving the loop ends the subscription
  }
  // #endregion listening
}

// #region refreshed
async function refreshed(client: McpClient, change: ListenChange): Promise<string> {
  switch (change.type) {
    case 'resourceUpdated':
      return JSON.stringify((await client.readResource(change.uri)).contents);
    case 'toolsListChanged':
    case 'refetch':
      return (await client.listTools()).map(({ name }) => name).join();
    default:
      return change.type;
  }
}
// #endregion refreshed

export async function prior(url: string, known: { get(): string | undefined; set(text: string): void }) {
  // #region prior
  const text = known.get();
  const client = await McpClient.connect(url, text === undefined ? {} : { prior: JSON.parse(text) as ServerFacts });
  known.set(JSON.stringify(client.server));
  // #endregion prior
  return client;
}

// #region traced
const traced =
  (traceparent: () => string): ClientMiddleware =>
  (next) =>
  (call, ctx) => {
    const meta = { ...ctx.options.meta, traceparent: traceparent() };
    return next(call, { ...ctx, options: { ...ctx.options, meta } });
  };
// #endregion traced

export async function tracing(url: string, traceparent: () => string): Promise<McpClient> {
  // #region tracing
  const client = await McpClient.connect(url);
  client.use(traced(traceparent));
  // #endregion tracing
  return client;
}

export async function checked(url: string): Promise<number | undefined> {
  // #region checked
  const client = await McpClient.connect<typeof library>(url, { jsonSchema: fromJsonSchema });
  const result = await client.callTool('count'); // invalid_message, should the value not fit
  const books = result.isError ? undefined : result.structuredContent.books;
  // #endregion checked
  await client.close();
  return books;
}

// #region store
/** Keeps answers where several processes find them. */
function shared(kv: {
  get(key: string): Promise<string | undefined>;
  put(key: string, text: string, ms: number): Promise<void>;
  list(prefix: string): Promise<string[]>;
  remove(key: string): Promise<void>;
}): CacheStore {
  return {
    async get(key) {
      const text = await kv.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as JsonObject);
    },
    set: (key, value, ttlMs) => kv.put(key, JSON.stringify(value), ttlMs),
    async delete(prefix) {
      for (const key of await kv.list(prefix)) await kv.remove(key);
    },
  };
}
// #endregion store

export async function sharing(url: string, kv: Parameters<typeof shared>[0], user: () => string): Promise<McpClient> {
  // #region sharing
  const client = await McpClient.connect(url, { cache: { store: shared(kv), authorization: user } });
  // #endregion sharing
  return client;
}

// #region extension
const parcels: ClientExtension = {
  id: 'com.example/parcels',
  settings: { formats: ['small'] },
  headerName: { 'parcels/get': 'parcelId' },
  resultTypes: {
    // Some calls are answered with a parcel number: what is asked for is in the parcel.
    'com.example/parcel': ({ parcelId }, ctx) => ctx.request('parcels/get', { parcelId }),
  },
};
// #endregion extension

export const withParcels = (url: string): Promise<McpClient> => McpClient.connect(url, { extensions: [parcels] });
