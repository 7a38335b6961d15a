import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { concat, parseMessage as parseBytes, readBytes, utf8, type JsonLimits } from '../../src/http/body.js';
import { anyString } from '../helpers/arbitraries.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

const parseMessage = (text: string, limits: JsonLimits) => parseBytes(new TextEncoder().encode(text), limits);

const LIMITS = { jsonDepth: 128, jsonValues: 500_000 };
const code = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
};

const isJsonText = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const countOf = (value: unknown): { values: number; containers: number; depth: number } => {
  if (typeof value !== 'object' || value === null) return { values: 1, containers: 0, depth: 0 };
  const inner = Object.values(value).map(countOf);
  return {
    values: inner.reduce((sum, part) => sum + part.values, 1),
    containers: inner.reduce((sum, part) => sum + part.containers, 1),
    depth: 1 + Math.max(0, ...inner.map((part) => part.depth)),
  };
};

describe('parsing agrees with JSON.parse', () => {
  const quotes = fc.stringMatching(/^(?:[{}[\],:"\\]|\\"|\\\\|a)*$/);

  test('on any JSON, compact or indented, whatever its strings hold', () => {
    const anyJson = fc.oneof(fc.jsonValue(), anyString, fc.dictionary(anyString, anyString));
    fc.assert(
      fc.property(
        fc.oneof(anyJson, fc.dictionary(quotes, quotes), fc.array(quotes)),
        fc.constantFrom('', ' ', '\t', '\r\n'),
        (value, space) => {
          const text = JSON.stringify(value, null, space);
          expect(parseMessage(text, LIMITS)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  test('on any text: what one refuses the other refuses', () => {
    const scraps = fc
      .array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '"id"', '"a"', '1', 'null', ' ', '\\u0069'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), scraps), (text) => {
        const repeats = ['"id"', '"a"', '\\u0069'].some((key) => text.split(key).length > 2);
        const valid = isJsonText(text) && !repeats;
        const outcome = code(() => parseMessage(text, LIMITS));
        expect(valid ? [undefined] : [undefined, 'parse_error', 'invalid_request']).toContain(outcome);
        expect(outcome === undefined ? [parseMessage(text, LIMITS)] : []).toEqual(
          outcome === undefined ? [JSON.parse(text)] : [],
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('the depth that is counted is the depth there is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        const { depth } = countOf(value);
        expect(code(() => parseMessage(text, { ...LIMITS, jsonDepth: depth }))).toBeUndefined();
        const tooDeep = code(() => parseMessage(text, { ...LIMITS, jsonDepth: depth - 1 }));
        expect(tooDeep).toBe(depth > 0 ? 'invalid_request' : undefined);
      }),
    );
  });

  test('no value goes uncounted', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value);
        const { values, containers } = countOf(value);
        expect(code(() => parseMessage(text, { ...LIMITS, jsonValues: values - 1 }))).toBe('invalid_request');
        // An empty object may count twice, never more.
        expect(code(() => parseMessage(text, { ...LIMITS, jsonValues: values + containers }))).toBeUndefined();
      }),
    );
  });
});

describe('a repeated envelope key', () => {
  const spellings = (key: string) =>
    fc
      .tuple(
        ...Array.from(key, (letter) =>
          fc.constantFrom(
            letter,
            `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
            `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`,
          ),
        ),
      )
      .map((parts) => parts.join(''));
  const envelope = fc.constantFrom('jsonrpc', 'id', 'method', 'params');

  test('is found in every spelling, in any place, with any white space', () => {
    const space = fc.constantFrom('', ' ', '\n', '\t\r\n ');
    fc.assert(
      fc.property(
        envelope.chain((key) => fc.tuple(spellings(key), spellings(key))),
        fc.dictionary(fc.stringMatching(/^[a-h]{1,4}$/), fc.jsonValue()),
        space,
        ([one, other], rest, gap) => {
          const members = [
            `"${one}"${gap}:${gap}1`,
            ...Object.entries(rest).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`),
            `"${other}"${gap}:2`,
          ];
          expect(code(() => parseMessage(`{${gap}${members.join(`${gap},`)}}`, LIMITS))).toBe('invalid_request');
        },
      ),
    );
  });

  test('is found only in the envelope: deeper objects and strings may repeat its words', () => {
    expect(
      parseMessage('{"id":1,"params":{"id":1,"method":"id","params":{"id":"id"}},"x":"id","y":["id","id"]}', LIMITS),
    ).toMatchObject({ id: 1 });
    expect(code(() => parseMessage('{"a":{"id":1,"id":2}}', LIMITS))).toBeUndefined();
  });

  test('is told apart from other faults', () => {
    for (const text of ['{"id":1,"id":2}', '{"a":1,"a":2}']) {
      expect(() => parseMessage(text, LIMITS)).toThrow('The message has a member twice');
    }
  });

  test('is found whatever the key: one reader would keep the first value, another the last', () => {
    expect(code(() => parseMessage('{"a":1,"a":2}', LIMITS))).toBe('invalid_request');
    expect(code(() => parseMessage('{"__proto__":1,"__proto__":2}', LIMITS))).toBe('invalid_request');
    expect(parseMessage('{"__proto__":1,"a":2}', LIMITS)).toEqual(JSON.parse('{"__proto__":1,"a":2}'));
  });
});

test('a text that is no JSON is a parse error even where it repeats a key', () => {
  expect(code(() => parseMessage('{"id":1,"id":2', LIMITS))).toBe('parse_error');
});

test('long runs of backslashes and quotes take one pass', () => {
  const text = JSON.stringify({ a: '\\"'.repeat(200_000), b: '\\'.repeat(400_000) });
  expect(parseMessage(text, LIMITS)).toEqual(JSON.parse(text));
});

describe('readBytes', () => {
  const chunks = (...sizes: number[]) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const size of sizes) controller.enqueue(new Uint8Array(size).fill(size));
        controller.close();
      },
    });

  test('reads up to the limit and not a byte more, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 20 })),
        fc.integer({ min: 0, max: 100 }),
        async (sizes, limit) => {
          const total = sizes.reduce((sum, size) => sum + size, 0);
          const bytes = await readBytes(chunks(...sizes), limit);
          const whole = Uint8Array.from(sizes.flatMap((size) => Array<number>(size).fill(size)));
          expect(bytes).toEqual(total > limit ? undefined : whole);
        },
      ),
    );
  });

  test('stops reading at the limit, and does not wait for a source that never lets go', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(10));
      },
      cancel: () => new Promise(() => {}),
    });
    expect(await readBytes(endless, 25)).toBeUndefined();
    expect(pulled).toBeLessThan(6);
  });
});

test('concat joins chunks in order', () => {
  expect([...concat([new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array([3])], 3)]).toEqual([1, 2, 3]);
});

test.each([
  ['an overlong encoding', [0xc0, 0x80]],
  ['a surrogate (CESU-8)', [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80]],
  ['a truncated character', [0x22, 0xe2, 0x82]],
  ['a byte that never occurs', [0xff]],
  ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
])('UTF-8 with %s is refused', (_what, bytes) => {
  expect(() => utf8.decode(new Uint8Array(bytes))).toThrow(TypeError);
  const message = new Uint8Array([...new TextEncoder().encode('{"id":"'), ...bytes, ...new TextEncoder().encode('"}')]);
  expect(() => parseBytes(message, LIMITS)).toThrow('The body is not valid JSON in UTF-8');
  expect(code(() => parseBytes(message, LIMITS))).toBe('parse_error');
});
