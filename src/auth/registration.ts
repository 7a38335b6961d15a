/**
 * Who a client is at an authorization server, and how it proves that.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/client-registration
 */
import {
  allowInsecureRequests,
  type AuthorizationServer,
  type ClientAuth,
  ClientSecretPost,
  customFetch,
  dynamicClientRegistrationRequest,
  None,
  PrivateKeyJwt,
} from 'oauth4webapi';
import { failure, refused } from './failure.js';
import { answerOf, type Reach } from './token-request.js';
import type { Keep } from './keep.js';

/** A client as one authorization server knows it. It is stored as it is. */
export interface Registration {
  readonly issuer: string;
  readonly id: string;
  readonly secret?: string | undefined;
  /** `token_endpoint_auth_method`. */
  readonly method: string;
  /** Where it was registered with; another is registered anew. */
  readonly redirectUri?: string | undefined;
  /** When the secret ends, in milliseconds since 1970; 0 for never. */
  readonly expiresAt?: number | undefined;
}

/** Options that say who the client is. */
export interface RegistrationOptions {
  /** The id of a client that was registered beforehand. It comes before all other ways to register. */
  readonly clientId?: string | undefined;
  /** The secret of that client, if it has one. */
  readonly clientSecret?: string | undefined;
  /** The key with which that client, or the one of `clientMetadataUrl`, authenticates (`private_key_jwt`), if it has one. */
  readonly privateKey?: CryptoKey | undefined;
  /**
   * The issuer that `clientId` is registered with: it goes to no other. Default: the first that the server names, which
   * is then remembered.
   */
  readonly issuer?: string | undefined;
  /**
   * The `https:` URL of this client's metadata document, which is then its id wherever that is supported.
   *
   * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/client-registration#client-id-metadata-documents
   */
  readonly clientMetadataUrl?: string | undefined;
  /** The name that people are shown when they are asked. Default `MCP client`. */
  readonly clientName?: string | undefined;
}

const METHODS = ['client_secret_basic', 'client_secret_post'];

/**
 * How a client authenticates at the token endpoint that was not told how.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8414#section-2 (absent means basic)
 */
export function methodOf(
  { token_endpoint_auth_methods_supported: supported = METHODS }: AuthorizationServer,
  secret: string | undefined,
  privateKey?: CryptoKey,
): string {
  if (privateKey !== undefined) return 'private_key_jwt';
  return secret === undefined ? 'none' : (METHODS.find((one) => supported.includes(one)) ?? 'client_secret_basic');
}

/** The authentication of a client, for the library. */
export function authOf({ id, secret = '', method }: Registration, privateKey?: CryptoKey): ClientAuth {
  if (method === 'client_secret_basic') return basic(secret);
  if (method === 'client_secret_post') return ClientSecretPost(secret);
  if (method === 'private_key_jwt' && privateKey !== undefined) return PrivateKeyJwt(privateKey);
  if (method === 'none') return None();
  throw refused(
    `Client ${id} is to authenticate with ${method}, which needs another option (clientSecret, privateKey)`,
  );
}

/**
 * HTTP Basic. Only what has to be encoded is: some servers compare what they get with what they gave, undecoded.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 */
function basic(secret: string): ClientAuth {
  const form = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');
  return (_as, { client_id: id }, _body, headers) => {
    headers.set('authorization', `Basic ${btoa(`${form(id)}:${form(secret)}`)}`);
  };
}

/**
 * Finds out who the client is at an authorization server: registered beforehand, by its metadata document, registered
 * earlier, or now.
 *
 * @throws McpError `unauthorized` when there is no way to register, or when the server refuses
 */
export async function register(
  options: RegistrationOptions,
  as: AuthorizationServer,
  { redirectUri, applicationType }: { readonly redirectUri: string; readonly applicationType: 'native' | 'web' },
  keep: Keep,
  { fetch, signal }: Reach,
): Promise<Registration> {
  const { clientId, clientSecret, privateKey, clientMetadataUrl, clientName = 'MCP client' } = options;
  const { issuer } = as;
  if (clientId !== undefined) {
    const bound = options.issuer ?? (await keep.get('issuer of', clientId));
    if (bound !== undefined && bound !== issuer && bound !== `${issuer}/`) {
      throw refused(
        `Client ${clientId} is registered with ${bound}, but the server now trusts ${issuer}: register there, and change clientId and issuer`,
      );
    }
    if (bound === undefined) await keep.set('issuer of', clientId, issuer);
    return { issuer, id: clientId, secret: clientSecret, method: methodOf(as, clientSecret, privateKey) };
  }
  if (clientMetadataUrl !== undefined && as.client_id_metadata_document_supported === true) {
    return { issuer, id: clientMetadataUrl, method: methodOf(as, undefined, privateKey) };
  }
  const known = await keep.json<Registration>('client', issuer);
  if (known !== undefined && known.redirectUri === redirectUri && !((known.expiresAt || Infinity) <= Date.now())) {
    return known;
  }
  if (as.registration_endpoint === undefined) {
    throw refused(
      `${issuer} lets no client register itself${clientMetadataUrl === undefined ? '' : ' or by a metadata document'}: register one there, and give its clientId`,
    );
  }
  const supported = as.token_endpoint_auth_methods_supported ?? METHODS;
  const method = ['none', ...METHODS].find((one) => supported.includes(one)) ?? 'none';
  const what = `Registering with ${issuer} as a ${applicationType} application that returns to ${redirectUri}`;
  try {
    const sent = await dynamicClientRegistrationRequest(
      as,
      {
        client_name: clientName,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: method,
        // Without, OpenID Connect takes it for a web application, which must not come back to this machine.
        application_type: applicationType,
      },
      {
        signal,
        [allowInsecureRequests]: true,
        [customFetch]: (url, init) => fetch(url, init),
      },
    );
    const answer = await answerOf(what, issuer, sent);
    if (!sent.ok) throw failure(what, answer);
    const { client_id: id, client_secret: secret, token_endpoint_auth_method: told } = answer;
    if (typeof id !== 'string' || id === '') throw refused(`${what} failed: ${issuer} gave no client_id`);
    const registered: Registration = {
      issuer,
      id,
      ...(typeof secret === 'string' && { secret }),
      method: typeof told === 'string' ? told : methodOf(as, typeof secret === 'string' ? secret : undefined),
      redirectUri,
      // Milliseconds, of seconds.
      expiresAt: Number(answer['client_secret_expires_at'] ?? 0) * 1000,
    };
    await keep.set('client', issuer, JSON.stringify(registered));
    return registered;
  } catch (error) {
    throw failure(what, error);
  }
}
