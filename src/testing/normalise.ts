/** Makes recorded messages the same in every run. */
import { isObject } from '../json-rpc.js';
import { META_CLIENT_INFO } from '../spec/meta.js';
import type { WireEntry } from './record.js';

/** Options of a recorder's `snapshot`. */
export interface SnapshotOptions {
  /**
   * Ids, progress tokens and subscription ids become 1, 2, 3 … in the order in which they are first seen, the same for
   * the same. Default `true`.
   */
  readonly ids?: boolean | undefined;
  /**
   * What changes with a release, a run or a key is named instead: the client's version, trace context in `_meta`, and
   * `requestState`, numbered so that one shows whether it came back unchanged. Default `true`.
   */
  readonly volatile?: boolean | undefined;
  /**
   * Replaces further values: called for every member of every message, from the outside in. What it returns is taken,
   * and is not looked into any further when it is another value. Default: none.
   */
  readonly replace?: ((key: string, value: unknown) => unknown) | undefined;
}

const ID_KEYS = new Set(['progressToken', 'requestId', 'io.modelcontextprotocol/subscriptionId']);
const TRACE_KEYS = new Set(['traceparent', 'tracestate', 'baggage']);
// What is inside them is data, whatever it is called.
const DATA_KEYS = new Set(['arguments', 'structuredContent', 'content', 'data']);

/** The entries with everything replaced that differs from run to run. */
export function normalise(
  entries: readonly WireEntry[],
  { ids = true, volatile = true, replace = (_key, value) => value }: SnapshotOptions = {},
): WireEntry[] {
  const numbers = numbering();
  const states = numbering();
  const visit = (key: string, value: unknown, depth: number, data: boolean): unknown => {
    const replaced = replace(key, value);
    if (replaced !== value) return replaced;
    if (ids && !data && ((depth === 1 && key === 'id') || ID_KEYS.has(key)) && isScalar(value)) return numbers(value);
    if (volatile && !data && typeof value === 'string') {
      if (key === 'requestState') return `<state ${states(value)}>`;
      if (TRACE_KEYS.has(key)) return `<${key}>`;
    }
    if (Array.isArray(value)) return value.map((item: unknown) => visit('', item, depth + 1, data));
    if (!isObject(value)) return value;
    if (volatile && !data && key === META_CLIENT_INFO) return { ...value, version: '<version>' };
    const inside = data || DATA_KEYS.has(key);
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, visit(name, item, depth + 1, inside)]),
    );
  };
  return entries.map((entry) =>
    'message' in entry ? { ...entry, message: visit('', entry.message, 0, false) } : { ...entry },
  );
}

const isScalar = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

/** 1, 2, 3 … for each value when it is first seen, and the same again for the same value. */
function numbering(): (value: unknown) => number {
  const seen = new Map<unknown, number>();
  return (value) => {
    const known = seen.get(value);
    if (known !== undefined) return known;
    seen.set(value, seen.size + 1);
    return seen.size;
  };
}
