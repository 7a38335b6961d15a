/**
 * Arguments of a tool that are repeated in headers: `x-mcp-header` in its input schema, `Mcp-Param-…` in a request.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#custom-headers-from-tool-parameters
 */
import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import { walkSchema } from '../schema/bounds.js';
import { decodeHeaderValue, encodeHeaderValue } from './headers.js';

/** An argument that a header repeats. */
export interface HeaderParam {
  /** The header's name, in lower case: `mcp-param-region`. */
  readonly header: string;
  /** The properties that lead to the argument's value. */
  readonly path: readonly string[];
}

/** What of a tool's arguments goes into headers. */
export interface HeaderPlan {
  readonly params: readonly HeaderParam[];
}

/**
 * Reads the `x-mcp-header` annotations of an input schema.
 *
 * @returns `undefined` when there are none
 * @throws TypeError that names the place and the reason, for an annotation that the specification forbids and for a schema that is too
 * deep or too large
 */
export function compileHeaderPlan(inputSchema: JsonObject): HeaderPlan | undefined {
  const params: HeaderParam[] = [];
  const headers = new Set<string>();
  walkSchema(inputSchema, 'inputSchema', ({ schema, pointer, path, data }) => {
    if (data || !Object.hasOwn(schema, 'x-mcp-header')) return;
    const { 'x-mcp-header': name, type } = schema;
    const refuse = (reason: string): never => {
      throw new TypeError(`x-mcp-header ${JSON.stringify(name)} at ${pointer}: ${reason}`);
    };
    if (!path?.length) refuse('only a property that is reached by "properties" alone can have a header');
    // RFC 9110 section 5.6.2.
    if (typeof name !== 'string' || !/^[!#$%&'*+.^_`|~\w-]+$/.test(name))
      return refuse('a name is letters, digits and -');
    if (type !== 'string' && type !== 'integer' && type !== 'boolean')
      refuse('the type must be string, integer or boolean');
    const header = `mcp-param-${name.toLowerCase()}`;
    if (headers.has(header)) refuse('another property has this header');
    headers.add(header);
    params.push({ header, path: path ?? [] });
  });
  return params.length === 0 ? undefined : { params };
}

/**
 * The headers of a call, by their names. What is `null` or absent has none.
 *
 * @throws McpError `invalid_params` for an integer that is beyond ±(2^53 − 1)
 */
export function paramHeaders(plan: HeaderPlan, args: JsonObject): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { header, path } of plan.params) {
    const value = valueAt(args, path);
    if (isUnsafe(value)) {
      throw new McpError(
        'invalid_params',
        `${path.join('.')}: ${value} is beyond ±(2^53 − 1), which ${header} cannot carry`,
      );
    }
    // A list or an object is a mistake, which the server answers better than we could.
    if (isScalar(value)) headers[header] = encodeHeaderValue(String(value));
  }
  return headers;
}

/** @throws McpError `header_mismatch` where the headers of a call disagree with its arguments */
export function agreeParams(...call: Parameters<typeof paramMismatch>): void {
  const problem = paramMismatch(...call);
  if (problem !== undefined) throw new McpError('header_mismatch', `Header mismatch: ${problem}`);
}

/** In what the headers of a call disagree with its arguments, if in anything. */
export function paramMismatch(
  plan: HeaderPlan,
  args: JsonObject,
  get: (header: string) => string | null | undefined,
): string | undefined {
  for (const { header, path } of plan.params) {
    const value = valueAt(args, path);
    const sent = get(header);
    const expected = isScalar(value) ? String(value) : undefined;
    if (typeof sent !== 'string') {
      if (expected === undefined) continue;
      return `${header} is missing`;
    }
    if (expected === undefined) return `${header} has no value in the body`;
    // Much longer than the value's longest encoding: not worth decoding.
    const decoded = sent.length > 4 * expected.length + 64 ? undefined : decodeHeaderValue(sent);
    if (decoded === undefined) return `${header} is malformed`;
    const equal =
      typeof value === 'number'
        ? !isUnsafe(value) && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(decoded) && Number(decoded) === value
        : decoded === expected;
    if (!equal) return `${header} value does not match the body`;
  }
  return undefined;
}

function valueAt(args: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : null),
    args,
  );
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isUnsafe(value: unknown): value is number {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}
