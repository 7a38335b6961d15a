import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { expandTemplate } from '../../src/util/uri-template-expand.js';
import { isTemplate, parseTemplate } from '../../src/util/uri-template.js';
import { readUri } from '../../src/util/uri-template-match.js';

// Many rounds: slow machines may take their time.
vi.setConfig({ testTimeout: 60_000 });

const match = (template: string, uri: string) => {
  const values = readUri(parseTemplate(template).parts, uri);
  return values && { ...values };
};

test('a template is what contains an expression', () => {
  expect(isTemplate('users://{id}')).toBe(true);
  expect(isTemplate('users://7')).toBe(false);
});

test('the variables are told in order', () => {
  const template = parseTemplate('a://{x}/{+y}{?q,page}');
  expect(template.source).toBe('a://{x}/{+y}{?q,page}');
  expect(template.variables).toEqual(['x', 'y', 'q', 'page']);
});

describe('matching', () => {
  test.each([
    // spec: server/resources#resource-templates
    ['file:///{path}', 'file:///main.rs', { path: 'main.rs' }],
    ['file:///{path}', 'file:///src%2Fmain.rs', { path: 'src/main.rs' }],
    ['file:///{path}', 'file:///src/main.rs', undefined],
    ['users://{id}', 'users://7', { id: '7' }],
    ['users://{id}', 'users://a@b.c,d:e', { id: 'a@b.c,d:e' }],
    ['users://{id}', 'users://', undefined],
    ['users://{id}', 'users://7/', undefined],
    ['users://{id}', 'users://7?x', undefined],
    ['users://{id}', 'users://7#x', undefined],
    ['users://{id}', 'user://7', undefined],
    ['users://{id}', 'USERS://7', undefined],
    ['users://{id}', 'users://caf%C3%A9', { id: 'café' }],
    ['users://{id}', 'users://café', { id: 'café' }],
    ['{id}', '7', { id: '7' }],
    ['a://b', 'a://b', {}],
    ['', '', {}],
    ['a://{x}/b/{y}', 'a://1/b/2', { x: '1', y: '2' }],
    ['a://{x}/b/{y}', 'a://1/c/2', undefined],
    ['a://{x}.{y}', 'a://1.2.3', { x: '1', y: '2.3' }],
    ['a://{x}-{y}/z', 'a://1-2-3/z', { x: '1', y: '2-3' }],
    ['a://{x}2{y}', 'a://%2F2%2F', undefined],
    ['a://{x}2{y}', 'a://b%2Fc2%2Fd'.replace('%2Fd', 'd'), { x: 'b/c', y: 'd' }],
    ['a://{x,y}', 'a://1,2', { x: '1', y: '2' }],
    ['a://{x,y}', 'a://1', undefined],
    ['a://{x,y}', 'a://1,', undefined],
    ['a://{x,y}', 'a://1,2,3', undefined],
    ['a://{x*}', 'a://1,2,3', { x: ['1', '2', '3'] }],
    ['a://{x*}', 'a://', { x: [] }],
    ['a://{x*,y}', 'a://1,2,3', { x: ['1', '2'], y: '3' }],
    ['a://{x*,y}', 'a://1', { x: [], y: '1' }],
    ['a://{x,y*,z}', 'a://1,2,3,4', { x: '1', y: ['2', '3'], z: '4' }],
    ['a://{x,y*,z}', 'a://1,2', { x: '1', y: [], z: '2' }],
    ['a://{x:3}', 'a://abc', { x: 'abc' }],
    ['a://{x:3}', 'a://abcd', undefined],
    ['a://{x:1}', 'a://%F0%9F%98%80', { x: '😀' }],
    ['file:///{+path}', 'file:///a/b?c#d', { path: 'a/b?c#d' }],
    ['file:///{+path}', 'file:///', undefined],
    ['files:{+path}', 'files:/a/b', { path: '/a/b' }],
    ['file:///{+dir}/{name}', 'file:///a/b/c', { dir: 'a/b', name: 'c' }],
    ['file:///{+path}.json', 'file:///a.json/b.json', { path: 'a.json/b' }],
    ['file:///{+path}{?rev}', 'file:///a/b?rev=1', { path: 'a/b', rev: '1' }],
    ['file:///{+path}{?rev}', 'file:///a/b', { path: 'a/b' }],
    ['{+a}/x/{+b}', '1/x/2/x/3', { a: '1', b: '2/x/3' }],
    ['a{#x}', 'a#b/c?d', { x: 'b/c?d' }],
    ['a{#x}', 'a', {}],
    ['a{#x,y}', 'a#1,2', { x: '1', y: '2' }],
    ['{name}{.ext}', 'archive.tar.gz', { name: 'archive', ext: 'tar.gz' }],
    ['{name}{.ext}', 'archive', { name: 'archive' }],
    ['www{.x,y}', 'www.a.b', { x: 'a', y: 'b' }],
    ['www{.x,y}', 'www.a', { x: 'a' }],
    ['www{.x,y}', 'www.a.b.c', undefined],
    ['www{.x*}', 'www.a.b', { x: ['a', 'b'] }],
    ['repo://{owner}{/path*}', 'repo://me/a/b', { owner: 'me', path: ['a', 'b'] }],
    ['repo://{owner}{/path*}', 'repo://me', { owner: 'me', path: [] }],
    ['repo://{owner}{/path*}', 'repo://me/', { owner: 'me', path: [''] }],
    ['repo://{owner}{/path*}/end', 'repo://me/a/end/end', { owner: 'me', path: ['a', 'end'] }],
    ['repo://{owner}{/branch}', 'repo://me/a', { owner: 'me', branch: 'a' }],
    ['repo://{owner}{/branch}', 'repo://me/a/b', undefined],
    ['repo://{owner}{/branch}', 'repo://me/', { owner: 'me', branch: '' }],
    ['{/a}/{b}', '/1/2', { a: '1', b: '2' }],
    ['{/a}/{b}', '/2', { b: '2' }],
    ['{/a}{.b}{/c}', '/1/2', { a: '1', c: '2' }],
    ['{/a,b}', '/1/2', { a: '1', b: '2' }],
    ['{/a,b}', '/1', { a: '1' }],
    ['{/a,b}', '/1/2/3', undefined],
    ['a{;x,y}', 'a;y=2;x=1', { x: '1', y: '2' }],
    ['a{;x,y}', 'a;x', { x: '' }],
    ['a{;x*}', 'a;x=1;x=2', { x: ['1', '2'] }],
    ['a{?q,page}', 'a?page=2&q=1', { q: '1', page: '2' }],
    ['a{?q,page}', 'a?q=', { q: '' }],
    ['a{?q,page}', 'a', {}],
    ['a{?q,page}', 'a?other=1', undefined],
    ['a{?q,page}', 'a?q=1&other=1', undefined],
    ['a{?q,page}', 'a?q=1&q=2', undefined],
    ['a{?q,page}', 'a?', undefined],
    ['a{?q}', 'a?q=1=2/3?4+5', { q: '1=2/3?4+5' }],
    ['a{?q}', 'a?q=1#x', undefined],
    ['a{?q}{#x}', 'a?q=1#x', { q: '1', x: 'x' }],
    ['a{?tags*}', 'a?tags=1&tags=2', { tags: ['1', '2'] }],
    ['a{?tags*}', 'a', { tags: [] }],
    ['a?v=1{&q}', 'a?v=1&q=2', { q: '2' }],
    ['a?v=1{&q}', 'a?v=1', {}],
    ['a{?q}&v=1', 'a?q=2&v=1', { q: '2' }],
    ['{constructor}', 'x', { constructor: 'x' }],
    ['a{?__proto__}', 'a?__proto__=x', Object.fromEntries([['__proto__', 'x']])],
    ['é{x}', '%C3%A9y', { x: 'y' }],
  ])('%s reads %s as %j', (template, uri, values) => {
    expect(match(template, uri)).toStrictEqual(values);
  });

  // spec: server/resources#security-considerations.1
  test.each(['%', '%2', '%zz', '%ff', '%C3', '%00', '%E0%80%80', 'a%00b', '\0', '\ud800'])(
    'malformed percent-encodings and NUL characters match nothing: %j',
    (value) => {
      for (const op of ['', '+', '#', '.', '/', ';', '?', '&']) {
        const before = /[;?&]/.test(op) ? `${op}x=` : op.replace('+', '');
        expect(match(`a{${op}x}`, `a${before}${value}`)).toBeUndefined();
        expect(match(`a{${op}x*}`, `a${before}${value}`)).toBeUndefined();
      }
    },
  );

  test('a URI of more than 65,536 characters matches nothing', () => {
    expect(match('{x}', 'a'.repeat(65_536))).toBeDefined();
    expect(match('{x}', 'a'.repeat(65_537))).toBeUndefined();
  });
});

