/**
 * URI templates (RFC 6570, levels 1 to 4), read: which of a template's URIs this is, and with which values. The RFC says nothing
 * of that, so what is ambiguous is refused when the template is parsed. Reading a URI is in
 * `uri-template-match.ts`, writing one in `uri-template-expand.ts`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6570
 */
import type { Expression } from './uri-template-match.js';

/**
 * The variables of a template by name, from its literal type. `{id}` and `{+path}` are strings that are never empty; with an
 * operator that writes a first character of its own (`/ . ; ? & #`) a variable may be absent; with `*` it is a list.
 *
 * @example
 * ```ts
 * // { readonly owner: string; readonly path: readonly string[]; readonly rev?: string }
 * type Variables = TemplateVariables<'repo://{owner}{/path*}{?rev}'>;
 * ```
 */
export type TemplateVariables<Template extends string> = string extends Template
  ? Record<string, string | readonly string[]>
  : Flat<
      { readonly [E in EntryOf<Template> as E[1] extends 'one' ? E[0] : never]: string } & {
        readonly [E in EntryOf<Template> as E[1] extends 'many' ? E[0] : never]: readonly string[];
      } & { readonly [E in EntryOf<Template> as E[1] extends 'maybe' ? E[0] : never]?: string }
    >;

type Flat<T> = { [Key in keyof T]: T[Key] };
// Pairs of a name and how many values it has.
type EntryOf<T extends string> = T extends `${string}{${infer Inner}}${infer Rest}`
  ? OfInner<Inner> | EntryOf<Rest>
  : never;
type OfInner<T extends string> = T extends `+${infer List}`
  ? OfList<List, 'one'>
  : T extends `${'#' | '.' | '/' | ';' | '?' | '&'}${infer List}`
    ? OfList<List, 'maybe'>
    : OfList<T, 'one'>;
type OfList<T extends string, Kind> = T extends `${infer First},${infer Rest}`
  ? OfOne<First, Kind> | OfList<Rest, Kind>
  : OfOne<T, Kind>;
type OfOne<T extends string, Kind> = T extends `${infer Name}*`
  ? [Name, 'many']
  : T extends `${infer Name}:${string}`
    ? [Name, Kind]
    : [T, Kind];

/** A template that URIs can be read by. */
export interface UriTemplate {
  /** The template as it was written. */
  readonly source: string;
  /** The names of its variables, in order. */
  readonly variables: readonly string[];
  /** Its text and its expressions, for {@link readUri}. */
  readonly parts: readonly (string | Expression)[];
}

/** Whether a URI contains an expression. */
export function isTemplate(uri: string): boolean {
  return uri.includes('{');
}

/**
 * Parses a template of at most 8,192 characters and 256 variables.
 *
 * @throws TypeError that names the place and the cure; also for a template whose URIs could not be told apart, such as `{a}{b}`
 */
export function parseTemplate(source: string): UriTemplate {
  const parts = partsOf(source);
  const variables: string[] = [];
  let before = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      before = '';
      continue;
    }
    const { op, vars, named } = part;
    variables.push(...vars.map(({ name }) => name));
    if (
      // Side by side, the second must begin with a character that the first does not contain.
      /\{\+?$|^#\{|^\+\{[^?#]|^(.)\{\1|^[?&]\{[?&]/.test(before + op) ||
      (!named && vars.filter(({ many }) => many).length > 1) ||
      new Set(variables).size < variables.length
    ) {
      refuse(source, `{${op}${vars[0]?.name}…} is ambiguous; put text before it, and use each name once, and one *`);
    }
    before = `${op}{`;
  }
  return { source, variables, parts };
}

/** A template's text, encoded, and its expressions. */
export function partsOf(source: string): (string | Expression)[] {
  let count = 0;
  // Splitting at expressions leaves text and expressions in turns.
  const parts = source.split(/\{([^{}]*)\}/).flatMap((piece, index): (string | Expression)[] => {
    if (index % 2 === 0) {
      if (/[{}]|\p{Cs}/u.test(piece)) refuse(source, `stray brace in "${piece}"`);
      return piece === '' ? [] : [encodeReserved(piece)];
    }
    const op = /^[+#./;?&]?/.exec(piece)?.[0] ?? '';
    const vars = piece
      .slice(op.length)
      .split(',')
      .map((one) => {
        const [, name = '', modifier = ''] =
          /^((?:[\w.]|%[\da-f]{2})+)(\*|:[1-9]\d{0,3})?$/i.exec(one) ??
          refuse(source, `{${piece}} is no expression, such as {id}, {/path*} or {?q,page}`);
        return { name, many: modifier === '*', prefix: Number(modifier.slice(1)) };
      });
    count += vars.length;
    const separator = op === '?' ? '&' : /[./;&]/.test(op) ? op : ',';
    // Of `/`, only a list or a sequence goes on behind the next slash.
    const slashes = op === '/' && (vars.length > 1 || vars[0]?.many);
    const stops = /[+#]/.test(op) ? '' : /[?&]/.test(op) ? '#' : slashes ? '?#' : '/?#';
    return [{ op, vars, named: /[;?&]/.test(op), marked: /[^+]/.test(op), separator, stops }];
  });
  if (source.length > 8192 || count > 256) refuse(source, 'more than 8192 characters or 256 variables');
  return parts;
}

/** Encodes what no URI contains. Reserved characters and what is encoded already stay. */
export function encodeReserved(text: string): string {
  return encodeURI(text).replace(/%5[BD]|%25(?=[\da-f]{2})/gi, decodeURIComponent);
}

function refuse(source: string, what: string): never {
  throw new TypeError(`URI template "${source.slice(0, 99)}": ${what}`);
}
