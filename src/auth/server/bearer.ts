import { isMcpError, McpError } from '../../errors.js';
import { parseMessage } from '../../http/body.js';
import { VERSION_HEADER } from '../../http/headers.js';
import { compilePolicy, corsHeaders } from '../../http/origin.js';
import { isObject, readId, type JsonObject } from '../../json-rpc.js';
import type { ServerAuth } from '../../server/authorization.js';
import { headersOf } from '../../server/context.js';
import type { AuthInfo } from '../../server/exchange.js';
import { fail, noId, type Head } from '../../server/http-endpoint.js';
import { defaultLimits } from '../../server/options.js';
import { memoryReplayStore, type ReplayStore } from '../../server/replay-store.js';
import { challengeOf, refusal, type Challenge, type ChallengeSettings } from './challenge.js';
import { isTimely } from './claims.js';
import { credentialsOf, type Credentials } from './credentials.js';
import { digest } from './digest.js';
import { DiscreetHead } from './discreet-head.js';
import { proofCheck, type DpopOptions } from './dpop.js';
import { ALGORITHMS } from './jwt.js';
import { metadataAnswer, metadataUrlOf } from './metadata.js';
import { safeUrl, type Verify } from './verify.js';

/** Options of {@link bearerAuth}. */
export interface BearerAuthOptions {
  /**
   * The URL of the endpoint as clients know it, without query and fragment: what tokens must be meant for. Challenges and
   * DPoP proofs go by it, and never by the URL that a proxy made of it. Left out for tokens that come from no authorization
   * server: there is no metadata then.
   */
  readonly resource?: string | URL;
  /** The issuers whose tokens are taken: one at least, where there is a `resource`. */
  readonly authorizationServers?: readonly string[];
  /** Says whose a token is: `jwt(...)`, `introspection(...)`, or a function of your own. */
  readonly verify: Verify;
  /** What every request must be allowed, beside the `scopes` of a tool, a prompt or a resource. Default: nothing. */
  readonly requiredScopes?: readonly string[];
  /** The scopes that clients ask for first, in the metadata: few. Default: `requiredScopes`. */
  readonly scopesSupported?: readonly string[];
  /**
   * Whether what was granted covers one scope that is needed. Write it where a broad scope implies narrower ones. Default:
   * the scope itself was granted.
   */
  readonly satisfies?: (granted: readonly string[], needed: string) => boolean;
  /** Takes tokens that are bound to a key, with a proof in each request (RFC 9449). Default: such tokens are refused. */
  readonly dpop?: boolean | DpopOptions;
  /** Remembers proofs. Default: this process alone; share one between processes. */
  readonly replayStore?: ReplayStore;
  /**
   * Methods that are served without a token, such as one that gives a session away. A handler sees no `ctx.auth` then. Not
   * for `initialize`: the session would be nobody's. Default: none.
   */
  readonly publicMethods?: readonly string[];
  /** The JSON-RPC error of a request without a good token. Default: -32600, and a message that says what to send. */
  readonly unauthorized?: {
    /** The code. */
    readonly code: number;
    /** The message. */
    readonly message: string;
  };
  /** Further members of the metadata, such as `resource_name` (RFC 9728, section 2). */
  readonly metadata?: JsonObject;
}

/**
 * Protects a server: each request over HTTP must bring a token that is good, is meant for this server, and allows what is
 * asked. What comes without is answered with 401 or 403 and a challenge that tells clients where to get one.
 *
 * Handlers find the caller in `ctx.auth`, and no token anywhere: `Authorization` and `DPoP` are not among `ctx.http.headers`.
 *
 * @throws TypeError for a `resource` or an authorization server that is neither https nor on this machine, and for a
 *   `resource` without authorization servers
 * @example
 * ```ts
 * const auth = bearerAuth({
 *   resource: 'https://mcp.example.com/mcp',
 *   authorizationServers: ['https://auth.example.com'],
 *   verify: jwt({ issuer: 'https://auth.example.com', jwksUri: 'https://auth.example.com/jwks' }),
 * });
 * const server = new McpServer({ name: 'files', version: '1.0.0' }, { auth });
 * ```
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
 */
