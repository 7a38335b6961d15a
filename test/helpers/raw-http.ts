/** HTTP/1.1 by hand, for what clients normalise: repeated headers, odd Hosts, cuts at any byte, and not reading. */
import { connect, type Socket } from 'node:net';

export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface RawRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: HeaderList;
  readonly body?: string | Uint8Array;
  /** Send the body in chunks, without a length. */
  readonly chunked?: boolean;
  readonly version?: '1.0' | '1.1';
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The bytes of a request. Header values are written as Latin-1, which is what a socket carries. */
export function encodeRequest({
  method = 'POST',
  target = '/mcp',
  headers = [],
  body = '',
  chunked = false,
  version = '1.1',
}: RawRequest): Buffer {
  const bytes = Buffer.from(body);
  const lines = [`${method} ${target} HTTP/${version}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  const measured = headers.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
  if (chunked) lines.push('Transfer-Encoding: chunked');
  else if (!measured) lines.push(`Content-Length: ${bytes.byteLength}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (!chunked) return Buffer.concat([head, bytes]);
  const parts: Buffer[] = [head];
  for (let start = 0; start < bytes.byteLength; start += 0x4000) {
    const part = bytes.subarray(start, start + 0x4000);
    parts.push(Buffer.from(`${part.byteLength.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  parts.push(Buffer.from('0\r\n\r\n'));
  return Buffer.concat(parts);
}

/** Reads an answer out of bytes that end where the connection ended. */
export function decodeAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) throw new Error(`No HTTP answer in ${JSON.stringify(bytes.toString('latin1'))}`);
  const [status = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Headers();
  for (const line of lines) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim());
  const body = bytes.subarray(end + 4);
  const chunked = headers.get('transfer-encoding') === 'chunked';
  return { status: Number(status.split(' ')[1]), headers, text: (chunked ? unchunk(body) : body).toString() };
}

function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    const line = bytes.indexOf('\r\n', at);
    if (line === -1) break;
    const length = Number.parseInt(bytes.subarray(at, line).toString(), 16);
    if (length === 0) break;
    parts.push(bytes.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
  return Buffer.concat(parts);
}

/** Opens a connection to a loopback port. */
export function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends bytes and reads until the peer closes. */
export async function talk(port: number, bytes: Uint8Array): Promise<Buffer> {
  const socket = await dial(port);
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
    // A peer that refuses a body resets the connection; what it said before counts.
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.write(bytes);
  });
}

/** Sends one request on a connection of its own. Adds the `Host` that a client would send, unless the headers have one. */
export async function send(port: number, request: RawRequest): Promise<RawAnswer> {
  const given = request.headers ?? [];
  const host: HeaderList = given.some(([name]) => /^host$/i.test(name)) ? [] : [['Host', `127.0.0.1:${port}`]];
  const headers: HeaderList = [...host, ...given, ['Connection', 'close']];
  return decodeAnswer(await talk(port, encodeRequest({ ...request, headers })));
}
