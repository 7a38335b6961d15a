/** What a runtime has beyond the web's globals: here nothing. `imports` in package.json chooses this file or edge-node.ts. */
import type { Resolve, Send } from './guard.js';
import type { Listen } from './redirects.js';
import type { AuthStore } from './types.js';

/** What only some runtimes have, loaded when it is first needed. */
export interface Edge {
  /** Requests that connect to an address which was looked at. */
  readonly guard?: () => Promise<{ readonly send: Send; readonly resolve: Resolve }>;
  /** Files, and locks that other processes obey. */
  readonly files?: () => Promise<{ readonly openFiles: (path: string) => Required<AuthStore> }>;
  /** A listener for an authorization server's answer, and a browser to ask it with. */
  readonly loopback?: () => Promise<{ readonly listen: Listen }>;
}

/** Browsers and Workers have none of it. */
export const edge: Edge = {};
