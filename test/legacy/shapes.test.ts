import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  capabilitiesFor,
  errorFor,
  implementationFor,
  notificationFor,
  questionFor,
  resultFor,
} from '../../src/legacy/shapes.ts';
import type { McpError } from 'mcpwire';
import type { Revision } from '../../src/legacy/revisions.ts';
import type { Json } from '../helpers/wire.ts';
import { REVISIONS } from './shapes-support.ts';

const OLDEST: Revision = '2024-11-05';
const MARCH: Revision = '2025-03-26';
const JUNE: Revision = '2025-06-18';
const NOVEMBER: Revision = '2025-11-25';
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const TASK = 'io.modelcontextprotocol/related-task';
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

const toolsFor = (revision: Revision, ...tools: Json[]) =>
  resultFor(revision, 'tools/list', { tools })['tools'] as Json[];
const toolFor = (revision: Revision, tool: Json) =>
  toolsFor(revision, { name: 't', inputSchema: { type: 'object' }, ...tool })[0];
const contentFor = (revision: Revision, block: Json) =>
  (resultFor(revision, 'tools/call', { content: [block] })['content'] as Json[])[0];

describe('a listed tool', () => {
  const tool = {
    name: 't',
    title: 'T',
    description: 'd',
    inputSchema: { type: 'object', properties: { a: { type: 'string', 'x-mcp-header': 'A' } }, required: ['a'] },
    outputSchema: { type: 'object', properties: { b: { type: 'number' } } },
    annotations: { readOnlyHint: true },
    icons: [{ src: 'data:,' }],
    execution: { taskSupport: 'optional' },
    _meta: { own: 1 },
  };
  const { name, title, description, inputSchema, outputSchema, annotations, _meta } = tool;

  test('has what its revision has', () => {
    expect(toolFor(OLDEST, tool)).toEqual({ name, description, inputSchema });
    expect(toolFor(JUNE, tool)).toEqual({ name, title, description, inputSchema, outputSchema, annotations, _meta });
    expect(toolFor(NOVEMBER, tool)).toEqual(tool);
  });

  test('has its title among its annotations for 2025-03-26, unless there is one', () => {
    expect(toolFor(MARCH, tool)).toEqual({
      name,
      description,
      inputSchema,
      annotations: { title: 'T', readOnlyHint: true },
    });
    expect(toolFor(MARCH, { title: 'T' })).toMatchObject({ annotations: { title: 'T' } });
    expect(toolFor(MARCH, { title: 'T', annotations: { title: 'own' } })).toMatchObject({
      annotations: { title: 'own' },
    });
    expect(toolFor(MARCH, {})).not.toHaveProperty('annotations');
  });

  test.each([
    ['no type', { properties: {} }, { type: 'object', properties: {} }],
    ['no type, a union', { anyOf: [{ type: 'object' }] }, { type: 'object', anyOf: [{ type: 'object' }] }],
    ['several types', { type: ['object', 'null'] }, { type: 'object' }],
    ['no schema', undefined, { type: 'object' }],
    ['the schema true', true, { type: 'object' }],
    [
      'boolean properties',
      { type: 'object', properties: { a: true, b: false } },
      { type: 'object', properties: { a: {}, b: { not: {} } } },
    ],
  ])('with %s at the root of its inputSchema takes an object', (_, given, expected) => {
    for (const revision of REVISIONS)
      expect(toolFor(revision, { inputSchema: given })).toEqual({ name: 't', inputSchema: expected });
  });

  test.each([
    { type: 'string' },
    { type: ['string', 'null'] },
    false,
    null,
    'object',
    [],
    { type: 'object', properties: [] },
    { type: 'object', properties: { a: 1 } },
    { type: 'object', required: 'a' },
    { type: 'object', required: [1] },
  ])('whose inputSchema is %j is left out, and the others stay', (inputSchema) => {
    const other = { name: 'other', inputSchema: { type: 'object' } };
    for (const revision of REVISIONS) expect(toolsFor(revision, { name: 't', inputSchema }, other)).toEqual([other]);
  });

  const circle = { type: 'object', properties: { r: { type: 'number' } } };

  test.each([
    circle,
    { type: ['object'] },
    { anyOf: [circle, circle] },
    { oneOf: [circle, { allOf: [{}, circle] }] },
    { $ref: '#/$defs/c', $defs: { c: circle } },
    { anyOf: [{ $ref: '#/definitions/c' }, circle], definitions: { c: { anyOf: [circle] } } },
  ])('whose output can only be an object shows so: %j', (output) => {
    for (const revision of [JUNE, NOVEMBER] as const) {
      expect(toolFor(revision, { outputSchema: output })).toHaveProperty('outputSchema', { ...output, type: 'object' });
    }
  });

  test.each([
    { type: 'array' },
    { type: ['object', 'null'] },
    { anyOf: [circle, { type: 'string' }] },
    { anyOf: [] },
    {},
    true,
    { properties: {} },
    { $ref: '#/$defs/c', $defs: { c: { $ref: '#/$defs/c' } } },
    { $ref: '#/$defs/toString', $defs: {} },
    { $ref: 'https://example.com/c' },
    { type: 'object', properties: { a: null } },
  ])('whose output can be something else shows no outputSchema: %j', (output) => {
    for (const revision of REVISIONS)
      expect(toolFor(revision, { outputSchema: output })).not.toHaveProperty('outputSchema');
  });

  test('has tuples in its output that a draft-07 validator takes, and no longer ones', () => {
    const tuple = { type: 'array', prefixItems: [{ type: 'string' }, {}] };
    const values = { const: { ...tuple, items: false }, enum: [{ ...tuple, items: false }] };
    const given = {
      a: { ...tuple, items: false },
      b: { anyOf: [{ ...tuple, items: { type: 'string' } }] },
      c: { ...tuple, items: false, maxItems: 1 },
      d: { type: 'array', items: false },
      prefixItems: values,
      items: {},
    };
    const shown = { ...given, a: { ...tuple, maxItems: 2 }, b: { anyOf: [tuple] }, c: { ...tuple, maxItems: 1 } };
    const outputSchema = { type: 'object', properties: given };
    for (const revision of [JUNE, NOVEMBER] as const) {
      expect(toolFor(revision, { outputSchema })).toHaveProperty('outputSchema.properties', shown);
    }
  });

  test('names the dialect of its schemas for 2025-11-25 alone', () => {
    const schemaOf = ($schema: unknown) => ({
      inputSchema: { $schema, type: 'object' },
      outputSchema: { $schema, type: 'object' },
    });
    const bare = { inputSchema: { type: 'object' }, outputSchema: { type: 'object' } };
    const other = 'http://json-schema.org/draft-07/schema#';
    expect(toolFor(NOVEMBER, schemaOf(other))).toMatchObject(schemaOf(other));
    expect(toolFor(NOVEMBER, schemaOf(DIALECT))).toMatchObject(schemaOf(DIALECT));
    expect(toolFor(NOVEMBER, schemaOf(7))).toEqual({ name: 't', ...bare });
    expect(toolFor(JUNE, schemaOf(other))).toEqual({ name: 't', ...bare });
  });
});

