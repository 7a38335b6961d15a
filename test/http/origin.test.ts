import { describe, expect, test } from 'vitest';
import {
  compilePolicy,
  corsHeaders,
  hostnameOf,
  isLoopback,
  preflightHeaders,
  type Origins,
} from '../../src/http/origin.js';

const refuses = (
  origins: Origins | undefined,
  origin: string,
  host = 'api.example.com',
  allowedHosts?: readonly string[],
) =>
  compilePolicy(origins, allowedHosts)({ get: () => host, authority: () => host, loopback: () => false }, origin) !==
  undefined;

describe('the option origins', () => {
  test('a string admits exactly that origin', () => {
    const origins = ['https://app.example.com'];
    expect(refuses(origins, 'https://app.example.com')).toBe(false);
    for (const other of [
      'http://app.example.com',
      'https://app.example.com:8443',
      'https://app.example.com.evil.test',
      'https://APP.example.com',
      'https://app.example.com/',
    ]) {
      expect([other, refuses(origins, other)]).toEqual([other, true]);
    }
  });

  test('a pattern must match the whole origin', () => {
    const origins = [/https:\/\/[a-z]+\.example\.com/];
    expect(refuses(origins, 'https://app.example.com')).toBe(false);
    for (const other of [
      'https://app.example.com.evil.test',
      'xhttps://app.example.com',
      'https://app.example.com:1',
      'https://evil.test/https://app.example.com',
    ]) {
      expect([other, refuses(origins, other)]).toEqual([other, true]);
    }
  });

  test('a pattern with alternatives, lazy parts, anchors or flags means what it says of the whole origin', () => {
    expect(refuses([/https:\/\/a|https:\/\/a\.test/], 'https://a.test')).toBe(false);
    expect(refuses([/https:\/\/.+?/], 'https://a.test')).toBe(false);
    expect(refuses([/^https:\/\/a\.test$/], 'https://a.test')).toBe(false);
    expect(refuses([/HTTPS:\/\/A\.TEST/i], 'https://a.test')).toBe(false);
    expect(refuses([/^https:\/\/a|evil$/], 'https://not-a.evil')).toBe(true);
    const sticky = compilePolicy([/https:\/\/a\.test/gy], undefined);
    const caller = { get: () => 'h', authority: () => 'h', loopback: () => false };
    expect([1, 2, 3].map(() => sticky(caller, 'https://a.test'))).toEqual([undefined, undefined, undefined]);
  });

  test('a function decides alone', () => {
    expect(refuses((origin) => origin.endsWith('.test'), 'https://a.test')).toBe(false);
    expect(refuses(() => false, 'http://localhost:3000', 'localhost')).toBe(true);
  });

  test('A36: an empty list refuses every page, loopback included', () => {
    expect(refuses([], 'http://localhost:3000', 'localhost')).toBe(true);
    expect(refuses([], 'https://api.example.com', 'api.example.com', ['api.example.com'])).toBe(true);
  });

  test('the origin null is never served, whatever the option says', () => {
    for (const origins of [undefined, () => true, [/.*/]] as const) expect(refuses(origins, 'null')).toBe(true);
  });

  test('browser extensions can be listed', () => {
    expect(refuses(['chrome-extension://abcdef'], 'chrome-extension://abcdef')).toBe(false);
  });

  test.each([
    '*',
    'null',
    '',
    'example.com',
    'https://example.com/',
    'https://example.com/path',
    'https://example.com:443',
    'https://EXAMPLE.com',
    '//example.com',
    'https://*.example.com/',
  ])('%j is no origin and throws when the server is made', (entry) => {
    expect(() => compilePolicy([entry], undefined)).toThrow(/^origins: .* is no origin, such as "https:/);
  });
});

describe('without the option', () => {
  test('the own origin is served where its host is allowed', () => {
    expect(refuses(undefined, 'https://api.example.com', 'api.example.com', ['api.example.com'])).toBe(false);
    expect(refuses(undefined, 'https://api.example.com', 'api.example.com')).toBe(true);
    expect(
      refuses(undefined, 'https://other.example.com', 'api.example.com', ['api.example.com', 'other.example.com']),
    ).toBe(true);
  });
});

test.each([
  ['localhost', 'localhost'],
  ['LOCALHOST:80', 'localhost'],
  ['127.0.0.1:65535', '127.0.0.1'],
  ['[::1]:1', '[::1]'],
  ['a_b.test', 'a_b.test'],
  ['', undefined],
  [':80', undefined],
  ['localhost.', 'localhost.'],
  ['localhost:80:80', undefined],
  ['localhost:', undefined],
  ['localhost@evil.test', undefined],
  ['evil.test#localhost', undefined],
  ['localhost,evil.test', undefined],
  ['local host', undefined],
  ['localhost\t', undefined],
  ['[::1', undefined],
  ['::1', undefined],
  ['a/b', undefined],
])('A1: the host name in %j is %j', (host, name) => expect(hostnameOf(host)).toBe(name));

test.each(['localhost.', '127.0.0.1.', 'localhost..', '.', '-', '_'])(
  'A1: the host name %j is not ours: refused where the connection ends on this machine',
  (host) => {
    const caller = { get: () => host, authority: () => host, loopback: () => true };
    for (const allowedHosts of [undefined, ['localhost', 'example.com']]) {
      const refusal = `Host ${JSON.stringify(host)} is not in the option allowedHosts`;
      expect(compilePolicy(undefined, allowedHosts)(caller, null)).toBe(refusal);
      expect(compilePolicy(undefined, allowedHosts)(caller, `http://${host}`)).toBe(refusal);
    }
  },
);

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['[::1]', true],
  ['127.1', false],
  ['0.0.0.0', false],
  ['2130706433', false],
  ['0x7f000001', false],
  ['[::]', false],
  ['[::ffff:127.0.0.1]', false],
  ['localhost.', false],
  ['localhost.evil.test', false],
  ['127.0.0.1.evil.test', false],
])('A1: %j is a loopback name: %j', (name, expected) => expect(isLoopback(name)).toBe(expected));

test('A14: CORS headers name the origin, never a wildcard, and vary by it', () => {
  expect(corsHeaders('https://a.test', {})).toEqual({
    'access-control-allow-origin': 'https://a.test',
    'access-control-expose-headers': 'WWW-Authenticate, Retry-After, Mcp-Session-Id',
    vary: 'Origin',
  });
  expect(corsHeaders('https://a.test', { exposeHeaders: ['X-Cost'] })).toMatchObject({
    'access-control-expose-headers': 'WWW-Authenticate, Retry-After, Mcp-Session-Id, X-Cost',
  });
});

test('a preflight grants POST, what sessions need beside it, and the headers that it asks for', () => {
  expect(preflightHeaders('mcp-param-region, authorization', {})).toEqual({
    'access-control-allow-methods': 'POST, GET, DELETE',
    'access-control-allow-headers': 'mcp-param-region, authorization',
    'access-control-max-age': '7200',
    vary: 'Origin, Access-Control-Request-Headers',
  });
  expect(preflightHeaders(undefined, { maxAgeSeconds: 1 })).toMatchObject({
    'access-control-allow-headers': '',
    'access-control-max-age': '1',
  });
});