// spec: server/resources#security-considerations.5
describe('A40: a matched value does not lead elsewhere', () => {
  test.each(['..', '%2e%2e', '..%2Fx', '%2E./x', 'x%2F..%2Fy', '..%5Cx', 'x%5C..', 'x%2F%2e%2e'])('%s', (value) => {
    for (const op of ['', '+', '#', '.', '/', ';', '?', '&']) {
      const before = /[;?&]/.test(op) ? `${op}x=` : op.replace('+', '');
      expect(match(`a{${op}x}`, `a${before}${value}`)).toBeUndefined();
      // Where dots separate, no value has any.
      for (const one of [match(`a{${op}x*}`, `a${before}${value}`)?.['x'] ?? []].flat()) expect(one).not.toContain('.');
    }
  });

  test.each(['%2Fetc', '%5Cetc', '%5C%5Chost', '\\etc'])('%s, in a path', (value) => {
    for (const op of ['', '.', '/', ';']) {
      const before = op === ';' ? ';x=' : op;
      expect(match(`a{${op}x}`, `a${before}${value}`)).toBeUndefined();
    }
  });

  test('{id} contains a slash only where it is encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '/', '%2F', '.', '%2e', '\\', '?', '#') }), (rest) => {
        const id = match('a://{id}', `a://${rest}`)?.['id'];
        if (id === undefined) return;
        expect(rest).not.toMatch(/[/?#]/);
        expect(`/${String(id)}/`.replaceAll('\\', '/')).not.toContain('/../');
      }),
    );
  });
});

