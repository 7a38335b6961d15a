import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { decodeHeaderValue, encodeHeaderValue, nameOf } from '../../src/http/headers.js';
import { text } from '../helpers/arbitraries.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

// streamable-http#value-encoding
describe('TR10: header values', () => {
  // spec: basic/transports/streamable-http#value-encoding.1 basic/transports/streamable-http#value-encoding.2
  // spec: basic/transports/streamable-http#value-encoding.7
  test.each([
    ['us-west1', 'us-west1'],
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
  ])('the example of the specification: %j is sent as %j', (value, header) => {
    expect(encodeHeaderValue(value)).toBe(header);
    expect(decodeHeaderValue(header)).toBe(value);
  });

  // spec: basic/transports/streamable-http#value-encoding.2
  test.each([
    '',
    'a',
    'a b',
    '~!@#$%^&*()',
    'é',
    '\u0000',
    '\u007f',
    '\u0080',
    '\u00ff',
    '\r',
    '\n',
    '\r\nEvil: 1',
    '\t',
    'a\tb',
    '\ta',
    'a ',
    '😀',
    '\u202e',
    '\ufeff',
    '=?base64??=',
    '=?base64?',
    '?=',
    '=?BASE64?YQ==?=',
    '=?base64?YQ==?= ',
    '=?base64?PT9iYXNlNjQ/YT89?=',
    '42.0',
    '-0',
    '9007199254740993',
    'TRUE',
    'x'.repeat(65_536),
  ])('%j survives the round trip in characters that a header may carry', (value) => {
    const header = encodeHeaderValue(value);
    expect(header).toMatch(/^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/);
    expect(decodeHeaderValue(header)).toBe(value);
    expect(new Headers({ 'mcp-name': header }).get('mcp-name')).toBe(header);
  });

  test('any text survives the round trip', () => {
    fc.assert(
      fc.property(text, (value) => {
        const header = encodeHeaderValue(value);
        expect(header).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeHeaderValue(header)).toBe(value);
      }),
    );
  });

  test('a lone surrogate, which UTF-8 cannot carry, is encoded without failing', () => {
    expect(decodeHeaderValue(encodeHeaderValue('a\ud800b'))).toBe('a\ufffdb');
    expect(decodeHeaderValue(encodeHeaderValue('\udc00'))).toBe('\ufffd');
  });

  test.each([
    ['characters outside of base64', '=?base64?@@?='],
    ['the URL-safe alphabet', '=?base64?_-__?='],
    ['missing padding', '=?base64?YQ?='],
    ['too much padding', '=?base64?YQ===?='],
    ['white space inside', '=?base64?YQ ==?='],
    ['bytes that are no UTF-8', '=?base64?/w==?='],
    ['an overlong encoding', '=?base64?wIA=?='],
    ['a surrogate in UTF-8', '=?base64?7aCA?='],
    ['a control character', 'a\u0001b'],
    ['a delete character', 'a\u007f'],
    ['a character beyond ASCII', 'é'],
    ['a leading space', ' a'],
    ['a trailing tab', 'a\t'],
  ])('is invalid with %s', (_what, header) => {
    expect(decodeHeaderValue(header)).toBeUndefined();
  });

  test('non-canonical trailing bits are one more spelling of the same bytes at most', () => {
    expect([undefined, 'a']).toContain(decodeHeaderValue('=?base64?YR==?='));
  });

  // spec: basic/transports/streamable-http#value-encoding.4
  test('the markers are case-sensitive: other cases are plain values', () => {
    expect(decodeHeaderValue('=?BASE64?YQ==?=')).toBe('=?BASE64?YQ==?=');
    expect(decodeHeaderValue('=?Base64?YQ==?=')).toBe('=?Base64?YQ==?=');
  });

  test('decoding any header never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `=?base64?${text}?=`),
        ),
        (header) => {
          expect(['string', 'undefined']).toContain(typeof decodeHeaderValue(header));
        },
      ),
    );
  });
});

// streamable-http#standard-request-headers
describe('TR9: the value that Mcp-Name mirrors', () => {
  // spec: basic/transports/streamable-http#standard-request-headers.1
  test.each([
    ['tools/call', { name: 'a' }, 'a'],
    ['prompts/get', { name: 'a' }, 'a'],
    ['resources/read', { uri: 'file:///a' }, 'file:///a'],
    ['tools/list', { name: 'a' }, undefined],
    ['resources/read', { name: 'a' }, undefined],
    ['tools/call', { name: 1 }, undefined],
    ['tools/call', undefined, undefined],
    ['constructor', { name: 'a' }, undefined],
  ])('%s with %j', (method, params, expected) => {
    expect(nameOf(method, params)).toBe(expected);
  });
});
