/**
 * Signing in to servers: as a person, as a program, by an organisation, or with a token that is there already.
 *
 * @module mcpwire/auth
 */
export { bearer } from './bearer.js';
export { clientCredentials, enterpriseManaged, workloadIdentity } from './machines.js';
export type {
  ClientCredentialsOptions,
  ClientSecretOrKey,
  EnterpriseManagedOptions,
  MachineOptions,
  WorkloadIdentityOptions,
} from './machines.js';
export { oauth } from './oauth.js';
export type { Authorizing, OAuthOptions } from './oauth.js';
export type { RegistrationOptions } from './registration.js';
export type { CommonOptions } from './setting.js';
export { popup, popupCallback, redirect } from './browser-redirects.js';
export type { PageRedirect, PageRedirectOptions, PopupOptions } from './browser-redirects.js';
export { loopback, manual } from './redirects.js';
export type { LoopbackOptions, ManualOptions } from './redirects.js';
export { browserStore, fileStore, memoryStore } from './stores.js';
export type { BrowserStorage, BrowserStoreOptions } from './stores.js';
export type { AuthStore, Redirect, RedirectSession } from './types.js';
export type { AuthMiddleware } from '../client/http-transport.js';
