import type { AuthInfo } from './exchange.js';
import type { HttpEndpoint } from './http-endpoint.js';
import type { ServerOptions } from './options.js';

/** Decides who may use a server over HTTP: made by `bearerAuth` of `mcpwire/auth/server`. */
export interface ServerAuth {
  /**
   * Answers a request for the document in which the server says who issues the tokens that it takes. `undefined`: the
   * request is for something else.
   *
   * @param request only its method and URL are looked at
   */
  metadata(request: { readonly method: string; readonly url: string }): Response | undefined;
  /**
   * Puts itself before an endpoint: looks at who sends a request that passes the guard, before its body is read.
   *
   * @internal
   */
  serve(endpoint: HttpEndpoint, options: ServerOptions): HttpEndpoint;
  /**
   * Checks what a caller may do.
   *
   * @throws McpError that reaches the caller, with a challenge that names all that is needed
   * @internal
   */
  check(scopes: readonly string[], auth: AuthInfo | undefined): void;
}
