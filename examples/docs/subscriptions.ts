/** Servers that tell of changes. */
import { McpServer, memoryBus, type Bus, type Change } from 'mcpwire/server';

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
