// @ts-check
// workerd: a Worker that is `export default server`, called from Node; the suite in another Worker, also against Node.
import { Miniflare } from 'miniflare';
import { serve } from 'mcpwire/node';
import app from '../suite/app.mjs';
import { overHttp, print, runSuite } from '../suite/suite.mjs';
import { bundle } from './bundle.mjs';

const [server, suite, http] = await Promise.all([start('suite/app.mjs'), start('runtimes/worker.mjs'), serve(app)]);
for (const path of ['/memory', `/http?url=${http.url}`]) {
  const response = await suite.dispatchFetch(`http://suite${path}`);
  print(/** @type {import('../suite/suite.mjs').Report} */ (await response.json()));
}
print(await runSuite('export default server, called by Node', overHttp(new URL('/mcp', await server.ready).href)));
await Promise.all([server.dispose(), suite.dispose(), http.close()]);

/** @param {string} file */
async function start(file) {
  const contents = await bundle(file, ['workerd', 'worker', 'browser']);
  return new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents }],
    compatibilityDate: '2026-07-28',
    // Without it a handler is not told that the caller of its stream has left. With it, it is at the next write; the
    // stream's own `cancel` would be told at once, were it not for https://github.com/cloudflare/workerd/issues/6832.
    compatibilityFlags: ['enable_request_signal'],
    // A Worker gets its bindings beside the request; none of them may pass for an identity.
    bindings: { auth: { scopes: ['admin'] }, platform: 'workerd' },
    host: '127.0.0.1',
    port: 0,
  });
}
