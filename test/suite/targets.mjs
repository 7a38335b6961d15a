// @ts-check
// Where the suite finds its server.
import { McpClient } from 'mcpwire/client';

/**
 * @typedef {import('mcpwire/client').ConnectOptions} ConnectOptions
 * @typedef {ReturnType<typeof import('./server.mjs').createServer>} SuiteServer
 *
 * @typedef {object} Target
 * @property {string} url what the server's endpoint is called
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch reaches that URL
 * @property {(options?: ConnectOptions) => ReturnType<typeof McpClient.connect<SuiteServer>>} connect a new client
 *
 * @typedef {(name: string, run: () => Promise<void>) => void} Test registers a test
 */

/**
 * A server in this very process.
 *
 * @param {SuiteServer} server
 * @returns {Target}
 */
export function inMemory(server) {
  return {
    url: 'http://localhost/mcp',
    fetch: (url, init) => server.fetch(new Request(url, init)),
    connect: (options) => McpClient.connect(server, options),
  };
}

/**
 * A server behind a URL.
 *
 * @param {string} url
 * @returns {Target}
 */
export function overHttp(url) {
  return {
    url,
    fetch: (target, init) => fetch(target, init),
    connect: (options) => McpClient.connect(url, options),
  };
}
