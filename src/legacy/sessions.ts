import { isObject, type JsonObject } from '../json-rpc.js';
import type { Change } from '../server/bus.js';
import type { AuthInfo } from '../server/exchange.js';
import type { PastHost } from '../server/past.js';
import type { Method } from '../server/registry.js';
import type { ClientCapabilities } from '../spec/types.js';
import { createSealer, type Sealer } from '../util/seal.js';
import { randomId } from '../util/random-id.js';
import { NOBODY } from './event-stream.js';
import type { HttpStanding } from './http-standing.js';
import { LegacySession, type SessionFacts } from './session.js';
import type { SessionChange, SessionStore } from '../server/past-stores.js';
import { changed, memorySessionStore } from './session-store.js';

const DAY_MS = 86_400_000;
/** A session's id travels in a header of every request: what goes in must be short. */
const ID_CHARS = 4_096;
/** Sessions that are remembered here although nothing of them runs here: opening an id anew costs some 100 µs. */
const REMEMBERED = 10_000;

/** A session that is served here. */
export interface OpenSession {
  readonly session: LegacySession;
  /** Names it in stores and on buses. */
  readonly key: string;
  /** Its own stream, once there was one. */
  readonly carried: { standing?: HttpStanding };
}

interface Live extends OpenSession {
  readonly id: string;
  readonly principal: string;
  readonly expires: number;
}

/** What a session's id says, sealed. */
interface Sealed extends SessionFacts {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/**
 * The sessions of older peers over HTTP. A session is what its id says, sealed, so that any process with the secret serves
 * it; what is kept here is what runs here.
 */
export class Sessions {
  readonly #host: PastHost;
  readonly #methods: ReadonlyMap<string, Method | null>;
  readonly #store: SessionStore;
  readonly #ttlMs: number;
  readonly #sealer: Sealer;
  /** By id, the one that was used longest ago first. */
  readonly #live = new Map<string, Live>();
  readonly #byKey = new Map<string, Live>();
  readonly #wakers = new Map<string, Set<(holder?: string) => void>>();
  #attached: Promise<() => void> | undefined;

  constructor(host: PastHost, methods: ReadonlyMap<string, Method | null>) {
    this.#host = host;
    this.#methods = methods;
    const { sessionStore = memorySessionStore() } = host.options.legacy || {};
    this.#store = sessionStore;
    this.#ttlMs = sessionTtlOf(host);
    this.#sealer = sessionSealer(host);
  }

  /** How many are remembered here. */
  get size(): number {
    return this.#live.size;
  }

