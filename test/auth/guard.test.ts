import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, BlockList, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { guardedFetch, type GuardOptions, type Resolve } from '../../src/auth/guard.ts';
import { kindOfAddress } from '../../src/auth/hosts.ts';
import { McpError } from '../../src/errors.ts';
import { LOCAL, PUBLIC, SPECIAL } from './hosts.js';

const server = new URL('https://mcp.example.com/mcp');
const localServer = new URL('http://127.0.0.1:3000/mcp');

afterEach(() => void vi.restoreAllMocks());

/** Every address that a socket was to connect to. None does. */
function noConnections(): string[] {
  const tried: string[] = [];
  vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
    // net.connect hands over the arguments that it has read: the options are the first of them.
    const [options] = (Array.isArray(args[0]) ? args[0] : args) as [{ host: string; lookup?: LookupLike }];
    const end = (address: string): void => {
      tried.push(address);
      // Its owner listens for the error only after this call.
      setImmediate(() => this.destroy(new Error('no connection in this test')));
    };
    if (options.lookup === undefined) end(options.host);
    else options.lookup(options.host, { all: true }, (_error, found) => end(found.map((a) => a.address).join()));
    return this;
  });
  return tried;
}
type LookupLike = (
  host: string,
  options: { all: true },
  found: (error: unknown, addresses: readonly { address: string }[]) => void,
) => void;

async function refusal(promise: Promise<unknown>): Promise<McpError> {
  const error = await promise.then(
    () => expect.unreachable(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(McpError);
  return error as McpError;
}

async function serve(listener: RequestListener): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const http = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, requests };
}

