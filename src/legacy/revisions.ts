/**
 * Which of the older revisions has what. Everything here was read off their schemas: a member, block or notification that is
 * not named has been there since 2024-11-05.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/schema
 */
import { LEGACY_VERSIONS } from '../spec/versions.js';

/** A revision that opens with an `initialize` handshake. */
export type Revision = '2025-11-25' | '2025-06-18' | '2025-03-26' | '2024-11-05';

/** The revision that brought something; 2026-07-28 stands for what none of the older ones has. */
export type Since = Revision | '2026-07-28';

/** What came when, by name. */
export type Changes = Readonly<Record<string, Since>>;

const NEWEST: Revision = '2025-11-25';

const MARCH = '2025-03-26';
const JUNE = '2025-06-18';
const NOVEMBER = '2025-11-25';
const MODERN = '2026-07-28';

/**
 * The revision that an `initialize` is answered with: the one asked for, where it is one of these. Anything else gets the
 * newest of them, 2026-07-28 too, which knows no `initialize`.
 *
 * @param asked `params.protocolVersion`, unchecked
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle#version-negotiation
 */
export function negotiated(asked: unknown): Revision {
  // The list holds exactly what the type says.
  return LEGACY_VERSIONS.includes(asked as Revision) ? (asked as Revision) : NEWEST;
}

/** Whether a revision is `since` or newer. */
export function isSince(revision: Revision, since: Since): boolean {
  // Dates in this form sort as text.
  return revision >= since;
}

const display: Changes = { title: JUNE, icons: NOVEMBER, _meta: JUNE };

/** The members of what is listed, read, called and declared. */
export const MEMBERS = {
  result: { resultType: MODERN },
  cacheable: { resultType: MODERN, ttlMs: MODERN, cacheScope: MODERN },
  tool: { ...display, annotations: MARCH, outputSchema: JUNE, execution: NOVEMBER },
  prompt: display,
  argument: { title: JUNE },
  resource: display,
  contents: { _meta: JUNE },
  block: { _meta: JUNE },
  annotations: { lastModified: JUNE },
  samplingMessage: { _meta: NOVEMBER },
  schema: { $schema: NOVEMBER },
  elicitation: { mode: NOVEMBER },
  progress: { message: MARCH },
  implementation: { title: JUNE, icons: NOVEMBER, websiteUrl: NOVEMBER, description: NOVEMBER },
  // Earlier, completion is just answered. Extensions are negotiated by 2026-07-28 alone; `experimental` was always there.
  capabilities: { completions: MARCH, tasks: NOVEMBER, extensions: MODERN },
} satisfies Record<string, Changes>;

/** The kinds of content block in results. One that is not named is known to none. */
export const BLOCKS: Changes = {
  text: '2024-11-05',
  image: '2024-11-05',
  resource: '2024-11-05',
  audio: MARCH,
  resource_link: JUNE,
};

/** Notifications to a client. One that is not named is custom, or has always been there. */
export const NOTIFICATIONS: Changes = {
  'notifications/elicitation/complete': NOVEMBER,
  'notifications/tasks/status': NOVEMBER,
  'notifications/subscriptions/acknowledged': MODERN,
};

/** The keys of `_meta` with the specification's own prefix. One that is not named is 2026-07-28's, or an extension's. */
export const META_KEYS: Changes = {
  'io.modelcontextprotocol/related-task': NOVEMBER,
  'io.modelcontextprotocol/model-immediate-response': NOVEMBER,
};
