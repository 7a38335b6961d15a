// @ts-check
// Starts the server fixture as users of each runtime would.
import { spawn } from 'node:child_process';
import { BUN_ARGS, packageBinary } from '../runtimes/binaries.mjs';
import { urlIn } from '../runtimes/url-in.mjs';

const FIXTURE = 'test/conformance/server.mjs';

/**
 * @param {import('./legs.mjs').Runtime} runtime
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function startServer(runtime) {
  const [command, args] = await {
    node: async () => /** @type {const} */ ([process.execPath, ['test/conformance/serve-node.mjs']]),
    bun: async () => /** @type {const} */ ([await packageBinary('bun'), [...BUN_ARGS, FIXTURE]]),
    deno: async () =>
      /** @type {const} */ ([await packageBinary('deno'), ['serve', '-A', '--host=127.0.0.1', '--port=0', FIXTURE]]),
  }[runtime]();
  const child = spawn(command, args, { env: { ...process.env, PORT: '0', NO_COLOR: '1' } });
  const close = () => void child.kill();
  process.once('exit', close);
  return {
    url: await urlIn(child),
    close() {
      process.off('exit', close);
      close();
    },
  };
}
