/**
 * The HTTP+SSE transport of revision 2024-11-05: one stream to the client, and a place to post to. A session lives as long as
 * its stream, in the process that holds it; what is posted to another process finds its way over the bus.
 *
 * @see https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
 */
import { isMcpError, McpError } from '../errors.js';
import { LAST_EVENT_HEADER, SESSION_HEADER, VERSION_HEADER } from '../http/headers.js';
import { acceptsStream } from '../http/media.js';
import { isObject, readId, readIncoming, type JsonObject } from '../json-rpc.js';
import type { Change } from '../server/bus.js';
import type { AuthInfo, Peer } from '../server/exchange.js';
import { fail, refuse, type Head } from '../server/http-endpoint.js';
import { timerMs } from '../server/options.js';
import type { Arrival, HttpSsePaths, PastHost } from '../server/past.js';
import { placeOf, postedTo } from './way.js';
import { principalOf } from '../server/principal.js';
import { defaultSubscriptionLimits } from '../server/subscriptions.js';
import type { Sealer } from '../util/seal.js';
import { ArrivalPeer, isResponse } from './arrival.js';
import { randomId } from '../util/random-id.js';
import { negotiated } from './revisions.js';
import { sessionContext, sessionSealer, sessionTtlOf } from './sessions.js';
import { SseStream } from './sse-stream.js';

/** Milliseconds within which another process must say that it has taken a message, or else there is no such session. */
const FORWARD_MS = 5_000;

/** What a session's id says, sealed for its principal. */
interface Sealed {
  /** Names the session on buses. */
  readonly key: string;
  /** The process that holds its stream. */
  readonly holder: string;
}

interface Held {
  readonly stream: SseStream;
  readonly principal: string;
}

/** Serves the paths of that transport. */
export class HttpSse {
  readonly #host: PastHost;
  readonly #paths: HttpSsePaths;
  readonly #keepAliveMs: number;
  readonly #sealer: Sealer;
  /** Names this process among those that serve the server. */
  readonly #holder = randomId();
  readonly #byId = new Map<string, Held>();
  readonly #byKey = new Map<string, SseStream>();
  readonly #perPrincipal = new Map<string, number>();
  /** Streams that are open, or about to be. */
  #count = 0;
  /** Messages on their way to another process. */
  readonly #forwarded = new Map<string, (outcome: JsonObject) => void>();
  #attached: Promise<() => void> | undefined;

  constructor(host: PastHost, paths: HttpSsePaths) {
    this.#host = host;
    this.#paths = paths;
    this.#keepAliveMs = timerMs(host.options.keepAliveMs ?? 8_000);
    this.#sealer = sessionSealer(host);
  }

