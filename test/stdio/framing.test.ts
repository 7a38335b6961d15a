import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutLines, LineWriter } from '../../src/stdio/framing.ts';
import { scanForId } from '../../src/stdio/id-scan.ts';
import { settle } from '../helpers/gate.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** What becomes of some bytes, cut into pieces. */
function cut(pieces: Iterable<Uint8Array>, limit = 1000): unknown[] {
  const out: unknown[] = [];
  const cutter = cutLines(limit, {
    line: (bytes) => out.push(decoder.decode(bytes)),
    skipped: (id) => out.push({ skipped: id }),
  });
  for (const piece of pieces) cutter.push(piece);
  cutter.end();
  return out;
}

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('lines', () => {
  const text = 'é€🌍\n{"a":"👩‍👩‍👧"}\n';
  const bytes = encoder.encode(text);

  test('characters of several bytes survive a cut at every byte', () => {
    for (let at = 0; at <= bytes.length; at++) {
      expect(cut([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(['é€🌍', '{"a":"👩‍👩‍👧"}']);
    }
    expect(cut(inPieces(bytes, 1))).toEqual(['é€🌍', '{"a":"👩‍👩‍👧"}']);
  });

  test('a carriage return before the line end is no part of the line, and empty lines are none', () => {
    expect(cut([encoder.encode('\n\r\na\r\n\n\r\nb\rc\n')])).toEqual(['a', 'b\rc']);
  });

  test('the last line needs no end', () => {
    expect(cut([encoder.encode('a\nb')])).toEqual(['a', 'b']);
  });

  test('a buffer that is used again does not change what was read from it', () => {
    const buffer = encoder.encode('ab');
    const out: string[] = [];
    const cutter = cutLines(10, { line: (line) => out.push(decoder.decode(line)), skipped: () => {} });
    cutter.push(buffer);
    buffer.fill(0x78);
    cutter.push(encoder.encode('\n'));
    expect(out).toEqual(['ab']);
  });

  test('whatever the pieces, the lines are the same', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.integer({ min: 1, max: 9 }), (texts, size) => {
        const lines = texts.map((line) => line.replaceAll(/[\r\n]/g, '')).filter((line) => line !== '');
        const whole = encoder.encode(lines.map((line) => `${line}\n`).join(''));
        expect(cut(inPieces(whole, size), 10_000)).toEqual(lines);
      }),
    );
  });

  test('A30: a line of exactly the limit passes, one byte more is skipped, and the lines around it are read', () => {
    const line = (size: number): string => 'x'.repeat(size);
    for (const size of [1, 7, 5000]) {
      for (const end of ['\n', '\r\n']) {
        const input = encoder.encode(['a', line(100), line(101), line(5000), 'b'].join(end));
        expect(cut(inPieces(input, size), 100)).toEqual([
          'a',
          line(100),
          { skipped: undefined },
          { skipped: undefined },
          'b',
        ]);
      }
    }
  });

  test('A30: 9 MB in pieces of 1 KB take time in proportion to their number', () => {
    const time = (megabytes: number): number => {
      const whole = new Uint8Array(megabytes * 1_000_000).fill(0x61);
      whole[whole.length - 1] = 0x0a;
      const started = performance.now();
      let seen = 0;
      const cutter = cutLines(2 ** 24, { line: (bytes) => (seen += bytes.length), skipped: () => {} });
      for (const piece of inPieces(whole, 1000)) cutter.push(piece);
      expect(seen).toBe(whole.length - 1);
      return performance.now() - started;
    };
    time(1);
    expect(time(9)).toBeLessThan(2000);
  });
});

describe('the id of a line that is too long', () => {
  const scan = (text: string, size = 1): unknown => {
    const scanner = scanForId();
    for (const piece of inPieces(encoder.encode(text), size)) scanner.push(piece);
    return scanner.id();
  };
  const long = 'x'.repeat(2000);

  test.each([
    ['first', `{"jsonrpc":"2.0","id":7,"result":{"a":"${long}"}}`, 7],
    ['last', `{"result":{"id":1,"a":["${long}",{"id":2}]},"jsonrpc":"2.0","id":"seven"}`, 'seven'],
    ['with spaces', `{ "id" : -3 , "result" : {} }`, -3],
    ['with escapes', `{"a":"\\"id\\":5,\\\\","id":"\\u0061\\""}`, 'a"'],
    ['in a text', `{"a":"{\\"id\\":5}"}`, undefined],
    ['only inside', `{"params":{"id":5},"method":"m"}`, undefined],
    ['null', `{"id":null}`, undefined],
    ['a fraction', `{"id":1.5}`, undefined],
    ['an object', `{"id":{"id":1}}`, undefined],
    ['of no object', `[{"id":1}]`, undefined],
    ['of garbage', `}}}]]"id":1`, undefined],
  ])('%s', (_where, text, id) => {
    for (const size of [1, 3, text.length]) expect(scan(text, size)).toBe(id);
  });

  test('any id of any message', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.oneof(fc.maxSafeInteger(), fc.string()), fc.boolean(), (value, id, first) => {
        const text = JSON.stringify(first ? { id, result: value } : { result: value, id });
        expect(scan(text, 5)).toBe(Object.is(id, -0) ? 0 : id);
      }),
    );
  });
});

describe('writing', () => {
  // spec: basic/transports/stdio#top.1
  test('any JSON is one line', async () => {
    const written: string[] = [];
    const writer = new LineWriter(
      new WritableStream({ write: (bytes: Uint8Array) => void written.push(decoder.decode(bytes)) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        await writer.write(JSON.stringify(value));
        const text = written.pop() ?? '';
        expect(text.indexOf('\n')).toBe(text.length - 1);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    await writer.write(JSON.stringify({ a: '\n\r\u2028' }));
    expect(written).toEqual(['{"a":"\\n\\r\u2028"}\n']);
  });

  test('lines go out one after the other, wait for the stream, and are dropped when nobody wants them any more', async () => {
    const written: string[] = [];
    const taken: (() => void)[] = [];
    const writer = new LineWriter(
      new WritableStream({
        write: (bytes: Uint8Array) => {
          written.push(decoder.decode(bytes));
          return new Promise<void>((resolve) => taken.push(resolve));
        },
      }),
    );
    let wanted = true;
    void writer.write('1');
    const second = writer.write('2', () => !wanted);
    const third = writer.write('3');
    await settle();
    expect(written).toEqual(['1\n']);
    expect(writer.unsent).toBe(6);
    wanted = false;
    taken.shift()?.();
    await second;
    await settle();
    expect(written).toEqual(['1\n', '3\n']);
    taken.shift()?.();
    await third;
    expect(writer.unsent).toBe(0);
  });

  test('a stream that breaks fails this write and those after it', async () => {
    const writer = new LineWriter(
      new WritableStream({
        write() {
          throw new Error('EPIPE');
        },
      }),
    );
    await expect(writer.write('1')).rejects.toMatchObject({ code: 'connection_failed' });
    await expect(writer.write('2')).rejects.toMatchObject({ code: 'connection_failed' });
    expect(writer.unsent).toBe(0);
    await writer.close(0);
  });
});
