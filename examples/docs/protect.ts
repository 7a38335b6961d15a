/** A server that asks for tokens. */
import { bearerAuth, introspection, jwt, type Verify } from 'mcpwire/auth/server';
import { McpServer } from 'mcpwire/server';
import { memoryReplayStore } from 'mcpwire/stores';

// Stand for files, and a table of keys that people have made for their scripts.
const files = { delete: (_path: string, _owner: string | undefined) => Promise.resolve() };
const apiKeys = new Map([['key-1', { owner: 'ada', scopes: ['files:write'] }]]);
// A store that all processes reach.
const replayStore = memoryReplayStore();

export function protectedServer(resource: string, issuer: string) {
  // #region protect
  const auth = bearerAuth({
    resource, // the URL of the endpoint as clients know it: 'https://mcp.example.com/mcp'
    authorizationServers: [issuer], // 'https://auth.example.com'
    verify: jwt({ issuer, jwksUri: `${issuer}/jwks` }),
  });

  const server = new McpServer({ name: 'files', version: '1.0.0' }, { auth })
    .tool('whoami', {}, (_args, ctx) => `You are ${ctx.auth?.subject}.`)
    // #endregion protect
    // #region scopes
    .tool('delete_all', { scopes: ['files:write'] }, async (_args, ctx) => {
      await files.delete('*', ctx.auth?.subject);
      return 'Deleted.';
    });
  // #endregion scopes
  return server;
}

export function hierarchy(resource: string, issuer: string) {
  const verify = jwt({ issuer, jwksUri: `${issuer}/jwks` });
  // #region satisfies
  return bearerAuth({
    resource,
    authorizationServers: [issuer],
    verify,
    // 'files' allows 'files:write', too.
    satisfies: (granted, needed) => granted.some((one) => needed === one || needed.startsWith(`${one}:`)),
  });
  // #endregion satisfies
}

export function revocable(issuer: string): Verify {
  // #region introspection
  const verify = introspection({
    issuer,
    endpoint: `${issuer}/introspect`,
    clientId: 'mcp',
    clientSecret: 'from the environment',
  });
  // #endregion introspection
  return verify;
}

// #region own
export const byKey = bearerAuth({
  verify: (token) => {
    const key = apiKeys.get(token);
    return key && { subject: key.owner, scopes: key.scopes, claims: {} };
  },
});
// #endregion own

export function proofs(resource: string, issuer: string) {
  const verify = jwt({ issuer, jwksUri: `${issuer}/jwks` });
  // #region dpop
  return bearerAuth({
    resource,
    authorizationServers: [issuer],
    verify,
    dpop: { required: true, nonce: 'the same secret in every process' },
    replayStore,
  });
  // #endregion dpop
}

export function worker(server: McpServer<unknown>) {
  // #region metadata
  return { fetch: (request: Request) => server.metadata(request) ?? server.fetch(request) };
  // #endregion metadata
}