describe('a listed prompt, resource or template', () => {
  const icons = [{ src: 'data:,' }];
  const annotations = { audience: ['user'], lastModified: '2025-01-12T15:00:58Z' };
  const own = { name: 'n', description: 'd' };
  const June = { ...own, title: 'T', _meta: { a: 1 } };

  test('prompts and their arguments', () => {
    const argument = { name: 'a', description: 'd', required: true };
    const prompt = { ...June, icons, arguments: [{ ...argument, title: 'A' }] };
    const of = (revision: Revision) => resultFor(revision, 'prompts/list', { prompts: [prompt], nextCursor: 'x' });
    expect(of(OLDEST)).toEqual({ prompts: [{ ...own, arguments: [argument] }], nextCursor: 'x' });
    expect(of(MARCH)).toEqual(of(OLDEST));
    expect(of(JUNE)).toEqual({ prompts: [{ ...June, arguments: prompt.arguments }], nextCursor: 'x' });
    expect(of(NOVEMBER)).toEqual({ prompts: [prompt], nextCursor: 'x' });
  });

  test.each([
    ['resources/list', 'resources', { uri: 'a:b', size: 3, mimeType: 'a/b' }],
    ['resources/templates/list', 'resourceTemplates', { uriTemplate: 'a:{b}', mimeType: 'a/b' }],
  ])('%s', (method, key, place) => {
    const item = { ...June, ...place, icons, annotations };
    const of = (revision: Revision) => resultFor(revision, method, { [key]: [item] });
    expect(of(OLDEST)).toEqual({ [key]: [{ ...own, ...place, annotations: { audience: ['user'] } }] });
    expect(of(MARCH)).toEqual(of(OLDEST));
    expect(of(JUNE)).toEqual({ [key]: [{ ...June, ...place, annotations }] });
    expect(of(NOVEMBER)).toEqual({ [key]: [item] });
  });
});

