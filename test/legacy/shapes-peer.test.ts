/** Everything that a rich server answers, in every older revision, before the schemas of a real older peer. */
import {
  CallToolResultSchema,
  CompleteResultSchema,
  GetPromptResultSchema,
  InitializeResultSchema,
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListResourceTemplatesResultSchema,
  ListToolsResultSchema,
  ReadResourceResultSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { audio, image, link, McpServer, resource, result, text } from 'mcpwire/server';
import * as z from 'zod';
import { capabilitiesFor, implementationFor, resultFor } from '../../src/legacy/shapes.ts';
import { ask, META, modern, type Json } from '../helpers/wire.ts';
import { blockShapeOf, modernKeys, REVISIONS, shapeOf, strangers } from './shapes-support.ts';

const icons = [{ src: 'https://example.com/i.png', mimeType: 'image/png', sizes: ['48x48'], theme: 'dark' }] as const;
const annotations = { audience: ['user'], priority: 0.5, lastModified: '2025-01-12T15:00:58Z' } as const;
const _meta = { 'example.com/own': 1, [META.subscription]: 7 };
const extra = { annotations, _meta };
const info = {
  name: 'rich',
  version: '1.0.0',
  title: 'Rich',
  description: 'All of it',
  websiteUrl: 'https://a.b',
  icons,
};

const blocks = () => [
  text('hello', extra),
  image('AAAA', 'image/png', extra),
  audio('AAAA', 'audio/wav', extra),
  link('file:///report', 'report', {
    title: 'Report',
    icons,
    size: 3,
    description: 'd',
    mimeType: 'text/plain',
    ...extra,
  }),
  resource({ uri: 'file:///a', mimeType: 'text/plain', text: 'a', _meta }, extra),
  resource({ uri: 'file:///b', blob: 'AAAA' }),
];

const shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('circle'), radius: z.number() }),
  z.object({ kind: z.literal('square'), side: z.number() }),
]);

function richServer(): McpServer<unknown> {
  const everything = { title: 'Titled', description: 'd', icons, meta: _meta };
  const server = new McpServer(info, { logging: true, onError: () => {} })
    .tool(
      'all',
      {
        ...everything,
        annotations: { readOnlyHint: true },
        inputSchema: z.object({ a: z.string().optional() }),
        outputSchema: z.object({ sum: z.number() }),
      },
      () => ({ sum: 3 }),
    )
    .tool('union', { inputSchema: shape, outputSchema: shape }, () => ({ kind: 'square', side: 2 }))
    .tool('tuples', { outputSchema: z.object({ a: z.tuple([z.string(), z.number()]) }) }, () => ({
      a: ['x', 1] as const,
    }))
    .tool('array', { outputSchema: z.array(z.string()) }, () => ['x'])
    .tool('number', { outputSchema: z.number() }, () => 3)
    .tool('null', { outputSchema: z.null() }, () => null)
    .tool('picture', { outputSchema: z.object({ a: z.number() }) }, () =>
      result({ a: 1 }, { content: [image('AAAA', 'image/png')], meta: _meta }),
    )
    .tool('blocks', {}, () => blocks())
    .tool('empty', {}, () => undefined)
    .tool('fails', {}, () => {
      throw new Error('no');
    })
    .prompt(
      'all',
      {
        ...everything,
        argsSchema: z.object({ who: z.string().meta({ title: 'Who', description: 'whom to greet' }) }),
        complete: { who: () => ['Ann'] },
      },
      () => ({ description: 'd', messages: blocks().map((content) => ({ role: 'user' as const, content })), _meta }),
    )
    .resource('docs://a', { name: 'a', size: 1, mimeType: 'text/plain', annotations, ...everything }, () => ({
      contents: [
        { uri: 'docs://a', text: 'a', _meta },
        { uri: 'docs://b', blob: new Uint8Array(3) },
      ],
    }))
    .resource('users://{id}', { name: 'user', annotations, ...everything }, ({ id }) => id);
  return server;
}