const to = (...addresses: string[]): Resolve =>
  vi.fn(async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

describe('A15, SS1: a host that is not public', () => {
  it.each([...SPECIAL, ...LOCAL])('%s opens no socket and resolves no name', async (host) => {
    const tried = noConnections();
    const resolve = to('1.1.1.1');
    const guarded = guardedFetch({ server }, resolve);
    for (const scheme of ['https', 'http']) {
      const error = await refusal(guarded(`${scheme}://${host}/.well-known/oauth-authorization-server?token=canary`));
      expect(error.code).toBe('invalid_message');
      expect(error.message).toContain('allowPrivateHosts');
      expect(inspect(error)).not.toContain('canary');
    }
    expect(tried).toEqual([]);
    expect(resolve).not.toHaveBeenCalled();
  });

  it.each(SPECIAL)('%s is refused to a local server too', async (host) => {
    const tried = noConnections();
    await refusal(guardedFetch({ server: localServer })(`https://${host}/`));
    expect(tried).toEqual([]);
  });

  it.each([
    '10.0.0.1',
    '127.0.0.1',
    '::1',
    '::ffff:10.0.0.1',
    'fe80::1%eth0',
    '169.254.169.254',
    '64:ff9b::a00:1',
    'nonsense',
  ])('%s, to which a name leads, opens no socket, alone or beside a public address', async (address) => {
    const tried = noConnections();
    for (const all of [[address], ['1.1.1.1', address]]) {
      const error = await refusal(guardedFetch({ server }, to(...all))('https://as.example.com/token'));
      expect(error).toMatchObject({ code: 'invalid_message', url: 'https://as.example.com/token' });
      expect(error.message).toContain(`as.example.com leads to ${address}`);
      expect(error.message).toContain('"as.example.com" in allowPrivateHosts');
    }
    expect(tried).toEqual([]);
  });

  it.each(PUBLIC)('%s, a public one, is asked', async (host) => {
    const tried = noConnections();
    const error = await refusal(guardedFetch({ server }, to('1.1.1.1', '2606:4700::1111'))(`https://${host}/`));
    expect(error.code).toBe('connection_failed');
    expect(tried).toHaveLength(1);
  });

  it('has the same addresses as lists of networks have', () => {
    const list = new BlockList();
    for (const net of '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4'.split(
      ' ',
    )) {
      const [address = '', bits] = net.split('/');
      list.addSubnet(address, Number(bits));
    }
    const open = new BlockList();
    open.addSubnet('2000::', 3, 'ipv6');
    for (const net of '2001::/23 2001:db8::/32 2002::/16 3fff::/20'.split(' ')) {
      const [address = '', bits] = net.split('/');
      list.addSubnet(address, Number(bits), 'ipv6');
    }
    const edges = fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 224, 240);
    const octet = fc.oneof(fc.nat(255), edges, fc.constantFrom(2, 16, 18, 31, 51, 64, 88, 99, 113, 168, 254));
    fc.assert(
      fc.property(fc.array(octet, { minLength: 4, maxLength: 4 }), (parts) => {
        const address = parts.join('.');
        expect([address, kindOfAddress(address) === 'public']).toEqual([address, !list.check(address)]);
      }),
      { numRuns: 2000 },
    );
    const group = fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 1, 0x1ff, 0x200, 0xdb8, 0xfff, 0x1000, 0x7f00));
    const first = fc.oneof(
      fc.nat(0xffff),
      fc.constantFrom(0, 0x64, 0x2000, 0x2001, 0x2002, 0x3fff, 0x4000, 0xfc00, 0xfe80),
    );
    fc.assert(
      fc.property(first, fc.array(group, { minLength: 7, maxLength: 7 }), (one, rest) => {
        const address = [one, ...rest].map((part) => part.toString(16)).join(':');
        expect([address, kindOfAddress(address) === 'public']).toEqual([
          address,
          open.check(address, 'ipv6') && !list.check(address, 'ipv6'),
        ]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('A15: a name that changes its mind', () => {
  it('is looked up once, and the connection goes to the address that was looked at', async () => {
    const tried = noConnections();
    const answers = [['1.1.1.1'], ['127.0.0.1']];
    const resolve = vi.fn(async () => (answers.shift() ?? []).map((address) => ({ address, family: 4 })));
    await refusal(guardedFetch({ server }, resolve)('https://rebind.example.com/'));
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(tried).toEqual(['1.1.1.1']);
  });

  it('is looked at again at the next hop', async () => {
    const tried = noConnections();
    const answers = ['1.1.1.1', '127.0.0.1'];
    const guarded = guardedFetch({ server }, async () => [{ address: answers.shift() ?? '', family: 4 }]);
    expect((await refusal(guarded('https://rebind.example.com/'))).code).toBe('connection_failed');
    expect((await refusal(guarded('https://rebind.example.com/'))).code).toBe('invalid_message');
    expect(tried).toEqual(['1.1.1.1']);
  });

  it('keeps its certificate and its server name, whatever address it has', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcpwire-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=as.example.com', '-addext', 'subjectAltName=DNS:as.example.com'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    );
    const names: (string | false | null)[] = [];
    const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) =>
      response.end(`${request.headers.host}`),
    );
    tls.on('secureConnection', (socket) => names.push(socket.servername));
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const all = getCACertificates();
    setDefaultCACertificates([...all, readFileSync(cert, 'utf8')]);
    onTestFinished(() => {
      setDefaultCACertificates(all);
      tls.close();
    });
    const { port } = tls.address() as AddressInfo;
    const allowPrivateHosts = ['as.example.com', 'other.example.com'];
    const guarded = guardedFetch({ server, allowPrivateHosts }, to('127.0.0.1'));
    const response = await guarded(`https://as.example.com:${port}/`);
    expect(await response.text()).toBe(`as.example.com:${port}`);
    expect(names).toEqual(['as.example.com']);
    const error = await refusal(guarded(`https://other.example.com:${port}/`));
    expect(error.code).toBe('connection_failed');
    expect(error.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });
});

describe('who may be asked nevertheless', () => {
  it('is a local host, where the server is local', async () => {
    const { url } = await serve((_request, response) => response.end('{}'));
    for (const own of ['http://localhost:3000', 'http://[::1]/', 'http://10.0.0.9/mcp', 'http://a.localhost']) {
      expect((await guardedFetch({ server: new URL(own) })(url)).status).toBe(200);
    }
    expect((await refusal(guardedFetch({ server })(url))).code).toBe('invalid_message');
  });

  it('is a host that allowPrivateHosts names, in any spelling, on its port if it has one', async () => {
    const { url } = await serve((_request, response) => response.end('{}'));
    const { port } = new URL(url);
    const ask = (allowPrivateHosts: string[], to = url) => guardedFetch({ server, allowPrivateHosts })(to);
    for (const host of ['127.0.0.1', '127.1', `127.0.0.1:${port}`]) expect((await ask([host])).status).toBe(200);
    for (const host of ['127.0.0.2', '127.0.0.1:1', 'localhost', '*']) await refusal(ask([host]));
    const tried = noConnections();
    for (const host of ['fd00::5', '[fd00::5]', '[fd00:0::5]', '[fd00::5]:443']) {
      expect((await refusal(ask([host], 'https://[fd00::5]/'))).code).toBe('connection_failed');
    }
    expect(tried).toHaveLength(4);
    await refusal(ask(['[fd00::5]:8443'], 'https://[fd00::5]/'));
    expect(tried).toHaveLength(4);
  });

  it('is named as a host and not as a URL', () => {
    for (const entry of ['https://sso.corp', 'sso.corp/x', 'a@b', '']) {
      expect(() => guardedFetch({ server, allowPrivateHosts: [entry] })).toThrow(TypeError);
    }
  });
});

describe('A15: a URL that is refused whatever its host', () => {
  it.each([
    'http://as.example.com/',
    'http://10.0.0.1/',
    'ftp://as.example.com/',
    'file:///etc/passwd',
    'gopher://as.example.com/',
    'data:text/html,x',
    'javascript:alert(1)',
    'https://good@169.254.169.254/',
    'https://user:pass@as.example.com/',
    'https://as.example.com:25/',
    'https://as.example.com:22/',
    'https://as.example.com:6379/',
    'https://as.example.com:11211/',
    'https://[fe80::1%25eth0]/',
    'https://256.0.0.1/',
    '//as.example.com',
    '',
  ])('%s', async (url) => {
    const tried = noConnections();
    const error = await refusal(guardedFetch({ server }, to('1.1.1.1'))(url));
    expect(error.code).toBe('invalid_message');
    expect(error.message).not.toMatch(/user:|:pass|good/);
    expect(tried).toEqual([]);
  });

  it('is one without TLS, also for a private host that is allowed', async () => {
    const tried = noConnections();
    await refusal(guardedFetch({ server: localServer, allowPrivateHosts: ['10.0.0.1'] })('http://10.0.0.1/'));
    expect(tried).toEqual([]);
  });
});

describe('A16: a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%i of a GET is followed within its origin', async (status) => {
    const { url, requests } = await serve((request, response) => {
      if (request.url === '/a') response.writeHead(status, { location: '/b' }).end();
      else response.end(request.headers['x-own']);
    });
    const response = await guardedFetch({ server: localServer })(`${url}/a`, { headers: { 'x-own': 'own' } });
    expect(await response.text()).toBe('own');
    expect(requests).toEqual(['GET /a', 'GET /b']);
  });

  it.each([301, 302, 303, 307, 308])('%i to another origin sends nothing there', async (status) => {
    const other = await serve((_request, response) => response.end());
    const { url } = await serve((_request, response) =>
      response.writeHead(status, { location: `${other.url}/x` }).end(),
    );
    const guarded = guardedFetch({ server: localServer });
    const headers = { authorization: 'Basic canary', cookie: 'a=canary', 'x-own': 'canary' };
    for (const init of [
      { headers },
      { headers, method: 'POST', body: new URLSearchParams({ client_secret: 'canary' }) },
    ]) {
      const error = await refusal(guarded(url, init));
      expect(error).toMatchObject({ code: 'http_status', status });
      expect(error.message).toContain(other.url);
      expect(inspect(error)).not.toContain('canary');
    }
    expect(other.requests).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])('%i of a POST is not followed at all', async (status) => {
    const { url, requests } = await serve((_request, response) => response.writeHead(status, { location: '/b' }).end());
    const error = await refusal(guardedFetch({ server: localServer })(`${url}/a`, { method: 'POST', body: 'x' }));
    expect(error).toMatchObject({ code: 'http_status', status });
    expect(requests).toEqual(['POST /a']);
  });

  it('from a public host to a private one, a file or nowhere ends there', async () => {
    for (const location of [
      'http://169.254.169.254/',
      'file:///etc/passwd',
      'gopher://x/',
      'https://',
      'https://10.0.0.1/',
    ]) {
      const asked: unknown[] = [];
      const answers: typeof fetch = async (input) => {
        asked.push(input);
        return new Response(null, { status: 302, headers: { location } });
      };
      expect((await refusal(guardedFetch({ server, fetch: answers })('https://as.example.com/'))).code).toBe(
        'http_status',
      );
      expect(asked).toEqual(['https://as.example.com/']);
    }
  });

  it('is followed three times', async () => {
    const { url, requests } = await serve((request, response) =>
      response.writeHead(302, { location: `${request.url}a` }).end(),
    );
    expect((await refusal(guardedFetch({ server: localServer })(`${url}/`))).code).toBe('http_status');
    expect(requests).toHaveLength(4);
  });
});

describe('an answer', () => {
  it('comes back with status, headers and body, and the request goes out as fetch sends it', async () => {
    const { url } = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { 'content-type': type, 'content-length': length, authorization } = request.headers;
        response.writeHead(400, { 'content-type': 'application/json', 'x-a': ['1', '2'] });
        response.end(JSON.stringify({ type, length, authorization, body: Buffer.concat(chunks).toString() }));
      });
    });
    const response = await guardedFetch({ server: localServer })(new URL(url), {
      method: 'POST',
      headers: { authorization: 'Basic x', host: 'evil.example' },
      body: new URLSearchParams({ a: 'ü' }),
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-a')).toBe('1, 2');
    expect(await response.json()).toEqual({
      type: 'application/x-www-form-urlencoded;charset=UTF-8',
      length: '8',
      authorization: 'Basic x',
      body: 'a=%C3%BC',
    });
  });

  it('may be empty', async () => {
    const { url } = await serve((_request, response) => response.writeHead(204).end());
    const response = await guardedFetch({ server: localServer })(url);
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it.each([true, false])('is read up to maxBytes and no further, with a length announced: %s', async (announced) => {
    const { url } = await serve((request, response) => {
      const size = Number(request.url?.slice(1));
      if (announced) response.setHeader('content-length', size);
      response.end(Buffer.alloc(size));
    });
    const guarded = guardedFetch({ server: localServer, maxBytes: 1000 });
    expect((await (await guarded(`${url}/1000`)).arrayBuffer()).byteLength).toBe(1000);
    const error = await refusal(guarded(`${url}/1001`));
    expect(error).toMatchObject({ code: 'limit_exceeded', url: `${url}/1001` });
  });

  it('counts decompressed', async () => {
    const { url } = await serve((request, response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.alloc(Number(request.url?.slice(1))))),
    );
    const guarded = guardedFetch({ server: localServer, maxBytes: 1000 });
    expect((await (await guarded(`${url}/1000`)).arrayBuffer()).byteLength).toBe(1000);
    expect((await refusal(guarded(`${url}/100000000`))).code).toBe('limit_exceeded');
  });

  it('that breaks off is none', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('{}');
      setImmediate(() => response.destroy());
    });
    expect((await refusal(guardedFetch({ server: localServer })(url))).code).toBe('connection_failed');
  });

  it.each(['before its headers', 'in its body'])('that stops %s is waited for timeoutMs', async (where) => {
    const { url } = await serve((_request, response) => where === 'in its body' && response.writeHead(200).write('{'));
    const error = await refusal(guardedFetch({ server: localServer, timeoutMs: 50 })(`${url}/x?code=canary`));
    expect(error).toMatchObject({ code: 'timeout', url: `${url}/x` });
    expect(inspect(error)).not.toContain('canary');
  });

  it('is bounded in time also where a name is looked up, and where a given fetch obeys no signal', async () => {
    const never = () => new Promise<never>(() => {});
    const url = 'https://as.example.com/';
    expect((await refusal(guardedFetch({ server, timeoutMs: 20 }, never)(url))).code).toBe('timeout');
    expect((await refusal(guardedFetch({ server, timeoutMs: 20, fetch: never })(url))).code).toBe('timeout');
  });

  it('is not waited for after an abort', async () => {
    const controller = new AbortController();
    const { url } = await serve(() => controller.abort());
    const error = await refusal(guardedFetch({ server: localServer })(url, { signal: controller.signal }));
    expect(error.code).toBe('aborted');
    expect((await refusal(guardedFetch({ server: localServer })(url, { signal: AbortSignal.abort() }))).code).toBe(
      'aborted',
    );
  });
});

describe('a given fetch', () => {
  const seen: [unknown, RequestInit | undefined][] = [];
  const options: GuardOptions = {
    server,
    fetch: async (input, init) => {
      seen.push([input, init]);
      return new Response('{}');
    },
  };

  it('sends what is not refused, without cookies and without following', async () => {
    await guardedFetch(options)('https://as.example.com/x');
    expect(seen).toMatchObject([['https://as.example.com/x', { redirect: 'manual', credentials: 'omit' }]]);
    seen.length = 0;
    for (const host of [...SPECIAL, ...LOCAL]) await refusal(guardedFetch(options)(`https://${host}/`));
    expect(seen).toEqual([]);
  });

  it('may fail, and its reason is told', async () => {
    const fails = async () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }));
    const error = await refusal(guardedFetch({ server, fetch: fails })('https://as.example.com/x?a=1'));
    expect(error.message).toBe('Cannot ask https://as.example.com/x (ECONNREFUSED)');
  });
});
