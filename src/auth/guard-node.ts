/** Requests that connect to an address which was looked at: between a look and a connection a name may change its mind. */
import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as http } from 'node:http';
import { request as https } from 'node:https';
import { readableOf } from '../stdio/node-streams.js';
import type { Resolve, Send } from './guard.js';

/** Asks the system, whose file of hosts counts too. */
export const resolve: Resolve = (host) => lookup(host, { all: true });

/** Sends one request over a connection of its own, straight there: a proxy would look the name up anew. */
export const send: Send = async (url, init, addresses) => {
  // Reads headers and body as `fetch` does.
  const request = new Request(url, init);
  const body = new Uint8Array(await request.arrayBuffer());
  request.headers.delete('host');
  request.headers.set('accept-encoding', 'identity');
  return await new Promise((resolve, reject) => {
    const first = addresses?.[0];
    const outgoing = (url.protocol === 'https:' ? https : http)(
      url,
      {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        signal: request.signal,
        agent: false,
        // The certificate is still that of the name.
        ...(first !== undefined && {
          lookup: (_host, { all }, found) =>
            all === true ? found(null, [...(addresses ?? [])]) : found(null, first.address, first.family),
        }),
      },
      (incoming) => {
        try {
          resolve(responseOf(incoming));
        } catch (cause) {
          // A status that no answer has, for one.
          incoming.destroy();
          reject(new Error('the answer cannot be read', { cause }));
        }
      },
    );
    outgoing.on('error', reject).end(body.byteLength === 0 ? undefined : body);
  });
};

function responseOf(incoming: IncomingMessage): Response {
  const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
  if ([204, 205, 304].includes(status)) {
    incoming.resume();
    return new Response(null, { status, statusText, headers });
  }
  // Views of bytes that nobody shares.
  const bytes = readableOf(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>;
  // Some compress whatever is asked for.
  const encoding = headers.get('content-encoding')?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return new Response(bytes, { status, statusText, headers });
  if (encoding !== 'gzip' && encoding !== 'deflate') throw new Error(`the answer is compressed by ${encoding}`);
  return new Response(bytes.pipeThrough(new DecompressionStream(encoding)), { status, statusText, headers });
}