const tools = ['all', 'union', 'tuples', 'array', 'number', 'null', 'picture', 'blocks', 'empty', 'fails'];
const requests: readonly (readonly [string, Json])[] = [
  ['tools/list', {}],
  ['prompts/list', {}],
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ...tools.map((name) => {
    const args = name === 'union' ? { kind: 'circle', radius: 1 } : {};
    return ['tools/call', { name, arguments: args }] as const;
  }),
  ['prompts/get', { name: 'all', arguments: { who: 'Ann' } }],
  ['resources/read', { uri: 'docs://a' }],
  ['resources/read', { uri: 'users://7' }],
  ['completion/complete', { ref: { type: 'ref/prompt', name: 'all' }, argument: { name: 'who', value: '' } }],
];

const schemas = {
  'tools/list': ListToolsResultSchema,
  'prompts/list': ListPromptsResultSchema,
  'resources/list': ListResourcesResultSchema,
  'resources/templates/list': ListResourceTemplatesResultSchema,
  'tools/call': CallToolResultSchema,
  'prompts/get': GetPromptResultSchema,
  'resources/read': ReadResourceResultSchema,
  'completion/complete': CompleteResultSchema,
};

const results: (readonly [string, Json])[] = [];
let discovered: Json = {};
const named = (name: string) => results[requests.findIndex(([, params]) => params['name'] === name)]![1];

beforeAll(async () => {
  const server = richServer();
  for (const [method, params] of requests) {
    const answer = await ask(server, modern(method, params));
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    results.push([method, answer.result]);
  }
  discovered = (await ask(server, modern('server/discover'))).result;
});

describe.each(REVISIONS)('for %s', (revision) => {
  test('every result is what the peer’s schemas take, and has no member that the revision does not define', () => {
    for (const [method, modernResult] of results) {
      const old = resultFor(revision, method, modernResult);
      schemas[method as keyof typeof schemas].parse(old);
      expect([method, strangers(old, shapeOf(revision, method))]).toEqual([method, []]);
      expect([method, modernKeys(old)]).toEqual([method, []]);
    }
  });

  test('every content block is of a kind that the revision has, and has its members alone', () => {
    const called = resultFor(revision, 'tools/call', named('blocks'))['content'] as Json[];
    const got = resultFor(revision, 'prompts/get', results.find(([method]) => method === 'prompts/get')![1]);
    const said = (got['messages'] as Json[]).map(({ content }) => content as Json);
    expect(called).toHaveLength(6);
    expect(said).toEqual(called);
    for (const block of called) {
      expect([block, strangers(block, blockShapeOf(revision, String(block['type'])))]).toEqual([block, []]);
    }
  });

  test('no tool is missing, and what is called fits the outputSchema that is listed', () => {
    const validator = new AjvJsonSchemaValidator();
    const listed = resultFor(revision, 'tools/list', results[0]![1])['tools'] as Json[];
    expect(listed.map(({ name }) => name)).toEqual(tools);
    for (const { name, outputSchema } of listed) {
      const called = resultFor(revision, 'tools/call', named(name as string));
      if (outputSchema === undefined) continue;
      const check = validator.getValidator(outputSchema as never);
      expect([name, check(called['structuredContent'])]).toMatchObject([name, { valid: true }]);
    }
    const structured = listed.filter((tool) => 'outputSchema' in tool).map(({ name }) => name);
    expect(structured).toEqual(revision >= '2025-06-18' ? ['all', 'union', 'tuples', 'picture'] : []);
  });

  test('the result of initialize is the revision’s', () => {
    const old = {
      protocolVersion: revision,
      capabilities: capabilitiesFor(revision, { ...(discovered['capabilities'] as Json), extensions: { 'a.b/c': {} } }),
      serverInfo: implementationFor(revision, info),
    };
    InitializeResultSchema.parse(old);
    expect(strangers(old, shapeOf(revision, 'initialize'))).toEqual([]);
    expect(old.capabilities).toMatchObject({
      tools: { listChanged: true },
      resources: { subscribe: true },
      logging: {},
    });
  });
});
