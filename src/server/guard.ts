import { raise, raisedBy, type Context } from './context.js';

import { isSuspension } from './input-required.js';

/** Hears what a handler masks; answers the text that the caller gets instead. */
export type Mask = (error: unknown, what: string, ctx: Context) => string;

/**
 * Runs an author's handler. What it raises on purpose passes; anything else is told to the operator and masked.
 *
 * @param what names the handler, such as `Prompt "greet"`
 */
export async function guarded<T>(what: string, mask: Mask, ctx: Context, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isSuspension(error)) throw error;
    throw raisedBy(error) ?? raise('internal', mask(error, `${what} failed`, ctx), { cause: error });
  }
}
