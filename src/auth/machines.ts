/**
 * Ways to a token that take no person.
 *
 * @see https://github.com/modelcontextprotocol/ext-auth
 */
import { ClientSecretPost, genericTokenEndpointRequest, None } from 'oauth4webapi';
import type { AuthMiddleware } from '../client/http-transport.js';
import { findIssuer, secure } from './discovery.js';
import type { Ask, Grant } from './grant.js';
import { authorized } from './middleware.js';
import { authOf, methodOf } from './registration.js';
import { type CommonOptions, settingOf } from './setting.js';
import { requestTokens, type Tokens } from './token-request.js';

/** Options that ways to a token without a person share. */
export interface MachineOptions extends CommonOptions {
  /** Scopes to ask for, separated by spaces, besides those of a server's challenge. Default: those that the server lists. */
  readonly scope?: string | undefined;
  /** The issuer that the client is registered with: it goes to no other. Default: the first that the server names. */
  readonly issuer?: string | undefined;
}

/** What a client authenticates with that is no person's. */
export interface ClientSecretOrKey {
  /** The id that the client is registered with. */
  readonly clientId: string;
  /** The secret. Either this or a key. */
  readonly clientSecret?: string | undefined;
  /** The private key, as PKCS #8 in PEM or as a `CryptoKey`. */
  readonly privateKey?: string | CryptoKey | undefined;
  /** What a key in PEM is for. Default `ES256`. */
  readonly algorithm?: string | undefined;
}

/** Options of {@link clientCredentials}. */
export interface ClientCredentialsOptions extends MachineOptions, ClientSecretOrKey {}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * Signs a program in as itself.
 *
 * @throws TypeError without a secret or a key
 * @see https://github.com/modelcontextprotocol/ext-auth/blob/main/specification/draft/oauth-client-credentials.mdx
 *
 * @example
 * ```ts
 * const auth = clientCredentials({ clientId: 'reports', clientSecret: process.env.MCP_SECRET });
 * const client = await McpClient.connect('https://mcp.example.com/mcp', { auth });
 * ```
 */
export function clientCredentials(options: ClientCredentialsOptions): AuthMiddleware {
  const identity = identify(options);
  return machine(options, (ask) => request(ask, identity, 'client_credentials', {}));
}

/** Options of {@link enterpriseManaged}. */
export interface EnterpriseManagedOptions extends MachineOptions, ClientSecretOrKey {
  /** The identity provider of the person's organisation. */
  readonly idp: {
    /** Its issuer. Its metadata are read where `tokenEndpoint` is not given. */
    readonly issuer: string;
    /** Where it exchanges tokens. Default: as its metadata say. */
    readonly tokenEndpoint?: string | undefined;
    /** The client's id there. */
    readonly clientId: string;
    /** The client's secret there, if it has one. */
    readonly clientSecret?: string | undefined;
  };
  /** The ID token of the person who has signed in there, or a function that gets a fresh one. */
  readonly idToken: string | (() => string | Promise<string>);
}

/**
 * Signs a person in by the identity provider of an organisation, which the person has signed in to already: nobody is
 * asked.
 *
 * @throws TypeError without a secret or a key
 * @see https://github.com/modelcontextprotocol/ext-auth/blob/main/specification/draft/enterprise-managed-authorization.mdx
 *
 * @example
 * ```ts
 * const idp = { issuer: 'https://login.example.com', clientId: 'assistant' };
 * const auth = enterpriseManaged({ idp, idToken: () => session.idToken(), clientId: 'assistant-mcp', clientSecret });
 * ```
 */
