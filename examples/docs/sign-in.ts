/** Signing in to servers: as a person, and as a program. */
import {
  bearer,
  clientCredentials,
  enterpriseManaged,
  fileStore,
  loopback,
  oauth,
  workloadIdentity,
  type AuthStore,
  type Redirect,
} from 'mcpwire/auth';
import { isMcpError, McpClient } from 'mcpwire/client';

export async function signIn(url: string, redirect: Redirect = loopback()) {
  // #region oauth
  const client = await McpClient.connect(url, {
    auth: oauth({ redirect, store: fileStore('~/.config/notes/mcp.json'), clientName: 'Notes' }),
  });
  // #endregion oauth
  return client;
}

export async function known(url: string, redirect: Redirect, store: AuthStore) {
  // #region known
  const auth = oauth({
    redirect,
    store,
    // registered beforehand: comes first
    clientId: 'notes-app',
    issuer: 'https://auth.example.com',
  });
  // #endregion known
  return McpClient.connect(url, { auth });
}

export async function documented(url: string, redirect: Redirect, store: AuthStore) {
  // #region document
  const auth = oauth({ redirect, store, clientMetadataUrl: 'https://notes.example.com/client.json' });
  // #endregion document
  return McpClient.connect(url, { auth });
}

// #region store
/** Keeps everything in a database, one text for each key. */
export function tableStore(user: string, table: Map<string, string>): AuthStore {
  return {
    get: (key) => table.get(`${user} ${key}`),
    set: (key, value) => void table.set(`${user} ${key}`, value),
    delete: (key) => void table.delete(`${user} ${key}`),
  };
}
// #endregion store

export async function confirmed(url: string, redirect: Redirect, confirm: (question: string) => Promise<boolean>) {
  // #region confirm
  const auth = oauth({
    redirect,
    async onAuthorize({ server, url: page, scope = 'nothing in particular' }) {
      const agreed = await confirm(`${server.host} sends you to ${page.host} to ask for ${scope}. Go there?`);
      if (!agreed) throw new Error('You chose not to sign in');
    },
  });
  // #endregion confirm
  return McpClient.connect(url, { auth });
}

export async function told(url: string, redirect: Redirect): Promise<string> {
  // #region errors
  try {
    const client = await McpClient.connect(url, { auth: oauth({ redirect }) });
    await client.callTool('delete_note', { id: 7 });
    return 'deleted';
  } catch (error) {
    if (!isMcpError(error)) throw error;
    if (error.code === 'unauthorized') return `Not signed in: ${error.message}`;
    if (error.code === 'insufficient_scope') return 'You may not delete notes';
    throw error;
  }
  // #endregion errors
}

export async function token(url: string, read: () => Promise<string>) {
  // #region bearer
  const client = await McpClient.connect(url, { auth: bearer(read) });
  // #endregion bearer
  return client;
}

export async function program(url: string, clientSecret: string) {
  // #region secret
  const client = await McpClient.connect(url, { auth: clientCredentials({ clientId: 'reports', clientSecret }) });
  // #endregion secret
  return client;
}

export async function keyed(url: string, privateKey: string) {
  // #region key
  const auth = clientCredentials({ clientId: 'reports', privateKey, algorithm: 'ES256', dpop: true });
  // #endregion key
  return McpClient.connect(url, { auth });
}

export async function workload(url: string, readFile: (path: string) => Promise<string>) {
  // #region workload
  const auth = workloadIdentity({ assertion: () => readFile('/var/run/secrets/tokens/mcp') });
  // #endregion workload
  return McpClient.connect(url, { auth });
}

export async function enterprise(
  url: string,
  idpIssuer: string,
  session: { idToken(): Promise<string> },
  clientSecret: string,
) {
  // #region enterprise
  const auth = enterpriseManaged({
    idp: { issuer: idpIssuer, clientId: 'assistant' },
    idToken: () => session.idToken(),
    clientId: 'assistant-at-notes',
    clientSecret,
  });
  // #endregion enterprise
  return McpClient.connect(url, { auth });
}
