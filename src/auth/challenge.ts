/**
 * `WWW-Authenticate`: what a server asks to be authorized with.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */

/** One challenge. Names are in lower case; of a parameter given twice the first counts. */
export interface Challenge {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
}

// Sticky, and each of one character class, so that a header of any shape is read in one pass.
const GAP = /[\s,]*/y;
const SPACE = /\s*/y;
const TOKEN = /[\w!#$%&'*+\-.^`|~]+/y;
const TOKEN68 = /[\w\-.~+/]+=*(?=\s*(?:,|$))/y;

/** All challenges of a header. What cannot be read ends the reading. */
export function challengesOf(header: string): Challenge[] {
  const challenges: { scheme: string; params: Map<string, string> }[] = [];
  let at = 0;
  const eat = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const [text = ''] = pattern.exec(header) ?? [];
    at += text.length;
    return text;
  };
  for (;;) {
    eat(GAP);
    const name = eat(TOKEN).toLowerCase();
    if (name === '') return challenges;
    const spaced = eat(SPACE);
    if (header[at] !== '=') {
      challenges.push({ scheme: name, params: new Map() });
      if (spaced !== '') eat(TOKEN68);
      continue;
    }
    at++;
    eat(SPACE);
    const value = header[at] === '"' ? quoted() : eat(TOKEN);
    const params = challenges.at(-1)?.params;
    if (value === undefined || params === undefined) return challenges;
    if (!params.has(name)) params.set(name, value);
  }

  function quoted(): string | undefined {
    let text = '';
    while (++at < header.length) {
      let char = header[at];
      if (char === '"') {
        at++;
        return text;
      }
      if (char === '\\') char = header[++at];
      text += char ?? '';
    }
    return undefined;
  }
}

/** What a refusal asks for. */
export interface Demand {
  readonly status: 401 | 403;
  /** Of the challenge, if it has one. */
  readonly scope: string | undefined;
  /** Where the metadata of the protected resource is, if the challenge says so. */
  readonly metadata: string | undefined;
}

/** Whether a response is refused for want of a token, or of a better one. */
export function demandOf({ status, headers }: Response): Demand | undefined {
  if (status !== 401 && status !== 403) return undefined;
  const challenges = challengesOf(headers.get('www-authenticate') ?? '').filter(({ scheme }) =>
    /^(?:bearer|dpop)$/.test(scheme),
  );
  const find = (name: string): string | undefined =>
    challenges.find(({ params }) => params.has(name))?.params.get(name);
  if (status === 403 && !challenges.some(({ params }) => params.get('error') === 'insufficient_scope'))
    return undefined;
  return { status, scope: find('scope'), metadata: find('resource_metadata') };
}

/** Whether a response asks for a proof with the nonce that it brings. */
export function wantsNonce({ status, headers }: Response): boolean {
  return (
    status === 401 &&
    headers.has('dpop-nonce') &&
    challengesOf(headers.get('www-authenticate') ?? '').some(
      ({ scheme, params }) => scheme === 'dpop' && params.get('error') === 'use_dpop_nonce',
    )
  );
}
