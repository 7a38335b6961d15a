/**
 * What servers keep, and where: the interfaces of stores that several processes share, and those that keep things in the
 * memory of one.
 *
 * @module mcpwire/stores
 */
export { memoryEventStore } from '../legacy/event-store.js';
export type { MemoryEventStoreOptions } from '../legacy/event-store.js';
export { memorySessionStore } from '../legacy/session-store.js';
export type { MemorySessionStoreOptions } from '../legacy/session-store.js';
export { memoryBus } from '../server/bus.js';
export type { Bus, Change } from '../server/bus.js';
export type {
  EventStore,
  SessionChange,
  SessionState,
  SessionStore,
  StoredEvent,
  StoredEvents,
} from '../server/past-stores.js';
export { memoryRateLimitStore } from '../server/rate-limit.js';
export type { MemoryRateLimitStoreOptions, RateLimitStore } from '../server/rate-limit.js';
export { memoryReplayStore } from '../server/replay-store.js';
export type { MemoryReplayStoreOptions, ReplayStore } from '../server/replay-store.js';
export type { LoggingLevel } from '../spec/types.js';
export type { JsonObject } from '../json-rpc.js';
