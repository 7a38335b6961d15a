// @ts-check
import { connect } from 'node:net';

/** @type {Buffer} */
const NOTHING = Buffer.alloc(0);
const OK = Buffer.from('HTTP/1.1 200 ');
const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** One keep-alive HTTP/1.1 connection that expects the same answer every time. */
export class Connection {
  #socket;
  #expected;
  #received = NOTHING;
  /** @type {{ resolve: () => void, reject: (error: Error) => void } | undefined} */
  #waiting;

  /**
   * @param {import('node:net').Socket} socket
   * @param {Buffer} expected the body of every answer
   */
  constructor(socket, expected) {
    this.#socket = socket;
    this.#expected = expected;
    socket.setNoDelay(true);
    socket.on('data', (/** @type {Buffer} */ chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('The server closed the connection')));
  }

  /**
   * @param {number} port
   * @param {string} host
   * @param {Buffer} expected
   * @returns {Promise<Connection>}
   */
  static open(port, host, expected) {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => resolve(new Connection(socket, expected)));
      socket.once('error', reject);
    });
  }

  /**
   * Sends a request; settles when its answer is complete.
   *
   * @param {Buffer} request
   * @returns {Promise<void>}
   */
  exchange(request) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close() {
    this.#socket.destroy();
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    const received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = received.indexOf(HEAD_END);
    const body = end === -1 ? undefined : bodyOf(received, end);
    if (body === undefined) {
      this.#received = received;
      return;
    }
    this.#received = NOTHING;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (received.subarray(0, OK.length).equals(OK) && body.equals(this.#expected)) waiting?.resolve();
    else waiting?.reject(new Error(`Unexpected answer: ${received.toString().slice(0, 500)}`));
  }
}

/**
 * The body, once it is complete.
 *
 * @param {Buffer} received
 * @param {number} end where the head ends
 */
function bodyOf(received, end) {
  const start = end + HEAD_END.length;
  const length = LENGTH.exec(received.toString('latin1', 0, end))?.[1];
  if (length === undefined) return dechunk(received, start);
  return received.length < start + Number(length) ? undefined : received.subarray(start);
}

/**
 * @param {Buffer} received
 * @param {number} position
 */
function dechunk(received, position) {
  const parts = [];
  for (;;) {
    const line = received.indexOf('\r\n', position);
    if (line === -1) return undefined;
    const size = Number.parseInt(received.toString('latin1', position, line), 16);
    const next = line + 2 + size + 2;
    if (received.length < next) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(received.subarray(line + 2, line + 2 + size));
    position = next;
  }
}