describe('a content block', () => {
  const audio = { type: 'audio', data: 'AAAA', mimeType: 'audio/wav', annotations: { audience: ['user'] } };
  const link = { type: 'resource_link', name: 'report', uri: 'file:///r', icons: [{ src: 'data:,' }], size: 3 };

  test('of audio is left out before 2025-03-26, and says so', () => {
    expect(contentFor(OLDEST, audio)).toEqual({
      type: 'text',
      text: '[audio content, audio/wav, cannot be shown to this client]',
      annotations: { audience: ['user'] },
    });
    expect(contentFor(MARCH, audio)).toEqual(audio);
  });

  test('that links is text before 2025-06-18, with what it is called and where it is', () => {
    for (const revision of [OLDEST, MARCH] as const) {
      expect(contentFor(revision, link)).toEqual({ type: 'text', text: 'report: file:///r' });
      expect(contentFor(revision, { ...link, title: 'Report' })).toEqual({ type: 'text', text: 'Report: file:///r' });
    }
    expect(contentFor(JUNE, link)).toEqual({ type: 'resource_link', name: 'report', uri: 'file:///r', size: 3 });
    expect(contentFor(NOVEMBER, link)).toEqual(link);
  });

  test.each(['video', 'toString', 'tool_use', 'tool_result'])(
    'of the kind %s, which no results have, is text',
    (type) => {
      for (const revision of REVISIONS) {
        expect(contentFor(revision, { type, id: 1 })).toEqual({
          type: 'text',
          text: `[${type} content cannot be shown to this client]`,
        });
      }
    },
  );

  test('has _meta and lastModified from 2025-06-18 on, an embedded resource too', () => {
    const annotations = { priority: 1, lastModified: '2025-01-12T15:00:58Z' };
    const block = {
      type: 'resource',
      resource: { uri: 'a:b', text: 'x', _meta: { b: 1 } },
      annotations,
      _meta: { a: 1 },
    };
    expect(contentFor(MARCH, block)).toEqual({
      type: 'resource',
      resource: { uri: 'a:b', text: 'x' },
      annotations: { priority: 1 },
    });
    expect(contentFor(JUNE, block)).toEqual(block);
    const text = { type: 'text', text: 'x', annotations, _meta: { a: 1 } };
    expect(contentFor(OLDEST, text)).toEqual({ type: 'text', text: 'x', annotations: { priority: 1 } });
    expect(contentFor(JUNE, text)).toEqual(text);
  });
});

