// @ts-check
import { callsOf, checkAnswer } from '../servers/call.mjs';

/**
 * Makes that many calls, one after the other.
 *
 * @typedef {((calls: number) => Promise<void>) & { answer: string }} Caller
 */

/**
 * Calls a case's `fetch` in this process. Making the `Request` and reading the `Response` is part of every call, the
 * yardstick's too: a handler is not used without them.
 *
 * @param {import('../servers/call.mjs').Setup} setup
 * @returns {Promise<Caller>}
 */
export async function caller(setup) {
  const { createFetch } = await import(`../servers/${setup.server}.mjs`);
  /** @type {(request: Request) => Promise<Response>} */
  const fetch = createFetch(setup);
  const requests = callsOf(setup).map(({ headers, body }) => ({ method: 'POST', headers, body }));
  const url = 'http://127.0.0.1/mcp';

  const first = await fetch(new Request(url, requests[0]));
  const answer = await first.text();
  checkAnswer(first.status, answer, setup.structured);

  let turn = 0;
  const call = async (/** @type {number} */ calls) => {
    for (let count = 0; count < calls; count++) {
      turn = (turn + 1) % requests.length;
      const response = await fetch(new Request(url, requests[turn]));
      if ((await response.text()) !== answer) throw new Error(`${setup.server}: an answer differs from the first one`);
    }
  };
  return Object.assign(call, { answer });
}
