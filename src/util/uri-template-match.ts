/** What stands in the braces of a template. */
export interface Expression {
  readonly op: string;
  readonly vars: readonly {
    readonly name: string;
    /** It has a `*`. */
    readonly many: boolean;
    /** How many characters are taken of it. 0: all. */
    readonly prefix: number;
  }[];
  /** It writes `name=value`. */
  readonly named: boolean;
  /** It writes a first character of its own, and may be absent. */
  readonly marked: boolean;
  readonly separator: string;
  /** Characters that it does not contain. */
  readonly stops: string;
}

type Values = Record<string, string | string[]>;

export const MAX_URI = 65_536;

/** Whether a value, used as a path, stays where it is: no NUL, no half of a pair, no `..`, no slash at the start. */
export function safe(value: string, op: string): boolean {
  return !/\0|\p{Cs}|(?:^|[\\/])\.\.(?:[\\/]|$)/u.test(value) && (/[+#?&]/.test(op) || !/^[\\/]/.test(value));
}

/**
 * Reads a URI by a template: the values of the variables, percent-decoded. A value can contain a `/` where the URI says `%2F`; that of `{id}`
 * never does where the URI says `/`.
 *
 * The parameters of `{?…}`, `{&…}` and `{;…}` may come in any order and be absent; others than the template's do not match.
 * Nor does a URI of more than 65,536 characters, a percent-encoding that is malformed, or a value that used as a path would
 * lead elsewhere: with a NUL character or a segment `..`, or, but for `{+…}`, `{#…}`, `{?…}` and `{&…}`, with a slash or a
 * backslash at its start. Where a URI can be read in two ways, the earlier variable gets the shorter value.
 *
 * Its time grows with the URI's length times the number of the template's parts, whatever the URI: nothing backtracks.
 *
 * @param parts the template's, from `parseTemplate`
 * @returns `undefined` for a URI that is none of the template's
 */
export function readUri(parts: readonly (string | Expression)[], uri: string): Values | undefined {
  // A pass from the end finds where each part ends, a pass from the start reads.
  const size = uri.length;
  const [head] = parts;
  // Most URIs are another template's; the text at the start tells.
  if (size > MAX_URI || (typeof head === 'string' && !uri.startsWith(head))) return undefined;

  // By part and place: 1 + where the part ends that begins there, if the rest of the template can follow. 0: it cannot.
  const ends: Uint32Array[] = [];
  let next = new Uint32Array(size + 1);
  next[size] = 1;
  for (const part of [...parts].reverse()) {
    const row = new Uint32Array(size + 1);
    // The nearest such end from the place after on, through characters that the expression can contain.
    let near = 0;
    for (let at = size; at >= 0; at--) {
      if (typeof part === 'string') {
        // Not inside of a percent-encoding, which is one character.
        if (next[at + part.length] && uri[at - 1] !== '%' && uri[at - 2] !== '%' && uri.startsWith(part, at)) {
          row[at] = at + part.length + 1;
        }
      } else {
        const here: number = next[at] ? at + 1 : 0;
        const inside: number = part.stops.includes(uri.charAt(at)) ? 0 : near;
        row[at] = part.marked ? (near && uri[at] === part.op ? near : here) : (part.vars[0]?.many && here) || inside;
        near = here || inside;
      }
    }
    ends.unshift((next = row));
  }
  if (!next[0]) return undefined;

  // No prototype: `constructor` is a name like any other.
  const values = Object.create(null) as Values;
  let at = 0;
  const read = parts.every((part, index) => {
    const from = at;
    at = (ends[index]?.[from] ?? 0) - 1;
    return (
      typeof part === 'string' ||
      take(part, at > from ? uri.slice(part.marked ? from + 1 : from, at) : undefined, values)
    );
  });
  return read ? values : undefined;
}

/** Reads an expression's text, or that it is absent. `false`: it cannot be that. */
function take({ op, vars, named, marked, separator }: Expression, text: string | undefined, values: Values): boolean {
  const list = vars.findIndex(({ many }) => many);
  const pieces = text === undefined ? [] : !named && list < 0 && vars.length === 1 ? [text] : text.split(separator);
  // How many the list has beyond one; what the others leave is the list's.
  const more = list < 0 ? 0 : pieces.length - vars.length;
  for (const [index, piece] of pieces.entries()) {
    const [key = ''] = piece.split('=', 1);
    const variable = named
      ? vars.find(({ name }) => name === key)
      : vars[index < list || list < 0 ? index : Math.max(list, index - more)];
    if (variable === undefined) return false;
    const { name, many, prefix } = variable;
    let value;
    try {
      value = decodeURIComponent(named ? piece.slice(key.length + 1) : piece);
    } catch {
      return false;
    }
    if (!safe(value, op) || (prefix && Array.from(value).length > prefix)) return false;
    // A list's entry is a list.
    if (many) ((values[name] ??= []) as string[]).push(value);
    else if (name in values || (!marked && value === '')) return false;
    else values[name] = value;
  }
  return vars.every(({ name, many }) => (many ? (values[name] ??= []) : marked || name in values));
}
