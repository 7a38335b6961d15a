/**
 * The messages of revision 2026-07-28 as TypeScript types. Types only: nothing here exists at run time. Names are the
 * specification's.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/schema
 */
export type * from './base.js';
export type * from './content.js';
export type * from './discover.js';
export type * from './elicitation.js';
export type * from './input.js';
export type * from './messages.js';
export type * from './notifications.js';
export type * from './prompts.js';
export type * from './resources.js';
export type * from './sampling.js';
export type * from './subscriptions.js';
export type * from './tools.js';
