/** Every schema: that there is one, what it takes, what it refuses, and that it changes nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { Validator, type Schema } from '@cfworker/json-schema';
import { describe, expect, test } from 'vitest';
import * as schemas from 'mcpwire/schemas';
import * as z from 'zod/mini';
import { samples } from './samples.ts';

/** The schema of a type. */
function schemaOf(type: string): z.ZodMiniType {
  const schema = (schemas as unknown as Record<string, z.ZodMiniType | undefined>)[`${type}Schema`];
  if (schema === undefined) throw new Error(`there is no ${type}Schema`);
  return schema;
}

const types = Object.keys(schemas).flatMap((name) =>
  name.endsWith('Schema') ? [name.slice(0, -'Schema'.length)] : [],
);

test('every type of the specification has a schema, and every schema a sample', () => {
  // What these stand for is part of every message that has a method.
  const generic = /^(Request|Notification|BareNotification|Result|Error)Message$/;
  const written = readdirSync('src/spec').flatMap((file) =>
    file === 'served.ts' || file === 'json.ts'
      ? []
      : [...readFileSync(`src/spec/${file}`, 'utf8').matchAll(/^export (?:interface|type) (\w+)/gm)].map(
          ([, name = '']) => name,
        ),
  );
  expect(written.filter((name) => !generic.test(name)).sort()).toEqual([...types].sort());
  expect(Object.keys(samples).sort()).toEqual([...types].sort());
});

describe.each(types)('%s', (type) => {
  const schema = schemaOf(type);
  const some = samples[type] ?? [];

  test('comes out as it goes in', () => {
    for (const sample of some) expect(schema.parse(JSON.parse(JSON.stringify(sample)))).toEqual(sample);
  });

  test('keeps what it does not know', () => {
    // The members of these are of one type, whatever their names.
    if (/^Input(Requests|Responses)$/.test(type)) return;
    for (const sample of some.filter(isObject)) {
      const more = { ...sample, 'com.example/more': [{ deep: null }] };
      expect(schema.parse(more)).toEqual(more);
    }
  });

  test('agrees with its own JSON Schema about every message that differs in one place', () => {
    const validator = new Validator(z.toJSONSchema(schema) as Schema, '2020-12');
    const disagreed = some
      // The alternatives of the large unions are types with tests of their own.
      .flatMap((sample) => [...variants(sample, some.length > 5 ? 1 : 3)])
      .filter((other) => {
        const { success } = schema.safeParse(other);
        return validator.validate(other).valid !== success && (success || !beyondJsonSchema(other));
      });
    expect(disagreed).toEqual([]);
  });
});

/** The value with one part replaced or left out, for each of its parts. What lies deeper has samples of its own. */
function* variants(value: unknown, depth: number): Generator {
  if (depth > 0 && Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      for (const other of variants(item, depth - 1)) yield [...value.slice(0, at), other, ...value.slice(at + 1)];
    }
  } else if (depth > 0 && isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const { [name]: _, ...rest } = value;
      yield rest;
      for (const other of variants(member, depth - 1)) yield { ...value, [name]: other };
    }
  }
  yield* [null, -1, 0.5, 2 ** 60, 'x', true, [], {}, [0], { x: 1 }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether it breaks a rule that JSON Schema cannot say: one of two members must be there, one must not. */
function beyondJsonSchema(value: unknown): boolean {
  if (!isObject(value)) return false;
  const notifiesWithId = 'method' in value && 'id' in value;
  const asksNothing =
    value['resultType'] === 'input_required' && !('inputRequests' in value) && !('requestState' in value);
  return notifiesWithId || asksNothing || beyondJsonSchema(value['result']);
}

describe('refuses', () => {
  const request = samples['CallToolRequest']?.[0] as Record<string, Record<string, unknown>>;
  const { id: _id, ...withoutId } = request;

  test.each([
    ['a request without an id', 'JsonRpcRequest', withoutId],
    ['a request whose id is null', 'JsonRpcMessage', { ...request, id: null }],
    ['a request whose id is a fraction', 'CallToolRequest', { ...request, id: 0.5 }],
    ['a request whose id is beyond what a double carries', 'CallToolRequest', { ...request, id: 2 ** 53 }],
    ['another version of JSON-RPC', 'JsonRpcMessage', { ...request, jsonrpc: '1.0' }],
    ['params that are an array', 'JsonRpcMessage', { ...request, params: [] }],
    ['a method of another request', 'CallToolRequest', { ...request, method: 'tools/list' }],
    ['a method that is not in the revision', 'ClientRequest', { ...request, method: 'ping' }],
    ['a request without _meta', 'CallToolRequest', { ...request, params: { name: 'measure' } }],
    ['a notification with an id', 'ToolListChangedNotification', toolsChanged({ id: 1 })],
    ['a notification with an id, among others', 'ServerNotification', toolsChanged({ id: 1 })],
    ['a message with a result and an error', 'JsonRpcMessage', both()],
    ['a message with neither', 'JsonRpcMessage', { jsonrpc: '2.0', id: 1 }],
    ['a log message without data', 'LoggingMessageNotificationParams', { level: 'info' }],
    ['more than 100 completions', 'CompleteResult', { completion: { values: Array<string>(101).fill('x') } }],
    ['a negative ttlMs', 'ListToolsResult', { tools: [], ttlMs: -1 }],
    ['a priority above 1', 'Annotations', { priority: 1.5 }],
    ['an input schema that is no object', 'Tool', { name: 'x', inputSchema: { type: 'string' } }],
    ['content of an unknown type', 'CallToolResult', { content: [{ type: 'video', data: '' }] }],
    ['a result that asks for nothing', 'InputRequiredResult', { resultType: 'input_required' }],
    ['a result that neither answers nor asks', 'CallToolResultResponse', { jsonrpc: '2.0', id: 1, result: {} }],
    ['undefined where a member may be absent', 'Icon', { src: 'https://example.com', theme: undefined }],
  ])('%s', (_what, type, message) => {
    expect(schemaOf(type).safeParse(message).success).toBe(false);
  });

  function toolsChanged(more: object): object {
    return { jsonrpc: '2.0', method: 'notifications/tools/list_changed', ...more };
  }

  function both(): object {
    return { jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: '' } };
  }
});

test('a member called __proto__ reaches no prototype', () => {
  const hostile: unknown = JSON.parse('{"name":"x","version":"1","__proto__":{"polluted":true}}');
  const parsed = schemas.ImplementationSchema.parse(hostile) as { polluted?: unknown };
  expect(parsed.polluted).toBeUndefined();
  expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
});

test('an error names the member', () => {
  const { error } = schemas.ClientRequestSchema.safeParse({
    ...(samples['CallToolRequest']?.[0] as object),
    params: { ...(samples['CallToolRequestParams']?.[0] as object), name: 7 },
  });
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['params.name']);
});
