/**
 * Protects a server: verification of tokens, the metadata that leads clients to where they get one, and scopes.
 *
 * @module mcpwire/auth/server
 */
export { bearerAuth } from './bearer.js';
export type { BearerAuthOptions } from './bearer.js';
export type { DpopOptions } from './dpop.js';
export type { Fetch } from './bounded-fetch.js';
export { introspection } from './introspection.js';
export type { IntrospectionOptions } from './introspection.js';
export { jwt } from './jwt.js';
export type { JwtOptions } from './jwt.js';
export type { Verify, VerifyRequest } from './verify.js';
export { memoryReplayStore } from '../../server/replay-store.js';
export type { MemoryReplayStoreOptions, ReplayStore } from '../../server/replay-store.js';
export type { ServerAuth } from '../../server/authorization.js';
export type { AuthInfo } from '../../server/exchange.js';
export type { JsonObject } from '../../json-rpc.js';
export type { Secret } from '../../util/seal.js';
