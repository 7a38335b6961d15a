// @ts-check
// The load generator: keep-alive connections that each send the next request when the last answer is complete. It does as
// little as it can per answer, because what it spends on one core bounds what a server can show on the other.
import { answerCommands } from '../lib/process.mjs';
import { Connection } from './connection.mjs';

/**
 * @typedef {object} Slice
 * @property {string} url
 * @property {import('../servers/call.mjs').Call[]} calls
 * @property {string} answer what every answer must be
 * @property {number} connections
 * @property {number} ms
 *
 * @typedef {object} Load
 * @property {number} requests
 * @property {number} perSecond
 * @property {number} busy the share of the time that this process computed
 */

answerCommands({
  /**
   * @param {Slice} slice
   * @returns {Promise<Load>}
   */
  async slice({ url, calls, answer, connections, ms }) {
    const { host, hostname, port, pathname } = new URL(url);
    const requests = calls.map(({ headers, body }) => requestBytes(host, pathname, headers, body));
    const expected = Buffer.from(answer);
    // Fresh connections for every slice: a server closes those that were idle during the slices of others.
    const open = await Promise.all(
      Array.from({ length: connections }, () => Connection.open(Number(port), hostname, expected)),
    );

    const cpu = process.cpuUsage();
    const start = performance.now();
    const end = start + ms;
    let count = 0;
    const drive = async (/** @type {Connection} */ connection) => {
      while (performance.now() < end) {
        const request = requests[count++ % requests.length];
        if (request !== undefined) await connection.exchange(request);
      }
    };
    await Promise.all(open.map(drive));
    const elapsed = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    for (const connection of open) connection.close();
    return { requests: count, perSecond: (count / elapsed) * 1000, busy: (user + system) / 1000 / elapsed };
  },
});

/**
 * @param {string} host
 * @param {string} path
 * @param {Record<string, string>} headers
 * @param {string} body
 */
function requestBytes(host, path, headers, body) {
  const all = { host, ...headers, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