  /** Answers what comes to this transport's paths. @returns `undefined` for everything else */
  serve(arrival: Arrival, value: unknown): Promise<void> | undefined {
    const { head } = arrival;
    if (head.method === 'POST') {
      const id = postedTo(head, this.#paths);
      return id === undefined ? undefined : this.#post(arrival, id, value);
    }
    // Who has a session of the transport that came later wants that session's stream, though it be at the same path.
    const later = typeof head.get(SESSION_HEADER) === 'string' || typeof head.get(LAST_EVENT_HEADER) === 'string';
    if (head.method !== 'GET' || later) return undefined;
    const prefix = prefixOf(head, this.#paths.sse);
    return prefix === undefined ? undefined : this.#open(arrival, prefix);
  }

  close(): void {
    const attached = this.#attached;
    this.#attached = undefined;
    attached?.then(
      (detach) => detach(),
      () => {},
    );
  }

  /** GET: a session begins. */
  async #open(arrival: Arrival, prefix: string): Promise<void> {
    const { head, reply, trusted, cors, place } = arrival;
    if (!acceptsStream(head.get('accept'))) return refuse(reply, 406, 'Send Accept: text/event-stream', cors);
    const user = principalOf(trusted.auth);
    const full = this.#enter(user);
    if (full !== undefined) return refuse(reply, 503, full, { ...cors, 'retry-after': '5' });
    let left = false;
    const leave = (): void => {
      if (!left) this.#leave(user);
      left = true;
    };
    try {
      await this.#attach();
      const sealed: Sealed = { key: randomId(), holder: this.#holder };
      const principal = sessionContext(this.#host, 'sse', trusted.auth);
      const id = await this.#sealer.seal(sealed, principal);
      if (place.closing) {
        leave();
        return refuse(reply, 503, 'The server is closing', { ...cors, 'retry-after': '1' });
      }
      const stream = new SseStream({
        host: this.#host,
        reply,
        cors,
        place,
        peer: new ArrivalPeer(head, trusted),
        // A client that comes back has been here before, and says what it speaks.
        revision: negotiated(head.get(VERSION_HEADER) ?? '2024-11-05'),
        keepAliveMs: this.#keepAliveMs,
        ttlMs: sessionTtlOf(this.#host),
        over: () => {
          leave();
          this.#byId.delete(id);
          this.#byKey.delete(sealed.key);
        },
      });
      this.#byId.set(id, { stream, principal });
      this.#byKey.set(sealed.key, stream);
      stream.begin(`${prefix}${this.#paths.messages}?sessionId=${id}`);
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #post(arrival: Arrival, id: string, value: unknown): Promise<void> {
    const { head, reply, trusted, cors } = arrival;
    try {
      const principal = sessionContext(this.#host, 'sse', trusted.auth);
      const held = this.#byId.get(id);
      if (held === undefined) {
        // What opens is what `#open` sealed.
        const sealed = (await this.#sealer.open(id, principal)) as Sealed | undefined;
        if (sealed === undefined || sealed.holder === this.#holder) throw notFound();
        await this.#forward(sealed, value, trusted.auth);
      } else if (held.principal === principal) {
        held.stream.take(value, new ArrivalPeer(head, trusted));
      } else {
        throw notFound();
      }
    } catch (error) {
      if (!isMcpError(error)) throw error;
      const { status } = error;
      return fail(reply, error, status === 404 ? undefined : (readId(value) ?? null), {
        ...cors,
        ...(status === 503 && { 'retry-after': '1' }),
      });
    }
    reply.answer(202, { 'content-type': 'text/plain; charset=utf-8', ...cors }, 'Accepted');
  }

  /** Hands a message to the process that holds the stream. Settles when that one has taken it. */
  async #forward({ key, holder }: Sealed, value: unknown, auth: AuthInfo | undefined): Promise<void> {
    // Without a look at the stream's own state, all that can be said at once.
    if (!Array.isArray(value) && !isResponse(value)) readIncoming(value);
    await this.#attach();
    const post = randomId();
    const outcome = await new Promise<JsonObject>((resolve, reject) => {
      const timer = setTimeout(() => resolve({ gone: true }), FORWARD_MS);
      this.#forwarded.set(post, (said) => {
        clearTimeout(timer);
        resolve(said);
      });
      this.#publish(key, { type: 'post', post, holder, value, ...(auth && { auth }) }).catch((error: Error) => {
        clearTimeout(timer);
        reject(error);
      });
    }).finally(() => this.#forwarded.delete(post));
    if (outcome['gone'] === true) throw notFound();
    const { refused } = outcome;
    if (!isObject(refused)) return;
    const { message, rpcCode, status } = refused;
    throw new McpError('invalid_request', String(message), {
      ...(typeof rpcCode === 'number' && { rpcCode }),
      ...(typeof status === 'number' && { status }),
    });
  }

  readonly #receive = (change: Change): void => {
    if (change.kind !== 'session') return;
    const { type, post, holder, value, auth } = change.message;
    if (typeof post !== 'string') return;
    if (type === 'posted') return this.#forwarded.get(post)?.(change.message);
    // Every process hears of it; one of them is meant.
    if (type !== 'post' || holder !== this.#holder) return;
    let outcome: JsonObject = {};
    const stream = this.#byKey.get(change.session);
    try {
      if (stream === undefined) outcome = { gone: true };
      // The principal was looked at where it came in.
      else stream.take(value, forwardedPeer(stream.peer, auth as AuthInfo | undefined));
    } catch (error) {
      const { message, rpcCode, status } = isMcpError(error)
        ? error
        : new McpError('internal', this.#host.tell(error), { status: 500 });
      outcome = { refused: { message, rpcCode, status } };
    }
    this.#publish(change.session, { type: 'posted', post, ...outcome }).catch(this.#host.tell);
  };

  async #publish(session: string, message: JsonObject): Promise<void> {
    await this.#host.listening.bus.publish({ kind: 'session', session, message });
  }

  /** Before the first session begins: what is meant for it must not be missed. */
  async #attach(): Promise<void> {
    try {
      await (this.#attached ??= Promise.resolve(this.#host.listening.bus.subscribe(this.#receive)));
    } catch (error) {
      // The next one tries again.
      this.#attached = undefined;
      throw error;
    }
  }

  /** Counts a stream in. Before anything is awaited, so that a burst cannot slip through. @returns what is full */
  #enter(user: string | undefined): string | undefined {
    const { subscriptions, subscriptionsPerPrincipal } = { ...defaultSubscriptionLimits, ...this.#host.options.limits };
    const own = user === undefined ? 0 : (this.#perPrincipal.get(user) ?? 0);
    if (this.#count >= subscriptions) return `${subscriptions} streams are open; try again later`;
    if (own >= subscriptionsPerPrincipal) return `You have ${subscriptionsPerPrincipal} streams open; try again later`;
    this.#count++;
    if (user !== undefined) this.#perPrincipal.set(user, own + 1);
    return undefined;
  }

  #leave(user: string | undefined): void {
    this.#count--;
    if (user === undefined) return;
    const own = (this.#perPrincipal.get(user) ?? 1) - 1;
    if (own === 0) this.#perPrincipal.delete(user);
    else this.#perPrincipal.set(user, own);
  }
}

/** Dead, unknown, somebody else's: nobody can tell which. */
function notFound(): McpError {
  return new McpError('invalid_request', 'Session not found: open a stream', { status: 404 });
}

/** What comes before a path, where a request has been sent to it: that of a mount. One slash at most, or it would name a host. */
function prefixOf(head: Head, path: string): string | undefined {
  const [asked] = placeOf(head);
  return asked.endsWith(path) ? asked.slice(0, -path.length).replace(/^\/+/, '/') : undefined;
}

/** Who sent what came over the bus. Its request is in another process; that of the stream came from the same client. */
function forwardedPeer({ protocolVersion, capabilities, platform, http }: Peer, auth: AuthInfo | undefined): Peer {
  return { protocolVersion, capabilities, platform, http, auth };
}
