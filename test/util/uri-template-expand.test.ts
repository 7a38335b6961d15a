import { describe, expect, test } from 'vitest';
import { expandTemplate } from '../../src/util/uri-template-expand.js';

// RFC 6570 section 3.2: the values that its examples use.
const values = {
  count: ['one', 'two', 'three'],
  dom: ['example', 'com'],
  dub: 'me/too',
  hello: 'Hello World!',
  half: '50%',
  var: 'value',
  who: 'fred',
  base: 'http://example.com/home/',
  path: '/foo/bar',
  list: ['red', 'green', 'blue'],
  v: '6',
  x: '1024',
  y: '768',
  empty: '',
  empty_list: [],
  undef: undefined,
};

describe('expansion, by the examples of RFC 6570', () => {
  test.each([
    // 3.2.1
    ['{count}', 'one,two,three'],
    ['{count*}', 'one,two,three'],
    ['{/count}', '/one,two,three'],
    ['{/count*}', '/one/two/three'],
    ['{;count}', ';count=one,two,three'],
    ['{;count*}', ';count=one;count=two;count=three'],
    ['{?count}', '?count=one,two,three'],
    ['{?count*}', '?count=one&count=two&count=three'],
    ['{&count*}', '&count=one&count=two&count=three'],
    // 3.2.2
    ['{var}', 'value'],
    ['{hello}', 'Hello%20World%21'],
    ['{half}', '50%25'],
    ['O{empty}X', 'OX'],
    ['O{undef}X', 'OX'],
    ['{x,y}', '1024,768'],
    ['{x,hello,y}', '1024,Hello%20World%21,768'],
    ['?{x,empty}', '?1024,'],
    ['?{x,undef}', '?1024'],
    ['?{undef,y}', '?768'],
    ['{var:3}', 'val'],
    ['{var:30}', 'value'],
    ['{list}', 'red,green,blue'],
    // 3.2.3
    ['{+var}', 'value'],
    ['{+hello}', 'Hello%20World!'],
    ['{+half}', '50%25'],
    ['{base}index', 'http%3A%2F%2Fexample.com%2Fhome%2Findex'],
    ['{+base}index', 'http://example.com/home/index'],
    ['O{+empty}X', 'OX'],
    ['{+path}/here', '/foo/bar/here'],
    ['here?ref={+path}', 'here?ref=/foo/bar'],
    ['up{+path}{var}/here', 'up/foo/barvalue/here'],
    ['{+x,hello,y}', '1024,Hello%20World!,768'],
    ['{+path,x}/here', '/foo/bar,1024/here'],
    ['{+path:6}/here', '/foo/b/here'],
    ['{+list*}', 'red,green,blue'],
    // 3.2.4
    ['{#var}', '#value'],
    ['{#hello}', '#Hello%20World!'],
    ['foo{#empty}', 'foo#'],
    ['foo{#undef}', 'foo'],
    ['{#path,x}/here', '#/foo/bar,1024/here'],
    ['{#path:6}/here', '#/foo/b/here'],
    // 3.2.5
    ['{.who}', '.fred'],
    ['{.who,who}', '.fred.fred'],
    ['{.half,who}', '.50%25.fred'],
    ['www{.dom*}', 'www.example.com'],
    ['X{.var:3}', 'X.val'],
    ['X{.empty}', 'X.'],
    ['X{.undef}', 'X'],
    ['X{.list}', 'X.red,green,blue'],
    ['X{.list*}', 'X.red.green.blue'],
    ['X{.empty_list}', 'X'],
    // 3.2.6
    ['{/who,who}', '/fred/fred'],
    ['{/who,dub}', '/fred/me%2Ftoo'],
    ['{/var,empty}', '/value/'],
    ['{/var,undef}', '/value'],
    ['{/var,x}/here', '/value/1024/here'],
    ['{/var:1,var}', '/v/value'],
    ['{/list*}', '/red/green/blue'],
    // 3.2.7
    ['{;half}', ';half=50%25'],
    ['{;empty}', ';empty'],
    ['{;v,empty,who}', ';v=6;empty;who=fred'],
    ['{;v,undef,who}', ';v=6;who=fred'],
    ['{;hello:5}', ';hello=Hello'],
    ['{;list}', ';list=red,green,blue'],
    // 3.2.8 and 3.2.9
    ['{?x,y,empty}', '?x=1024&y=768&empty='],
    ['{?x,y,undef}', '?x=1024&y=768'],
    ['{?var:3}', '?var=val'],
    ['?fixed=yes{&x}', '?fixed=yes&x=1024'],
    ['{&x,y,empty}', '&x=1024&y=768&empty='],
    ['{&list*}', '&list=red&list=green&list=blue'],
  ])('%s is %s', (template, uri) => {
    const relaxed = template.startsWith('{/path') ? { ...values, path: 'foo/bar' } : values;
    expect(expandTemplate(template, relaxed)).toBe(uri);
  });

  test('text outside of expressions is encoded where no URI contains it; what is encoded stays', () => {
    expect(expandTemplate('é[%C3%A9]%zz{x}', { x: 'é' })).toBe('%C3%A9[%C3%A9]%25zz%C3%A9');
    expect(expandTemplate('{+x}{#x}', { x: '%41[100%]' })).toBe('%41[100%25]#%41[100%25]');
    expect(expandTemplate('{x}', { x: '%41[]' })).toBe('%2541%5B%5D');
  });

  test('a prefix counts characters, not their halves', () => {
    expect(expandTemplate('{x:1}', { x: '😀😀' })).toBe('%F0%9F%98%80');
  });

  test('names from the prototype are absent', () => {
    expect(expandTemplate('{constructor}{toString}x', {})).toBe('x');
  });
});

