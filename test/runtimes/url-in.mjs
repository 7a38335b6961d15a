// @ts-check

/**
 * Where a server listens that has just been started and says so.
 *
 * @param {import('node:child_process').ChildProcessWithoutNullStreams} child
 * @returns {Promise<string>} the URL of its MCP endpoint
 */
export function urlIn(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    const listen = (/** @type {string} */ chunk) => {
      output += chunk;
      const url = /http:\/\/[\w.]+:\d+/.exec(output)?.[0];
      if (url !== undefined) resolve(`${url}/mcp`);
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
    child.on('close', () => reject(new Error(`The server ended before it listened:\n${output}`)));
  });
}
