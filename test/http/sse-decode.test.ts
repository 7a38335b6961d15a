import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseDecoder } from '../../src/http/sse-decode.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function decode(chunks: readonly (string | Uint8Array)[], limit = 1000): string[] {
  const decoder = createSseDecoder(limit);
  return chunks.flatMap((chunk) => decoder(typeof chunk === 'string' ? encode(chunk) : chunk));
}

// After the web platform tests, eventsource/format-*.
const cases: readonly [name: string, stream: string, events: readonly string[]][] = [
  ['one event', 'data: a\n\n', ['a']],
  ['no space after the colon', 'data:a\n\n', ['a']],
  ['only one space is taken off', 'data:  a\n\n', [' a']],
  ['several lines make one event', 'data: a\ndata: b\n\n', ['a\nb']],
  ['CRLF line ends', 'data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n', ['a\nb', 'c']],
  ['CR line ends', 'data: a\rdata: b\r\rdata: c\r\r', ['a\nb', 'c']],
  ['mixed line ends', 'data: a\n\r\ndata: b\r\r\ndata: c\r\n\n', ['a', 'b', 'c']],
  ['a byte order mark at the start', '\uFEFFdata: a\n\n', ['a']],
  ['a byte order mark later is part of a field name', 'data: a\n\n\uFEFFdata: b\n\n', ['a']],
  ['comments', ': x\n:\ndata: a\n:y\n\n:\n\n', ['a']],
  ['unknown fields', 'foo: x\nbar\ndata: a\n\n', ['a']],
  ['retry, sane or not', 'retry: 10\nretry: -1\nretry: bogus\nretry: 1e9\ndata: a\n\n', ['a']],
  ['id, also with NUL', 'id: 1\nid: a\0b\ndata: a\n\n', ['a']],
  ['an event without data is none', 'event: message\n\ndata\n\ndata:\n\ndata: a\n\n', ['a']],
  ['type message is the default type', 'event: message\ndata: a\n\n', ['a']],
  ['other types are for others', 'event: ping\ndata: a\n\nevent: Message\ndata: b\n\ndata: c\n\n', ['c']],
  ['field names are case-sensitive', 'DATA: a\n\n', []],
  ['an event that is still open at the end is discarded', 'data: a\n\ndata: b\n', ['a']],
  ['a line that is still open at the end is discarded', 'data: a\n\ndata: b', ['a']],
  ['one CR at the end does not close an event', 'data: a\r', []],
  ['characters of four bytes', 'data: 😀\n\n', ['😀']],
  ['NUL and line separators are data', 'data: a\0b\u2028c\u0085\n\n', ['a\0b\u2028c\u0085']],
];

describe('server-sent events', () => {
  it.each(cases)('%s', (_name, stream, events) => {
    expect(decode([stream])).toEqual(events);
  });

  it.each(cases)('%s, split at every byte', (_name, stream, events) => {
    const bytes = encode(stream);
    for (let at = 0; at <= bytes.length; at++) {
      expect(decode([bytes.subarray(0, at), bytes.subarray(at)]), `split at ${at}`).toEqual(events);
    }
    expect(decode(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(events);
  });

  it('come out the same however the bytes are split', () => {
    const bytes = encode(cases.map(([, stream]) => `${stream.replace(/^\uFEFF/, '')}\n\n`).join(''));
    const whole = decode([bytes]);
    expect(whole.length).toBeGreaterThan(20);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        expect(decode(at.slice(1).map((end, index) => bytes.subarray(at[index], end)))).toEqual(whole);
      }),
      { verbose: true },
    );
  });

  it('delivers an event that ends with CR before more bytes arrive', () => {
    expect(createSseDecoder(100)(encode('data: a\r\r'))).toEqual(['a']);
  });

  it('delivers what precedes 50,000 frames of another type, and what follows', () => {
    expect(decode([`data: a\n\n${'event: x\ndata: {{{\n\n'.repeat(50_000)}data: b\n\n`])).toEqual(['a', 'b']);
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(() => decode([Uint8Array.of(100, 97, 116, 97, 58, 0xff, 10, 10)])).toThrow(
      expect.objectContaining({ code: 'invalid_message' }),
    );
  });
});

describe('the longest event', () => {
  const excess = expect.objectContaining({ code: 'limit_exceeded' });

  it.each([1, 3, 1000])('may be as long as the limit, in chunks of %i', (size) => {
    const stream = `data: ${'x'.repeat(100)}\r\n\r\n`;
    const chunks = stream.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect(decode(chunks, 100)).toEqual(['x'.repeat(100)]);
  });

  it.each([1, 3, 1000])('may not be longer than the limit, in chunks of %i', (size) => {
    const stream = `data: ${'x'.repeat(101)}\n\n`;
    expect(() => decode(stream.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [], 100)).toThrow(excess);
  });

  it('counts all lines of an event', () => {
    expect(() => decode(['data: xxxx\n'.repeat(30)], 100)).toThrow(excess);
  });

  it.each(['data: ', ': ', 'id: ', ''])('bounds a line that never ends: %j', (start) => {
    const decoder = createSseDecoder(100);
    decoder(encode(start));
    expect(() => {
      for (let count = 0; count < 200; count++) decoder(encode('x'));
    }).toThrow(excess);
  });

  it('does not bound a stream of many comments', () => {
    expect(decode([...Array.from({ length: 1000 }, () => ': keep-alive\n\n'), 'data: a\n\n'], 100)).toEqual(['a']);
  });
});
