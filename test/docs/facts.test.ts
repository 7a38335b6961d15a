/** What the guides say about names, files and defaults, compared with the source. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../src/server/options.ts';
import { defaultSubscriptionLimits } from '../../src/server/subscriptions.ts';

const pages = [
  'README.md',
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [join('docs', name)] : [])),
];
const read = (path: string): string => readFileSync(path, 'utf8');

/** The first cell of each row of a page's tables, without backticks. */
function firstCells(page: string): string[] {
  return [...read(page).matchAll(/^\| (.+?) *\|/gm)].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '));
}

/** The anchors of a page's headings, as GitHub and TypeDoc make them. */
function anchors(page: string): Set<string> {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
  return new Set(headings.map((heading) => heading.replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-')));
}

describe.each(pages)('%s', (page) => {
  test('every relative link leads to a file, and to a heading of it', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    const broken = links.filter(([, path = '', anchor]) => {
      const target = path === '' ? page : normalize(join(dirname(page), path));
      return !existsSync(target) || (anchor !== undefined && !anchors(target).has(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  test('nothing links to what is not there yet', () => {
    expect(read(page)).not.toMatch(/\]\(\)|TBD|lorem/i);
  });
});

test('the site has every guide', () => {
  const [, list = ''] = /projectDocuments: \[([^\]]*)\]/.exec(read('typedoc.config.mjs')) ?? [];
  const guides = [...list.matchAll(/'([\w-]+)'/g)].map(([, name]) => `${name}.md`);
  expect(guides.sort()).toEqual(
    readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .sort(),
  );
});

test('docs/architecture.md names files that exist', () => {
  const named = [...read('docs/architecture.md').matchAll(/`((?:[\w-]+\/)*[\w-]+(?:\.(?:ts|mjs)|\/))`/g)];
  expect(named.length).toBeGreaterThan(30);
  const missing = named.filter(([, path = '']) => !existsSync(join('src', path)) && !existsSync(path));
  expect(missing.map(([, path]) => path)).toEqual([]);
});

test('docs/architecture.md gives reasons for the development dependencies', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
  const page = read('docs/architecture.md');
  const rows = page.slice(page.indexOf('## Development dependencies')).matchAll(/^\| (`.+?) *\|/gm);
  const named = [...rows].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '));
  expect(named.sort()).toEqual(Object.keys(devDependencies).sort());
});

test('docs/errors.md has every code, and no other', () => {
  const source = read('src/errors.ts');
  const union = source.slice(source.indexOf('export type McpErrorCode ='));
  const codes = [...union.slice(0, union.indexOf(';')).matchAll(/'([\w-]+)'/g)].map(([, code]) => code);
  const page = read('docs/errors.md');
  const section = page.slice(page.indexOf('### Codes'), page.indexOf('## JSON-RPC codes'));
  expect([...section.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code)).toEqual(codes);
});

test('docs/limits.md has every limit of a server with its default', () => {
  const page = read('docs/limits.md');
  for (const [name, value] of Object.entries({ ...defaultLimits, ...defaultSubscriptionLimits })) {
    expect(page).toMatch(new RegExp(`^\\| \`(?:limits\\.)?${name}\` +\\| ${value.toLocaleString('en-US')} `, 'm'));
  }
});

test('docs/server.md and docs/client.md have every option', () => {
  const options = (path: string, type: string): string[] => {
    const source = read(path);
    const body = source.slice(source.indexOf(`export interface ${type}`));
    return [...body.slice(0, body.indexOf('\n}')).matchAll(/^  readonly (\w+)\??:/gm)].map(([, name = '']) => name);
  };
  const missing = (page: string, names: string[]) => names.filter((name) => !firstCells(page).includes(name));
  expect(missing('docs/server.md', options('src/server/options.ts', 'ServerOptions'))).toEqual([]);
  expect(missing('docs/client.md', options('src/client/options.ts', 'ConnectOptions'))).toEqual([]);
  expect(missing('docs/client.md', options('src/client/options.ts', 'CallOptions'))).toEqual([]);
  expect(missing('docs/client.md', options('src/client/http-transport.ts', 'HttpTransportOptions'))).toEqual([]);
  expect(missing('docs/limits.md', options('src/client/http-transport.ts', 'ClientLimits'))).toEqual([]);
});
