/** A Worker whose handlers see its bindings and a verified caller. */
// #region worker
import { McpServer } from 'mcpwire/server';

interface Env {
  readonly GREETING: string;
  readonly TOKEN: string;
}

const server = new McpServer({ name: 'worker', version: '1.0.0' }).tool('greet', {}, (_args, ctx) => {
  const { GREETING } = ctx.platform as Env;
  return `${GREETING}, ${ctx.auth?.subject ?? 'stranger'}!`;
});

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    const known = request.headers.get('authorization') === `Bearer ${env.TOKEN}`;
    const auth = known ? { subject: 'operator', scopes: ['greet'], claims: {} } : undefined;
    return server.handler({ auth, platform: env })(request);
  },
};
// #endregion worker