describe('A40: a value does not change where the URI leads', () => {
  test.each(['{id}', '{.id}', '{/id}', '{;id}', '{?id}', '{&id}'])(
    '%s encodes every reserved character',
    (template) => {
      const uri = expandTemplate(`a://b${template}`, { id: "x/y?z#[]@!$&'()*+,;=:\\" });
      expect(uri.slice(uri.indexOf('x'))).toBe('x%2Fy%3Fz%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%5C');
    },
  );

  test.each(['{id}', '{+id}', '{#id}', '{.id}', '{/id}', '{/id*}', '{;id}', '{?id}', '{&id}'])(
    '%s takes no dot segments, NUL characters and halves of characters',
    (template) => {
      for (const value of ['..', '../x', 'x/..', 'x/../y', '..\\x', 'x\\..\\y', 'x\0y', '\ud800']) {
        for (const id of [value, ['a', value]]) {
          expect(() => expandTemplate(`a://b${template}`, { id })).toThrow(
            /^URI template "a:\/\/b.*": id is ".*", which leads elsewhere$/,
          );
        }
      }
      for (const id of ['...', '..x', 'x..', 'x..y', '.', 'a/.b']) {
        expect(expandTemplate(`a://b${template}`, { id })).toMatch(/^a:\/\/b/);
      }
    },
  );

  test.each(['{id}', '{.id}', '{/id}', '{/id*}', '{;id}'])('%s takes no absolute path', (template) => {
    expect(() => expandTemplate(template, { id: '/etc' })).toThrow(/leads elsewhere/);
    expect(() => expandTemplate(template, { id: '\\etc' })).toThrow(/leads elsewhere/);
  });
});

test('a URI has at most 65,536 characters', () => {
  expect(expandTemplate('{x}', { x: 'a'.repeat(65_536) })).toHaveLength(65_536);
  expect(() => expandTemplate('{x}', { x: 'a'.repeat(65_537) })).toThrow(
    new TypeError('URI template "{x}": more than 65536 characters'),
  );
});
