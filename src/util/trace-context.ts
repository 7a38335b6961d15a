/**
 * The trace context of a message, in the words of W3C Trace Context and W3C Baggage.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#meta
 * @see https://www.w3.org/TR/trace-context/
 * @see https://www.w3.org/TR/baggage/
 */
import { META_BAGGAGE, META_TRACEPARENT, META_TRACESTATE } from '../spec/meta.js';

/** Where a message belongs in a trace, as `_meta` carries it. Give it to a call as `meta`. */
// A type, which fits a record as an interface would not.
export type TraceContext = {
  /** Trace and parent span: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`. */
  readonly traceparent?: string;
  /** What tracing systems add: `vendor=value,…`. */
  readonly tracestate?: string;
  /** What the application adds: `key=value,…`. Anyone can have written it. */
  readonly baggage?: string;
};

/** What identifies a span to others, as OpenTelemetry has it. */
export interface SpanContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Bit 0: sampled. */
  readonly traceFlags: number;
  /** What tracing systems add. */
  readonly traceState?: { serialize(): string } | undefined;
}

const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
const STATE_MEMBER = /^[ \t]*(?:[\da-z][\w\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,256})?$/;
const BAGGAGE_MEMBER = /^[ \t]*[\w!#$%&'*+\-.^`|~]+[ \t]*=[\t\x20\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]*$/;

/** The valid trace context in a message's `_meta`; what is malformed or too long is left out. */
export function readTraceContext(meta: Readonly<Record<string, unknown>> | undefined): TraceContext {
  const traceparent = meta?.[META_TRACEPARENT];
  const tracestate = meta?.[META_TRACESTATE];
  const baggage = meta?.[META_BAGGAGE];
  const continues = typeof traceparent === 'string' && parseTraceparent(traceparent) !== undefined;
  return {
    ...(continues && { traceparent }),
    // It belongs to the trace: without one it says nothing.
    ...(continues && isList(tracestate, 512, STATE_MEMBER, 32) && { tracestate }),
    ...(isList(baggage, 8192, BAGGAGE_MEMBER, 180) && { baggage }),
  };
}

function isList(value: unknown, length: number, member: RegExp, members: number): value is string {
  if (typeof value !== 'string' || value.length > length) return false;
  const list = value.split(',');
  return list.length <= members && list.every((one) => member.test(one));
}

/** Reads a `traceparent`; `undefined` when it is none. */
export function parseTraceparent(traceparent: string): SpanContext | undefined {
  // A version that we do not know may go on after the flags.
  if (traceparent.length > 256 || (traceparent.startsWith('00') && traceparent.length > 55)) return undefined;
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 };
}

/** The trace context for what is done within a span; that of the caller where the span is none that others could find. */
export function contextOfSpan(span: SpanContext | undefined, caller: TraceContext): TraceContext {
  if (span === undefined) return caller;
  const { traceId, spanId, traceFlags, traceState } = span;
  const traceparent = `00-${traceId}-${spanId}-${(traceFlags & 1).toString().padStart(2, '0')}`;
  const tracestate = traceState?.serialize();
  if (parseTraceparent(traceparent) === undefined) return caller;
  const { baggage } = caller;
  return { traceparent, ...(tracestate && { tracestate }), ...(baggage !== undefined && { baggage }) };
}

/** What is used of an OpenTelemetry `Context`, as far as tracers ask it. */
interface ParentContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): ParentContext;
  deleteValue(key: symbol): ParentContext;
}

/**
 * The caller's span as an OpenTelemetry `Context`, made without OpenTelemetry: its API finds a span in a context by a
 * registered symbol, so that several copies of it agree.
 */
export function parentOf({ traceparent = '', tracestate }: TraceContext): ParentContext | undefined {
  const span = parseTraceparent(traceparent);
  if (span === undefined) return undefined;
  const spanContext = {
    ...span,
    isRemote: true,
    ...(tracestate !== undefined && { traceState: traceStateOf(stateMembers(tracestate)) }),
  };
  return contextOf(new Map([[Symbol.for('OpenTelemetry Context Key SPAN'), { spanContext: () => spanContext }]]));
}

function contextOf(values: ReadonlyMap<symbol, unknown>): ParentContext {
  return {
    getValue: (key) => values.get(key),
    setValue: (key, value) => contextOf(new Map(values).set(key, value)),
    deleteValue: (key) => contextOf(new Map([...values].filter(([other]) => other !== key))),
  };
}

type Member = readonly [key: string, value: string];

/** An OpenTelemetry `TraceState`, which samplers read and exporters write. */
interface TraceState {
  get(key: string): string | undefined;
  set(key: string, value: string): TraceState;
  unset(key: string): TraceState;
  serialize(): string;
}

function stateMembers(tracestate: string): Member[] {
  return tracestate.split(',').flatMap((member) => {
    const at = member.indexOf('=');
    return at === -1 ? [] : [[member.slice(0, at).trim(), member.slice(at + 1).trimEnd()] as const];
  });
}

function traceStateOf(members: readonly Member[]): TraceState {
  const without = (key: string): Member[] => members.filter(([other]) => other !== key);
  return {
    get: (key) => members.find(([other]) => other === key)?.[1],
    // What was changed last stands first (section 3.5).
    set: (key, value) => traceStateOf([[key, value], ...without(key)]),
    unset: (key) => traceStateOf(without(key)),
    serialize: () => members.map(([key, value]) => `${key}=${value}`).join(','),
  };
}
