/** Channels in memory. */
const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface WebChannel {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** Two ends of one channel. `size`: bytes of each piece that arrives; without it, what was written at once. */
export function channelPair(size = Infinity): { readonly client: WebChannel; readonly server: WebChannel } {
  const pieces: Transformer<Uint8Array, Uint8Array> = {
    transform(bytes, controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
    },
  };
  const up = new TransformStream(pieces);
  const down = new TransformStream(pieces);
  return {
    client: { readable: down.readable, writable: up.writable },
    server: { readable: up.readable, writable: down.writable },
  };
}

/** A channel whose other end is driven by hand. */
export interface Driven {
  /** What is under test. */
  readonly channel: WebChannel;
  /** Sends a message, or bytes as they are. */
  send(what: object | string | Uint8Array): Promise<void>;
  /** The next message that was written. `undefined` at the end. */
  next(): Promise<Record<string, any> | undefined>;
  /** Ends what is read under test. */
  end(): Promise<void>;
  /** Breaks off, as a process does that is killed. */
  cut(error?: Error): Promise<void>;
}

export function driven(): Driven {
  const { client, server } = channelPair();
  const writer = client.writable.getWriter();
  const reader = client.readable.getReader();
  const lines: string[] = [];
  let rest = '';
  return {
    channel: server,
    async send(what) {
      const bytes =
        what instanceof Uint8Array
          ? what
          : encoder.encode(typeof what === 'string' ? what : `${JSON.stringify(what)}\n`);
      await writer.write(bytes);
    },
    async next() {
      while (lines.length === 0) {
        const { done, value } = await reader.read();
        if (done) return undefined;
        const parts = (rest + decoder.decode(value, { stream: true })).split('\n');
        rest = parts.pop() ?? '';
        lines.push(...parts);
      }
      // What a test looks into.
      return JSON.parse(lines.shift() ?? '') as Record<string, any>;
    },
    end: () => writer.close(),
    async cut(error = new Error('cut')) {
      await writer.abort(error);
      await reader.cancel(error);
    },
  };
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A request of revision 2026-07-28. */
export function request(id: string | number, method: string, params: object = {}, meta: object = {}): object {
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...META, ...meta } } };
}

/** A call of a tool. */
export function call(id: string | number, name: string, args: object = {}, meta: object = {}): object {
  return request(id, 'tools/call', { name, arguments: args }, meta);
}

/** The cancellation of a request. */
export function cancelled(requestId: string | number): object {
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } };
}