export function bearerAuth(options: BearerAuthOptions): ServerAuth {
  const { verify, requiredScopes = [], dpop = false, publicMethods = [], unauthorized } = options;
  const { satisfies = (granted, needed) => granted.includes(needed) } = options;
  // Written as it was given: clients and authorization servers compare letter by letter.
  const resource = options.resource === undefined ? undefined : String(options.resource);
  const url = resource === undefined ? undefined : resourceUrl(resource);
  const proofs: DpopOptions | undefined = dpop === false ? undefined : dpop === true ? {} : dpop;
  if (proofs !== undefined && resource === undefined) throw new TypeError('bearerAuth: dpop needs resource');
  const checkProof = proofs && proofCheck(proofs, options.replayStore ?? memoryReplayStore());
  const settings: ChallengeSettings = {
    metadataUrl: url && metadataUrlOf(url),
    schemes: proofs === undefined ? ['Bearer'] : proofs.required === true ? ['DPoP'] : ['Bearer', 'DPoP'],
    algorithms: proofs?.algorithms ?? ALGORITHMS,
  };
  const answer = url && metadataAnswer(url, metadataOf(options, resource!, settings));

  const denied = (challenge: Challenge, why: string, nonce?: string): McpError => {
    const { code: rpcCode, message = why } = unauthorized ?? {};
    const header = challengeOf(settings, { scopes: requiredScopes, ...challenge });
    return refusal('unauthorized', 401, message, header, { ...(rpcCode !== undefined && { rpcCode }), nonce });
  };

  function check(scopes: readonly string[], auth: AuthInfo | undefined): void {
    // All of the operation at once, or a client would have to come back for each.
    const needed = [...new Set([...requiredScopes, ...scopes])];
    if (auth === undefined) throw denied({ scopes: needed }, SEND_TOKEN);
    if (needed.every((one) => satisfies(auth.scopes, one))) return;
    const bound = isObject(auth.claims['cnf']);
    const header = challengeOf(settings, {
      scheme: bound ? 'DPoP' : 'Bearer',
      error: 'insufficient_scope',
      scopes: needed,
    });
    throw refusal('insufficient_scope', 403, `The token lacks a scope: ${needed.join(' ')}`, header);
  }

  /** Whose the credentials are. @throws McpError where they are no good */
  async function identify(credentials: Credentials, head: Head, discreet: DiscreetHead): Promise<AuthInfo> {
    if (credentials.kind !== 'token') throw denied({}, SEND_TOKEN);
    const { scheme, token } = credentials;
    if (scheme === 'DPoP' && checkProof === undefined) throw denied({}, SEND_TOKEN);
    const bad = (error: string, why: string, nonce?: string): McpError =>
      denied({ scheme, error, description: why }, why, nonce);
    const { method } = head;
    let auth: AuthInfo | undefined;
    try {
      const known = await verify(token, { method, ...discreet.info(), resource });
      // Where nobody is named, each token is a caller of its own: what is bound to a caller must not be everybody's.
      const { subject, clientId = subject === undefined ? await digest(token) : undefined } = known ?? {};
      auth = known && { ...known, ...(clientId !== undefined && { clientId }) };
    } catch (cause) {
      // Whatever it is: an error of another server's says nothing that this caller should read.
      throw new Error('bearerAuth: verify failed', { cause });
    }
    if (auth === undefined || !isTimely({ exp: auth.expiresAt })) throw bad('invalid_token', BAD_TOKEN);
    const { expiresAt = Infinity } = auth;
    const now = Math.ceil(Date.now() / 1000);
    // Taken because clocks differ: it ends now, and not before.
    if (expiresAt < now) auth = { ...auth, expiresAt: now };
    const bound = auth.claims['cnf'];
    if (scheme === 'Bearer') {
      // Bound to a key that nobody has proved to have: whoever caught the token could send it like this.
      if (bound !== undefined) throw denied({ scheme: 'DPoP', error: 'invalid_token' }, BOUND_TOKEN);
      if (proofs?.required === true) throw denied({ scheme: 'DPoP', error: 'invalid_token' }, BOUND_TOKEN);
      return auth;
    }
    // Neither is undefined: without a resource there is no DPoP.
    const facts = { method, resource: resource!, token, bound };
    const refused = await checkProof!(head.info().headers.get('dpop'), facts);
    if (refused !== undefined) throw bad(refused.error, refused.description, refused.nonce);
    return auth;
  }

  return {
    metadata: (request) => answer?.(request),
    check,
    serve(endpoint, { origins, allowedHosts, cors = {} }) {
      const policy = compilePolicy(origins, allowedHosts);
      return {
        ...endpoint,
        serve(head, reply, trusted, place) {
          const { method } = head;
          const origin = head.get('origin');
          const served = method === 'POST' || (endpoint.past !== undefined && /^(?:GET|DELETE)$/.test(method));
          // What the code around the server vouches for needs no second look; and what is refused in any case, preflights
          // and other methods are the endpoint's own affair.
          if (trusted.auth !== undefined || !served || policy(head, origin) !== undefined)
            return endpoint.serve(head, reply, trusted, place);

          const refuse = (error: unknown, message?: unknown): void => {
            const failure = isMcpError(error) ? error : new McpError('internal', endpoint.tell(error));
            const headers: Record<string, string> = { ...(origin && corsHeaders(origin, cors)), ...headersOf(failure) };
            if (headers['dpop-nonce'] !== undefined && headers[EXPOSE] !== undefined) headers[EXPOSE] += ', DPoP-Nonce';
            fail(reply, failure, readId(message) ?? noId(head.get(VERSION_HEADER), undefined), headers);
          };
          const admit = async (): Promise<void> => {
            const credentials = credentialsOf(head.info());
            if (credentials.kind === 'malformed') {
              const { why } = credentials;
              const header = challengeOf(settings, { error: 'invalid_request', description: why });
              throw refusal('invalid_request', 400, why, header);
            }
            const discreet = new DiscreetHead(head);
            let auth: AuthInfo | undefined;
            try {
              auth = await identify(credentials, head, discreet);
            } catch (error) {
              if (!isMcpError(error) || publicMethods.length === 0 || method !== 'POST') throw error;
              // Only what is for everyone goes on.
              const open = new DiscreetHead(head, (body) => {
                const message = messageOf(body);
                const isPublic = publicMethods.includes(String(message?.['method']));
                if (!isPublic) refuse(error, message);
                return isPublic;
              });
              return endpoint.serve(open, reply, trusted, place);
            }
            if (requiredScopes.length > 0) check([], auth);
            endpoint.serve(discreet, reply, { ...trusted, auth }, place);
          };
          admit().catch(refuse);
        },
      };
    },
  };
}