export function enterpriseManaged(options: EnterpriseManagedOptions): AuthMiddleware {
  const { idp, idToken } = options;
  const identity = identify(options);
  return machine(options, async (ask) => {
    const { reach } = ask;
    const idpServer =
      idp.tokenEndpoint === undefined
        ? await findIssuer(idp.issuer, false, reach.fetch, reach.signal)
        : { issuer: idp.issuer, token_endpoint: secure(idp.tokenEndpoint, 'idp.tokenEndpoint').href };
    const known = { client_id: idp.clientId };
    const parameters: Record<string, string> = {
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      audience: ask.as.issuer,
      resource: ask.resource,
      subject_token: typeof idToken === 'function' ? await idToken() : idToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      ...(ask.scope !== undefined && { scope: ask.scope }),
    };
    // The grant is bound to no key: the identity provider is not the one whose tokens are.
    const grant = await requestTokens('Exchanging the ID token', idpServer, { ...reach, proofs: undefined }, (more) =>
      genericTokenEndpointRequest(
        idpServer,
        known,
        idp.clientSecret === undefined ? None() : ClientSecretPost(idp.clientSecret),
        'urn:ietf:params:oauth:grant-type:token-exchange',
        parameters,
        more,
      ),
    );
    return request(ask, identity, JWT_BEARER, { assertion: grant.token });
  });
}

/** Options of {@link workloadIdentity}. */
export interface WorkloadIdentityOptions extends MachineOptions {
  /** The JWT with which the platform says what runs here, or a function that gets a fresh one. */
  readonly assertion: string | (() => string | Promise<string>);
  /** The client's id, where the authorization server asks for one. Default none. */
  readonly clientId?: string | undefined;
}

/**
 * Signs a program in by the identity that the platform it runs on gives it, such as a service account token of Kubernetes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7523#section-2.1
 *
 * @example
 * ```ts
 * const assertion = () => readFile('/var/run/secrets/tokens/mcp', 'utf8');
 * const client = await McpClient.connect(url, { auth: workloadIdentity({ assertion }) });
 * ```
 */
export function workloadIdentity(options: WorkloadIdentityOptions): AuthMiddleware {
  const { assertion, clientId } = options;
  return machine(options, async (ask) => {
    const text = typeof assertion === 'function' ? await assertion() : assertion;
    return request(ask, { clientId }, JWT_BEARER, { assertion: text });
  });
}

function machine({ scope, issuer, ...options }: MachineOptions, tokens: (ask: Ask) => Promise<Tokens>): AuthMiddleware {
  const grant: Grant = { scope, issuer, obtain: async (ask) => ({ tokens: await tokens(ask) }) };
  return authorized(settingOf(grant, options));
}

interface Identity {
  readonly clientId: string | undefined;
  readonly clientSecret?: string | undefined;
  readonly privateKey?: (() => Promise<CryptoKey>) | undefined;
}

function identify({ clientId, clientSecret, privateKey: given, algorithm = 'ES256' }: ClientSecretOrKey): Identity {
  if ((clientSecret === undefined) === (given === undefined)) {
    throw new TypeError('Give either a clientSecret or a privateKey');
  }
  if (given === undefined) return { clientId, clientSecret };
  let key: Promise<CryptoKey> | undefined;
  const read = async (): Promise<CryptoKey> =>
    typeof given === 'string' ? (await import('jose/key/import')).importPKCS8(given, algorithm) : given;
  return { clientId, privateKey: () => (key ??= read()) };
}

async function request(
  { as, resource, scope, reach }: Ask,
  { clientId, clientSecret, privateKey }: Identity,
  grantType: string,
  parameters: Record<string, string>,
): Promise<Tokens> {
  const key = await privateKey?.();
  // The library wants an id to name, also where none is sent.
  const id = clientId ?? 'anonymous';
  const known = { client_id: id };
  const registration = { issuer: as.issuer, id, secret: clientSecret, method: methodOf(as, clientSecret, key) };
  return requestTokens('Asking for a token', as, reach, (more) =>
    genericTokenEndpointRequest(
      as,
      known,
      clientId === undefined ? () => {} : authOf(registration, key),
      grantType,
      { ...parameters, resource, ...(scope !== undefined && { scope }) },
      more,
    ),
  );
}