describe('a template that cannot be read back is refused', () => {
  test.each([
    '{a}{b}',
    '{a}{+b}',
    '{+a}{b}',
    '{+a}{/b}',
    '{+a}{.b}',
    '{/a}{/b}',
    '{/a*}{b}',
    '{?a}{?b}',
    '{?a}{&b}',
    '{&a}{&b}',
    '{#a}{?b}',
    '{;a}{;b}',
    '{.a}{.b*}',
  ])('%s', (template) => {
    expect(() => parseTemplate(`x${template}`)).toThrow(
      /^URI template "x\{.*\}": \{.*b…\} is ambiguous; put text before it, and use each name once, and one \*$/,
    );
  });

  test.each(['{a*,b*}', '{/a*,b*}', '{a}/{a}', '{a,a}', '{/a:1,a}'])('%s', (template) => {
    expect(() => parseTemplate(template)).toThrow(/ambiguous/);
  });

  test.each([
    '{a}{/b}',
    '{a}{.b}',
    '{a}{;b}',
    '{a}{?b}',
    '{a}{&b}',
    '{a}{#b}',
    '{+a}{?b}',
    '{+a}{#b}',
    '{/a*}{?b}',
    '{/a}{.b}',
    '{?a*,b*}{#c}',
  ])('not %s', (template) => {
    expect(parseTemplate(template).source).toBe(template);
  });
});

describe('what is no template is refused with the place and the cure', () => {
  test.each([
    ['a{', 'stray brace in "a{"'],
    ['a}', 'stray brace in "a}"'],
    ['a{b{c}', 'stray brace in "a{b"'],
    ['{}', '{} is no expression, such as {id}, {/path*} or {?q,page}'],
    ['{/}', '{/} is no expression, such as {id}, {/path*} or {?q,page}'],
    ['{a b}', '{a b} is no expression, such as {id}, {/path*} or {?q,page}'],
    ['{=a}', '{=a} is no expression, such as {id}, {/path*} or {?q,page}'],
    ['{a,}', '{a,} is no expression, such as {id}, {/path*} or {?q,page}'],
    ['{a:0}', '{a:0} is no expression, such as {id}, {/path*} or {?q,page}'],
    ['{a:10000}', '{a:10000} is no expression, such as {id}, {/path*} or {?q,page}'],
    ['{a:3*}', '{a:3*} is no expression, such as {id}, {/path*} or {?q,page}'],
    ['{%zz}', '{%zz} is no expression, such as {id}, {/path*} or {?q,page}'],
  ])('%s', (template, reason) => {
    expect(() => parseTemplate(template)).toThrow(new TypeError(`URI template "${template}": ${reason}`));
  });

  test('a template has at most 8,192 characters and 256 variables', () => {
    expect(parseTemplate('a'.repeat(8192)).variables).toEqual([]);
    expect(() => parseTemplate('a'.repeat(8193))).toThrow(/more than 8192 characters or 256 variables$/);
    const names = Array.from({ length: 257 }, (_, index) => `v${index}`);
    expect(parseTemplate(`{?${names.slice(1).join()}}`).variables).toHaveLength(256);
    expect(() => parseTemplate(`{?${names.join()}}`)).toThrow(/more than 8192 characters or 256 variables$/);
  });
});