  /** Seals a new session. @returns its id; visible ASCII */
  async create(facts: SessionFacts, auth: AuthInfo | undefined): Promise<string> {
    const key = randomId();
    const sealed: Sealed = { ...facts, key, expires: Date.now() + this.#ttlMs };
    const context = sessionContext(this.#host, 'session', auth);
    const id = await this.#sealer.seal(sealed, context);
    if (id.length <= ID_CHARS) return id;
    // A client that has much to say of itself: what it can do counts, as far as it is of the protocol.
    const { name, version }: { readonly name?: unknown; readonly version?: unknown } = facts.info ?? {};
    const capabilities = Object.entries(KNOWN).flatMap(([capability, members]) => {
      const own = (facts.capabilities as JsonObject)[capability];
      return isObject(own)
        ? [[capability, Object.fromEntries(members.flatMap((one) => (own[one] ? [[one, {}]] : [])))]]
        : [];
    });
    const short = {
      ...sealed,
      info: { name: shortened(name), version: shortened(version) },
      // Made of what was declared, in the same places.
      capabilities: Object.fromEntries(capabilities) as ClientCapabilities,
    };
    return this.#sealer.seal(short, context);
  }

  /**
   * Finds a session.
   *
   * @returns `undefined` for an id that is dead, unknown, or somebody else's: nobody can tell which
   */
  async open(id: string, auth: AuthInfo | undefined): Promise<OpenSession | undefined> {
    const live = await this.#find(id, auth);
    if (live === undefined || Date.now() >= live.expires) return undefined;
    const { session, key } = live;
    await (this.#attached ??= this.#attach());
    const state = (await this.#store.get(key)) ?? {};
    if (state.ended === true) {
      this.#drop(live);
      return undefined;
    }
    session.state = state;
    return live;
  }

  /** Ends a session, everywhere. */
  async end({ session, key }: OpenSession): Promise<void> {
    await session.change({ type: 'end' });
    this.#publish(key, { type: 'ended' });
    const live = this.#byKey.get(key);
    if (live !== undefined) this.#drop(live);
  }

  /** Tells who follows a stream that there is something new, here and in every other process. */
  announce(key: string, stream: string, holder: string | undefined): void {
    this.#wake(stream, holder);
    this.#publish(key, { type: 'events', stream, holder });
  }

  /** Calls back when there is something new of a stream. */
  wake(stream: string, listener: (holder?: string) => void): () => void {
    let listeners = this.#wakers.get(stream);
    if (listeners === undefined) this.#wakers.set(stream, (listeners = new Set()));
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#wakers.get(stream) === listeners) this.#wakers.delete(stream);
    };
  }

  close(): void {
    const attached = this.#attached;
    this.#attached = undefined;
    attached?.then(
      (detach) => detach(),
      () => {},
    );
    for (const { session, carried } of this.#live.values()) {
      session.leave();
      carried.standing?.close();
    }
    this.#cut('');
    this.#live.clear();
    this.#byKey.clear();
  }

  async #find(id: string, auth: AuthInfo | undefined): Promise<Live | undefined> {
    const principal = sessionContext(this.#host, 'session', auth);
    const known = this.#live.get(id);
    if (known !== undefined) {
      if (known.principal !== principal) return undefined;
      this.#live.delete(id);
      this.#live.set(id, known);
      return known;
    }
    // What opens is what `create` sealed.
    const sealed = (await this.#sealer.open(id, principal)) as Sealed | undefined;
    if (sealed === undefined) return undefined;
    // Another request may have come first.
    const other = this.#live.get(id);
    if (other !== undefined) return other;
    const { key, expires, ...facts } = sealed;
    const session: LegacySession = new LegacySession(this.#host, facts, this.#methods, true, {
      keep: (change) => this.#keep(session, key, change),
      pass: (message) => this.#publish(key, message),
    });
    const live: Live = { id, session, key, carried: {}, principal, expires };
    this.#live.set(id, live);
    this.#byKey.set(key, live);
    this.#forgetIdle();
    return live;
  }

  async #keep(session: LegacySession, key: string, change: SessionChange): Promise<void> {
    await this.#store.change(key, change, this.#ttlMs);
    session.state = changed(session.state, change);
  }

  #drop({ id, key, session, carried }: Live): void {
    this.#live.delete(id);
    this.#byKey.delete(key);
    session.end();
    carried.standing?.close();
    this.#cut(`${key}/`);
  }

  /** Ends the connections that follow streams whose names begin so. */
  #cut(prefix: string): void {
    // A copy, since whoever is woken leaves.
    for (const stream of Array.from(this.#wakers.keys())) if (stream.startsWith(prefix)) this.#wake(stream, NOBODY);
  }

  #forgetIdle(): void {
    if (this.#live.size <= REMEMBERED) return;
    for (const [id, { session, key }] of this.#live) {
      if (!session.idle) continue;
      this.#live.delete(id);
      this.#byKey.delete(key);
      return;
    }
  }

  #publish(session: string, message: JsonObject): void {
    const {
      listening: { bus },
      tell,
    } = this.#host;
    (async () => bus.publish({ kind: 'session', session, message }))().catch(tell);
  }

  /** Before the first session is served: what is meant for it must not be missed. */
  async #attach(): Promise<() => void> {
    try {
      // Later, since one that throws at once must not be remembered, either.
      await Promise.resolve();
      return await this.#host.listening.bus.subscribe((change) => void this.#receive(change));
    } catch (error) {
      // The next one tries again.
      this.#attached = undefined;
      throw error;
    }
  }

  async #receive(change: Change): Promise<void> {
    if (change.kind !== 'session') return;
    const { type, response, params, stream, holder } = change.message;
    if (type === 'events') return this.#wake(stream as string, holder as string | undefined);
    const live = this.#byKey.get(change.session);
    if (live === undefined) return;
    const { session } = live;
    // All of them came from another process, or from here: then there is nothing to find.
    if (type === 'answer' && isObject(response)) session.answer(response, false);
    else if (type === 'cancel' && isObject(params)) session.cancel(params, false);
    else if (type === 'ended') this.#drop(live);
    else if (type === 'changed' && session.standing) {
      try {
        session.state = (await this.#store.get(live.key)) ?? {};
        await session.relisten();
      } catch (error) {
        this.#host.tell(error);
      }
    }
  }

  #wake(stream: string, holder: string | undefined): void {
    for (const listener of new Set(this.#wakers.get(stream))) listener(holder);
  }
}

/** Milliseconds for which a session lives. */
export function sessionTtlOf({ options: { legacy } }: PastHost): number {
  return (legacy || {}).sessionTtlMs ?? DAY_MS;
}

/** What seals the ids of sessions. */
export function sessionSealer(host: PastHost): Sealer {
  return createSealer(host.options.secret, {
    ttlMs: sessionTtlOf(host),
    maxChars: ID_CHARS,
    onRandomKey: () => {
      if (host.service.alone !== true) console.warn(NO_SECRET);
    },
  });
}

/** Where an id opens: for its kind and its principal, whole, since another program of the same user is another client. */
export function sessionContext(
  { service }: PastHost,
  kind: 'session' | 'sse',
  { issuer, clientId, subject }: Partial<AuthInfo> = {},
): string {
  return JSON.stringify([kind, service.name, issuer ?? null, clientId ?? null, subject ?? null]);
}

/** What a client can do that handlers may ask of it. */
const KNOWN = { sampling: ['context', 'tools'], roots: ['listChanged'], elicitation: ['form', 'url'] };

function shortened(text: unknown): string {
  return typeof text === 'string' ? text.slice(0, 100) : '';
}

const NO_SECRET =
  'mcpwire: no option "secret": the ids of older clients\' sessions are sealed with a random key, so only this process can serve them';