/** The message in a body, if it has one; what is none is refused further on, or never gets there. */
function messageOf(body: Uint8Array): JsonObject | undefined {
  try {
    const message = parseMessage(body, defaultLimits);
    return isObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

const SEND_TOKEN = 'A token is needed: send Authorization';
const BAD_TOKEN = 'The token is invalid, has expired, or is not for this server';
const BOUND_TOKEN = 'The token must come with a proof: send Authorization: DPoP';
const EXPOSE = 'access-control-expose-headers';

function resourceUrl(resource: string): URL {
  const url = safeUrl(resource, 'bearerAuth: resource');
  if (url.search !== '' || resource.includes('#') || url.username !== '')
    throw new TypeError(`bearerAuth: resource: ${JSON.stringify(resource)} must have no query, fragment or user`);
  return url;
}

function metadataOf(
  {
    authorizationServers = [],
    requiredScopes = [],
    scopesSupported = requiredScopes,
    dpop,
    metadata,
  }: BearerAuthOptions,
  resource: string,
  { algorithms, schemes }: ChallengeSettings,
): JsonObject {
  if (authorizationServers.length === 0) {
    throw new TypeError('bearerAuth: authorizationServers: name one at least, or leave resource out');
  }
  for (const server of authorizationServers) safeUrl(server, 'bearerAuth: authorizationServers');
  const scopes = scopesSupported.filter((one) => one !== 'offline_access');
  return {
    ...metadata,
    resource,
    authorization_servers: authorizationServers,
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    ...(dpop !== undefined && dpop !== false && { dpop_signing_alg_values_supported: algorithms }),
    ...(!schemes.includes('Bearer') && { dpop_bound_access_tokens_required: true }),
  };
}