describe('match(expand(values)) gives the values back', () => {
  const name = fc.stringMatching(/^[a-z]\w{0,3}(\.[a-z]{1,2})?$/);
  // Without what separates values, and what `match` refuses.
  const value = fc
    .string({
      unit: fc.constantFrom('a', 'B', '7', '-', '_', '~', '/', '%', 'é', '😀', '?', '#', '&', '=', ' ', '\\', ':'),
    })
    .filter((text) => text !== '' && !/^[\\/]/.test(text));
  const expression = (names: readonly string[]) =>
    fc
      .tuple(
        fc.constantFrom('', '.', '/', ';', '?', '&'),
        fc.array(
          fc.tuple(fc.constantFrom(...names), fc.boolean(), value, fc.array(value, { minLength: 1, maxLength: 3 })),
          {
            minLength: 1,
            maxLength: 3,
          },
        ),
      )
      .map(([op, variables]) => ({ op, variables }));

  test('of every template and value', () => {
    const parts = fc
      .uniqueArray(name, { minLength: 12, maxLength: 12 })
      .chain((names) => fc.array(expression(names), { minLength: 1, maxLength: 4 }));
    let tried = 0;
    fc.assert(
      fc.property(parts, (drawn) => {
        const used = new Set<string>();
        const values: Record<string, string | string[]> = {};
        // Text that no value contains, encoded or not, between the expressions.
        const source = drawn
          .map(({ op, variables }) => {
            let many = false;
            const specs = variables.flatMap(([variable, list, one, several]) => {
              if (used.has(variable)) return [];
              used.add(variable);
              const explode = list && (!many || /[;?&]/.test(op));
              many ||= explode;
              values[variable] = explode ? several : one;
              return [explode ? `${variable}*` : variable];
            });
            return specs.length === 0 ? '' : `{${op}${specs.join()}}`;
          })
          .join('!');
        const uri = expandTemplate(source, values);
        expect(match(source, uri)).toEqual(values);
        tried++;
      }),
      { numRuns: 2000 },
    );
    expect(tried).toBeGreaterThan(1000);
  });

  test('with reserved characters', () => {
    const reserved = fc.string({ unit: fc.constantFrom('a', '/', '?', '#', '[', ']', ':', '&', ' ', 'é') });
    fc.assert(
      fc.property(reserved.filter(Boolean), reserved, (path, frag) => {
        expect(match('a:{+path}', expandTemplate('a:{+path}', { path }))).toEqual({ path });
        expect(match('a:{#frag}', expandTemplate('a:{#frag}', { frag }))).toEqual({ frag });
      }),
    );
  });
});

describe('A5: hostile URIs take linear time', () => {
  const size = 50_000;
  const fill = (text: string, length: number) => text.repeat(Math.ceil(length / text.length)).slice(0, length);
  const bodies = ['a,', 'a/', '&a=', '.', ';x=', '%2F', '%', '&x=1'];
  const tails = ['', '!', '/\n', '%2e%2e'];
  const time = (run: () => unknown) => {
    const start = performance.now();
    run();
    return performance.now() - start;
  };
  // Other programs and the collector take their time as well: one good measurement of several counts.
  const least = (measure: () => number, enough: number) => {
    let best = Infinity;
    for (let round = 0; round < 20 && best > enough; round++) best = Math.min(best, measure());
    return best;
  };

  test.each(['', '+', '#', '.', '/', ';', '?', '&'])('with the operator "%s"', (op) => {
    for (const spec of ['x', 'x*', 'x,y*']) {
      for (const template of [`a{${op}${spec}}`, `a{${op}${spec}}z`, `a{${op}${spec}}/{w}-{z}`]) {
        const { parts } = parseTemplate(template);
        const read = (uri: string) => readUri(parts, uri);
        for (const body of bodies) {
          for (const tail of tails) {
            const uri = `a${op.replace('+', '')}${fill(body, size)}${tail}`;
            expect(least(() => time(() => read(uri)), 50)).toBeLessThan(50);
          }
        }
        const [half, whole] = [30_000, 60_000].map((length) => `a${fill('a,', length)}!`);
        const ratio = () => time(() => read(whole!)) / time(() => read(half!));
        expect(least(ratio, 2.5)).toBeLessThanOrEqual(2.5);
      }
    }
  });

  test('with 256 variables', () => {
    const names = Array.from({ length: 256 }, (_, index) => `v${index}`);
    const { parts } = parseTemplate(`a{?${names.slice(1).join()},v0*}`);
    const read = (uri: string) => readUri(parts, uri);
    const uri = `a?${fill('v0=&', size)}v1=`;
    expect(least(() => time(() => read(uri)), 50)).toBeLessThan(50);
  });
});
