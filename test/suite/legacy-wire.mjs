// @ts-check
// A client of an older revision, message by message.
import { equal, ok } from './assert.mjs';

/** @typedef {{ id?: string, retry?: string, data: string }} Event one event of a stream */

/** A session over Streamable HTTP. */
export class OldSession {
  #lastId = 0;
  /** @type {any} */
  greeting;

  /**
   * @param {import('./targets.mjs').Target} target
   * @param {string} version
   * @param {string} id
   */
  constructor(target, version, id) {
    this.target = target;
    this.version = version;
    this.id = id;
  }

  /**
   * Shakes hands.
   *
   * @param {import('./targets.mjs').Target} target
   * @param {{ version?: string, capabilities?: object }} [options]
   */
  static async open(target, { version = '2025-11-25', capabilities = {} } = {}) {
    const params = { protocolVersion: version, capabilities, clientInfo: { name: 'old', version: '0' } };
    const response = await target.fetch(target.url, old({ id: 0, method: 'initialize', params }));
    const session = new OldSession(target, version, response.headers.get('mcp-session-id') ?? '');
    session.greeting = (await response.json()).result;
    equal([response.status, session.greeting.protocolVersion], [200, version]);
    equal(await session.tell('notifications/initialized'), 202);
    return session;
  }

  /** @returns {Record<string, string>} */
  get headers() {
    return { 'mcp-session-id': this.id, 'mcp-protocol-version': this.version };
  }

  /**
   * Posts any message, or several.
   *
   * @param {object} message
   */
  post(message) {
    return this.target.fetch(this.target.url, old(message, this.headers));
  }

  /**
   * Sends a request; its id is the count of those before it, from 1.
   *
   * @param {string} method
   * @param {object} [params]
   */
  ask(method, params = {}) {
    return this.post({ id: ++this.#lastId, method, params });
  }

  /**
   * Calls a tool.
   *
   * @param {string} name
   * @param {object} [args]
   * @param {object} [_meta]
   */
  call(name, args = {}, _meta = {}) {
    return this.ask('tools/call', { name, arguments: args, _meta });
  }

  /**
   * Sends what has no answer.
   *
   * @param {string} method
   * @param {object} [params]
   * @returns {Promise<number>} the status
   */
  async tell(method, params = {}) {
    return finish(await this.post({ method, params }));
  }

  /**
   * Answers a question.
   *
   * @param {unknown} id
   * @param {object} result
   */
  async answer(id, result) {
    equal(await finish(await this.post({ id, result })), 202);
  }

  /**
   * The session's stream, or the rest of another one.
   *
   * @param {string} [lastEventId]
   */
  follow(lastEventId) {
    const last = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const headers = { accept: 'text/event-stream', ...this.headers, ...last };
    return this.target.fetch(this.target.url, { method: 'GET', headers });
  }

  /** Ends the session. @returns {Promise<number>} the status */
  async end() {
    const { target, headers } = this;
    return finish(await target.fetch(target.url, { method: 'DELETE', headers }));
  }
}

/** Reads an event stream as it arrives. */
export class Events {
  /** @type {string | undefined} */
  lastId;
  #rest = '';
  #reader;

  /** @param {Response} response */
  constructor(response) {
    const { status, headers, body } = response;
    equal([status, headers.get('content-type')], [200, 'text/event-stream']);
    ok(body !== null, 'no body');
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /**
   * The next event, comments apart; `undefined` at the end.
   *
   * @returns {Promise<Event | undefined>}
   */
  async next() {
    for (;;) {
      const end = this.#rest.indexOf('\n\n');
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) return undefined;
        this.#rest += value;
        continue;
      }
      const lines = this.#rest.slice(0, end).split('\n');
      this.#rest = this.#rest.slice(end + 2);
      const event = Object.fromEntries(
        lines.filter((line) => !line.startsWith(':')).map((line) => line.split(/: ?(.*)/s, 2)),
      );
      if (event['id'] !== undefined) this.lastId = event['id'];
      if (event['data'] !== undefined) return /** @type {Event} */ (event);
    }
  }

  /**
   * The next message.
   *
   * @returns {Promise<any>} `undefined` at the end
   */
  async message() {
    for (;;) {
      const event = await this.next();
      if (event === undefined) return undefined;
      if (event.data !== '') return JSON.parse(event.data);
    }
  }

  /** All messages to the end. */
  async messages() {
    const messages = [];
    for (let one; (one = await this.message()) !== undefined;) messages.push(one);
    return messages;
  }

  /** Cuts the connection. */
  async cut() {
    await this.#reader.cancel();
  }
}

/**
 * A request without a session.
 *
 * @param {object} message
 * @param {Record<string, string>} [headers]
 */
export function old(message, headers = {}) {
  const versioned = Array.isArray(message)
    ? message.map((one) => ({ jsonrpc: '2.0', ...one }))
    : { jsonrpc: '2.0', ...message };
  return {
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(versioned),
  };
}

/**
 * Reads an answer to its end.
 *
 * @param {Response} response
 */
export async function finish(response) {
  await response.text();
  return response.status;
}