// See 2025-11-25/server/tools#structured-content
describe('structured content', () => {
  const call = (revision: Revision, result: Json) => resultFor(revision, 'tools/call', result);
  const image = { type: 'image', data: 'AAAA', mimeType: 'image/png' };
  const text = { type: 'text', text: 'said' };

  test('is there from 2025-06-18 on', () => {
    const result = { content: [text], structuredContent: { a: 1 } };
    for (const revision of [OLDEST, MARCH] as const) expect(call(revision, result)).toEqual({ content: [text] });
    for (const revision of [JUNE, NOVEMBER] as const) expect(call(revision, result)).toEqual(result);
  });

  test.each([[[1, 2]], ['x'], [3], [null], [false]])('is an object, and %j is said in text', (value) => {
    for (const revision of REVISIONS) {
      expect(call(revision, { content: [], structuredContent: value })).toEqual({
        content: [{ type: 'text', text: JSON.stringify(value) }],
      });
    }
  });

  test('is said in text too, where nothing else is', () => {
    const json = { type: 'text', text: '{"a":1}' };
    const result = { content: [image], structuredContent: { a: 1 }, isError: true };
    expect(call(MARCH, result)).toEqual({ content: [image, json], isError: true });
    expect(call(NOVEMBER, result)).toEqual({ ...result, content: [image, json] });
    expect(call(NOVEMBER, { structuredContent: { a: 1 } })).toEqual({ content: [json], structuredContent: { a: 1 } });
  });

  test('is not made of a result that has none', () => {
    for (const revision of REVISIONS) expect(call(revision, { content: [] })).toEqual({ content: [] });
  });
});

describe('what 2026-07-28 adds to results', () => {
  const stamp = {
    resultType: 'complete',
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 's', version: '1' }, 'example.com/own': 1 },
  };
  const hints = { ttlMs: 5, cacheScope: 'public' };

  test.each(['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'resources/read'])(
    'is left out of %s, cache hints as well',
    (method) => {
      for (const revision of REVISIONS) {
        expect(resultFor(revision, method, { nextCursor: 'x', ...stamp, ...hints })).toEqual({
          nextCursor: 'x',
          _meta: { 'example.com/own': 1 },
        });
      }
    },
  );

  test.each(['tools/call', 'prompts/get', 'completion/complete', 'logging/setLevel', 'session/start'])(
    'is left out of %s, where cache hints can only be the author’s',
    (method) => {
      expect(resultFor(NOVEMBER, method, { ...stamp, ...hints })).toEqual({
        ...hints,
        _meta: { 'example.com/own': 1 },
      });
    },
  );

  test('leaves no empty _meta behind', () => {
    for (const _meta of [{ [SUBSCRIPTION]: 1 }, 5, null]) expect(resultFor(NOVEMBER, 'ping', { _meta })).toEqual({});
  });

  test('and the task that a message belongs to stays for 2025-11-25', () => {
    const result = { content: [], _meta: { [TASK]: { taskId: 't' } } };
    expect(resultFor(NOVEMBER, 'tools/call', result)).toEqual(result);
    expect(resultFor(JUNE, 'tools/call', result)).toEqual({ content: [] });
  });
});

test('what is read has _meta from 2025-06-18 on', () => {
  const result = { contents: [{ uri: 'a:b', text: 'x', _meta: { a: 1 } }] };
  expect(resultFor(MARCH, 'resources/read', result)).toEqual({ contents: [{ uri: 'a:b', text: 'x' }] });
  expect(resultFor(JUNE, 'resources/read', result)).toEqual(result);
});

describe('a list', () => {
  const frozen = () => Object.freeze([Object.freeze({ name: 't', title: 'T', inputSchema: { type: 'object' } })]);

  test('that cannot change is translated once for each revision, whatever it is wrapped in', () => {
    const tools = frozen();
    const entries = (revision: Revision) =>
      resultFor(revision, 'tools/list', { resultType: 'complete', tools })['tools'];
    expect(entries(JUNE)).toBe(entries(JUNE));
    expect(entries(OLDEST)).toBe(entries(OLDEST));
    expect(entries(OLDEST)).not.toEqual(entries(JUNE));
    const result = Object.freeze({ tools });
    expect(resultFor(JUNE, 'tools/list', result)).toBe(resultFor(JUNE, 'tools/list', result));
  });

  test('that can change is translated anew', () => {
    const tools: Json[] = [...frozen()];
    expect(resultFor(JUNE, 'tools/list', { tools })['tools']).toHaveLength(1);
    tools.push({ name: 'u' });
    expect(resultFor(JUNE, 'tools/list', { tools })['tools']).toHaveLength(2);
  });
});

