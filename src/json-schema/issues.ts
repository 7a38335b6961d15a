import type { OutputUnit, Schema } from '@cfworker/json-schema';
import type { SchemaIssue } from '../schema/standard.js';

const MAX_ISSUES = 20;
/** Keywords whose error only says that there are errors inside, which follow it. */
const WRAPPERS = new Set(
  (
    '$ref properties patternProperties additionalProperties unevaluatedProperties prefixItems items unevaluatedItems allOf if ' +
    'dependentSchemas'
  ).split(' '),
);
/** Keywords whose error says enough: what follows from inside does not help. */
const WHOLE = new Set(['propertyNames', 'contains']);

/** A schema as the validator has it, with what it leads to. */
export interface Checked {
  readonly schema: Schema;
  /** All schemas by their absolute URIs. */
  readonly schemas: Readonly<Record<string, Schema | boolean>>;
}

/** What the validator found, as issues: what is wrong and where in the value, the innermost only, and at most 20. */
export function issuesOf(errors: readonly OutputUnit[], value: unknown, checked: Checked): SchemaIssue[] {
  const issues: SchemaIssue[] = [];
  for (let index = 0; index < errors.length; index++) {
    // The index is below the length.
    const error = errors[index] as OutputUnit;
    if (WRAPPERS.has(error.keyword)) continue;
    if (issues.length === MAX_ISSUES) {
      issues.push({ message: 'and more' });
      break;
    }
    const inner: OutputUnit[] = [];
    const alternatives = error.keyword === 'anyOf' || error.keyword === 'oneOf';
    if (alternatives || WHOLE.has(error.keyword)) {
      for (let next; (next = errors[index + 1])?.keywordLocation.startsWith(`${error.keywordLocation}/`); index++) {
        inner.push(next);
      }
    }
    const path = pathOf(error.instanceLocation, value);
    const missing = error.keyword === 'required' ? /"(.*)"\.$/s.exec(error.error)?.[1] : undefined;
    if (missing !== undefined) issues.push({ message: 'is required', path: [...path, missing] });
    else issues.push({ message: alternatives ? noneOf(error, inner, value, checked) : saying(error, checked), path });
  }
  return issues;
}

function saying({ keyword, error, keywordLocation }: OutputUnit, checked: Checked): string {
  switch (keyword) {
    case 'type': {
      const [, found = '', expected = ''] = /^Instance type "(\w+)" is invalid\. Expected (.*)\.$/.exec(error) ?? [];
      return `must be ${expected.replaceAll('"', '').replaceAll(', ', ' or ')}, not ${found}`;
    }
    case 'const':
      return `must be ${shown(error.slice('Instance does not match '.length, -1))}`;
    case 'enum': {
      const values = error.slice('Instance does not match any of ['.length, -2);
      return values === '' ? 'is not allowed' : `must be one of ${shown(values)}`;
    }
    case 'pattern':
      return `must match ${shown(patternAt(keywordLocation, checked))}`;
    case 'not':
      return 'is what it must not be';
    default:
      return error.replace(/\.$/, '');
  }
}

function noneOf(
  { error, keywordLocation, instanceLocation }: OutputUnit,
  inner: readonly OutputUnit[],
  value: unknown,
  checked: Checked,
): string {
  const [, matches = '0'] = /\((\d+) matches\)/.exec(error) ?? [];
  if (matches !== '0') return `fits ${matches} alternatives, and must fit one`;
  const branches = new Map<string, OutputUnit[]>();
  for (const one of inner) {
    const [branch = ''] = one.keywordLocation.slice(keywordLocation.length + 1).split('/', 1);
    const errors = branches.get(branch) ?? [];
    errors.push(one);
    branches.set(branch, errors);
  }
  const depth = pathOf(instanceLocation, value).length;
  const said = [...branches.values()].map((errors) => {
    const [first] = issuesOf(errors, value, checked);
    const below = first?.path?.slice(depth).map(String).join('.');
    return (below ? `${below} ` : '') + (first?.message ?? '');
  });
  return shown(`fits no alternative: ${[...new Set(said)].join('; or ')}`);
}

/** The pattern at a place that the validator names: through references, as it went. */
function patternAt(location: string, { schema, schemas }: Checked): string {
  let at: unknown = schema;
  for (const segment of segmentsOf(location)) {
    const { __absolute_ref__, [segment]: next } = at as Schema;
    at = segment === '$ref' ? schemas[__absolute_ref__ ?? ''] : next;
  }
  return String(at);
}

/** Where in the value: the indices of lists as numbers. */
function pathOf(location: string, value: unknown): (string | number)[] {
  let at = value;
  return segmentsOf(location).map((segment) => {
    const key = Array.isArray(at) ? Number(segment) : segment;
    // A step in the value, which the validator has taken before.
    at = (at as Record<string, unknown> | undefined)?.[key];
    return key;
  });
}

function segmentsOf(location: string): string[] {
  const segments = location.split('/').slice(1);
  return segments.map((one) => decodeURIComponent(one).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function shown(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
