import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { contextOfSpan, parseTraceparent, readTraceContext } from '../../src/util/trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = `00-${TRACE}-${SPAN}-01`;

describe('what is read of _meta', () => {
  // spec: basic#meta.17
  test('the three keys, as they came', () => {
    const context = {
      traceparent: PARENT,
      tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
      baggage: 'userId=alice,serverNode=DF%2028;ttl=3,isProduction=false',
    };
    expect(readTraceContext({ ...context, other: 1 })).toEqual(context);
    expect(readTraceContext(undefined)).toEqual({});
  });

  // spec: basic#meta.17
  test.each([
    ['no string', 7],
    ['empty', ''],
    ['upper case', PARENT.toUpperCase()],
    ['version ff', `ff${PARENT.slice(2)}`],
    ['no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['no span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['too long for its version', `${PARENT}-extra`],
    ['too short', PARENT.slice(0, -1)],
    ['endless', `01${PARENT.slice(2)}-${'x'.repeat(10_000)}`],
  ])('a malformed traceparent (%s) is none, and takes its tracestate with it', (_name, traceparent) => {
    expect(readTraceContext({ traceparent, tracestate: 'a=1', baggage: 'k=v' })).toEqual({ baggage: 'k=v' });
  });

  test('a version of the future is read as far as it is known', () => {
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-03-what-comes`)).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      traceFlags: 1,
    });
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)).toMatchObject({ traceFlags: 0 });
  });

  // spec: basic#meta.17
  test.each([['no member'], ['Rojo=1'], ['a=b\nc'], ['a=b=c'], [`a=${'x'.repeat(600)}`], [7], ['é=1']])(
    'a malformed tracestate (%j) is left out',
    (tracestate) => {
      expect(readTraceContext({ traceparent: PARENT, tracestate })).toEqual({ traceparent: PARENT });
    },
  );

  // spec: basic#meta.17
  test.each([['no member'], ['k="v"'], ['k=a\r\nx: y'], ['=v'], [`k=${'x'.repeat(9_000)}`], [{}], ['k=é']])(
    'a malformed baggage (%j) is left out',
    (baggage) => {
      expect(readTraceContext({ baggage })).toEqual({});
    },
  );

  test('what is read never holds what could end a header line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = readTraceContext({ traceparent: PARENT, tracestate: text, baggage: text });
        expect(Object.values(read).join('')).toMatch(/^[\t\x20-\x7e]*$/);
      }),
    );
  });
});

describe('what is passed on', () => {
  test('a span becomes the parent, and baggage stays', () => {
    const span = { traceId: TRACE, spanId: SPAN, traceFlags: 1, traceState: { serialize: () => 'a=1' } };
    expect(contextOfSpan(span, { traceparent: 'other', baggage: 'k=v' })).toEqual({
      traceparent: PARENT,
      tracestate: 'a=1',
      baggage: 'k=v',
    });
  });

  test('without a span, or with one that records nowhere, the caller’s context is passed on', () => {
    const caller = { traceparent: PARENT, baggage: 'k=v' };
    expect(contextOfSpan(undefined, caller)).toBe(caller);
    expect(contextOfSpan({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }, caller)).toBe(caller);
  });
});
