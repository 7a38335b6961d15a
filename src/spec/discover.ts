/** Discovery: what a server speaks and offers. */
import type { CacheableResult, ServerCapabilities } from './base.js';

/** The result of `server/discover`. */
export interface DiscoverResult extends CacheableResult {
  /** The protocol revisions that the server speaks. */
  readonly supportedVersions: readonly string[];
  /** What the server offers. */
  readonly capabilities: ServerCapabilities;
  /** How a model should use the server. */
  readonly instructions?: string;
}