describe('an error', () => {
  const error = (code: number, data?: unknown) => ({ code, message: 'm', ...(data !== undefined && { data }) });

  // See 2025-11-25/server/resources#error-handling
  test('for a resource that is not there is -32002', () => {
    for (const revision of REVISIONS) {
      expect(errorFor(revision, 'resources/read', error(-32602, { uri: 'a:b' }))).toEqual(
        error(-32002, { uri: 'a:b' }),
      );
      expect(errorFor(revision, 'resources/subscribe', error(-32602, { uri: 'a:b' })).code).toBe(-32002);
      expect(errorFor(revision, 'resources/read', error(-32602)).code).toBe(-32602);
      expect(errorFor(revision, 'resources/list', error(-32602, { cursor: 'x' })).code).toBe(-32602);
      expect(errorFor(revision, 'tools/call', error(-32602, { uri: 'a:b' })).code).toBe(-32602);
    }
  });

  test.each([
    [-32020, -32600],
    [-32021, -32600],
    [-32022, -32602],
  ])('with the code %i, which 2026-07-28 introduced, becomes %i', (modern, old) => {
    const data = { requiredCapabilities: {} };
    for (const revision of REVISIONS)
      expect(errorFor(revision, 'tools/call', error(modern, data))).toEqual(error(old, data));
  });

  test.each([-32700, -32600, -32601, -32603, -32042, 429, 7])('with the code %i stays', (code) => {
    const given = Object.freeze(error(code, 'd'));
    for (const revision of REVISIONS) expect(errorFor(revision, 'tools/call', given)).toBe(given);
  });
});

describe('a notification', () => {
  const notification = (method: string, params?: Json) => ({
    jsonrpc: '2.0' as const,
    method,
    ...(params && { params }),
  });

  test('of progress has a message from 2025-03-26 on', () => {
    const params = { progressToken: 1, progress: 2, total: 3 };
    const given = notification('notifications/progress', { ...params, message: 'm' });
    expect(notificationFor(OLDEST, given)).toEqual(notification('notifications/progress', params));
    for (const revision of [MARCH, JUNE, NOVEMBER] as const) expect(notificationFor(revision, given)).toEqual(given);
  });

  test.each(['tools', 'prompts', 'resources'])('of changed %s has lost its subscription', (kind) => {
    const method = `notifications/${kind}/list_changed`;
    const given = notification(method, { _meta: { [SUBSCRIPTION]: 1 } });
    for (const revision of REVISIONS) expect(notificationFor(revision, given)).toEqual(notification(method));
  });

  test('of an updated resource keeps the URI, and an author’s own _meta', () => {
    const method = 'notifications/resources/updated';
    const given = notification(method, { uri: 'a:b', _meta: { [SUBSCRIPTION]: 1, own: 2 } });
    for (const revision of REVISIONS) {
      expect(notificationFor(revision, given)).toEqual(notification(method, { uri: 'a:b', _meta: { own: 2 } }));
    }
  });

  test.each([
    ['notifications/subscriptions/acknowledged', []],
    ['notifications/elicitation/complete', [NOVEMBER]],
    ['notifications/tasks/status', [NOVEMBER]],
    ['notifications/message', REVISIONS],
    ['notifications/cancelled', REVISIONS],
    ['session/moved', REVISIONS],
    ['toString', REVISIONS],
  ])('%s goes to %j', (method, expected) => {
    const given = notification(method, { level: 'info', message: 'm' });
    expect(REVISIONS.filter((revision) => notificationFor(revision, given) !== undefined)).toEqual(expected);
    for (const revision of expected as readonly Revision[]) expect(notificationFor(revision, given)).toBe(given);
  });
});

