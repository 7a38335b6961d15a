/** Servers that tell of changes. */
import { McpServer, memoryBus, type Bus, type Change, type ServerExtension } from 'mcpwire/server';

// #region notify
const prices = new Map([['price://apples', '2.40']]);

export const market = new McpServer({ name: 'market', version: '1.0.0' })
  .tool('count', {}, () => String(prices.size))
  .resource('price://apples', { name: 'apples' }, () => prices.get('price://apples') ?? 'unknown');

export function setPrice(uri: string, price: string): void {
  prices.set(uri, price);
  market.notify.resourceUpdated(uri);
}
// #endregion notify

// #region may-watch
export const diaries = new McpServer(
  { name: 'diaries', version: '1.0.0' },
  { mayWatch: (uri, { auth }) => auth?.subject !== undefined && uri === `diary://${auth.subject}` },
).resource('diary://{name}', { name: 'diary' }, ({ name }) => `${name}'s diary`);
// #endregion may-watch

// #region bus
/** A bus between the threads of a process, or the pages and workers of an origin. */
export function channelBus(name: string): Bus {
  const here = memoryBus();
  const channel = new BroadcastChannel(name);
  // A channel tells everyone but itself.
  channel.addEventListener('message', ({ data }) => void here.publish(data as Change));
  return {
    publish(change) {
      channel.postMessage(change);
      return here.publish(change);
    },
    subscribe: (listener) => here.subscribe(listener),
  };
}
// #endregion bus

/** Whose each build is. */
const owners = new Map<unknown, string>([['build-1', 'ada']]);

// #region extension
const builds: ServerExtension = {
  id: 'com.example/builds',
  listenFilters: {
    // Asked as `buildIds: ['build-1']`. Whose builds these are is for the filter to find out.
    buildIds(asked, { auth }) {
      if (!Array.isArray(asked) || auth?.subject === undefined) return undefined;
      const keys = asked.filter((id) => owners.get(id) === auth.subject);
      return { value: keys, keys };
    },
  },
};

export const ci = new McpServer({ name: 'ci', version: '1.0.0' }).extend(builds);

export function tell(buildId: string, status: string): void {
  const change = { kind: 'extension', filter: 'buildIds', key: buildId } as const;
  ci.notify.changed({ ...change, method: 'notifications/builds', params: { buildId, status } });
}
// #endregion extension