describe('the result of initialize', () => {
  test('declares completions from 2025-03-26 on, and extensions never', () => {
    const common = {
      tools: { listChanged: true },
      resources: { subscribe: true },
      logging: {},
      experimental: { a: {} },
    };
    const given = { ...common, completions: {}, extensions: { 'io.modelcontextprotocol/ui': {} } };
    expect(capabilitiesFor(OLDEST, given)).toEqual(common);
    for (const revision of [MARCH, JUNE, NOVEMBER] as const) {
      expect(capabilitiesFor(revision, given)).toEqual({ ...common, completions: {} });
    }
  });

  test('names the server as the revision can', () => {
    const name = { name: 'n', version: '1' };
    const info = { ...name, title: 'T', description: 'd', websiteUrl: 'https://a.b', icons: [{ src: 'data:,' }] };
    expect(implementationFor(OLDEST, info)).toEqual(name);
    expect(implementationFor(MARCH, info)).toEqual(name);
    expect(implementationFor(JUNE, info)).toEqual({ ...name, title: 'T' });
    expect(implementationFor(NOVEMBER, info)).toEqual(info);
  });
});

describe('for any result whatever', () => {
  const member = fc.constantFrom(
    'content',
    'structuredContent',
    '_meta',
    'type',
    'text',
    'annotations',
    'title',
    'name',
    'uri',
    'resource',
    'inputSchema',
    'outputSchema',
    'properties',
    'required',
    'anyOf',
    'allOf',
    '$ref',
    '$defs',
    '$schema',
    'arguments',
    'resultType',
    'ttlMs',
    'icons',
    'lastModified',
    'isError',
    SUBSCRIPTION,
    TASK,
    'own',
    '__proto__',
    'toString',
  );
  const leaf = fc.oneof(
    fc.constantFrom('text', 'image', 'audio', 'resource', 'resource_link', 'object', '#/$defs/a', DIALECT, 'toString'),
    fc.jsonValue(),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.dictionary(member, tie('value'), { maxKeys: 6 }),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }));
  const keys = [
    'tools',
    'prompts',
    'resources',
    'resourceTemplates',
    'content',
    'messages',
    'contents',
    'structuredContent',
  ];
  const result = fc
    .tuple(
      fc.dictionary(fc.oneof(fc.constantFrom(...keys), member), fc.oneof(value, fc.array(value, { maxLength: 3 })), {
        maxKeys: 5,
      }),
    )
    .map(([made]) => made);
  const method = fc.constantFrom(
    'tools/list',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
    'tools/call',
    'prompts/get',
    'resources/read',
    'completion/complete',
    'session/start',
    'toString',
    '__proto__',
  );

  test('nothing throws, nothing that was given changes, and a second time changes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...REVISIONS), method, result, fc.boolean(), (revision, name, given, freeze) => {
        const before = JSON.stringify(given);
        if (freeze) deepFreeze(given);
        const once = resultFor(revision, name, given);
        const twice = resultFor(revision, name, once);
        expect(JSON.stringify(given)).toBe(before);
        expect(JSON.stringify(twice)).toBe(JSON.stringify(once));
      }),
      { numRuns: 2000 },
    );
  });

  test('a question is asked or refused, and does not change', () => {
    const asked = fc.constantFrom('elicitation/create', 'sampling/createMessage', 'roots/list', 'own/question');
    fc.assert(
      fc.property(fc.constantFrom(...REVISIONS), asked, result, (revision, name, params) => {
        deepFreeze(params);
        let code = 'missing_capability';
        try {
          questionFor(revision, { method: name, params });
        } catch (error) {
          ({ code } = error as McpError);
        }
        expect(code).toBe('missing_capability');
      }),
    );
  });
});

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
}
