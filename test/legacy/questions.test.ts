import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { questionFor } from '../../src/legacy/shapes.ts';
import type { Revision } from '../../src/legacy/revisions.ts';
import { formOf } from '../../src/server/elicitation.ts';
import type { Json } from '../helpers/wire.ts';
import { REVISIONS } from './shapes-support.ts';

const OLDEST: Revision = '2024-11-05';
const MARCH: Revision = '2025-03-26';
const JUNE: Revision = '2025-06-18';
const NOVEMBER: Revision = '2025-11-25';

const elicit = (revision: Revision, params: Json) => questionFor(revision, { method: 'elicitation/create', params });
const form = (schema: unknown): Json => ({
  mode: 'form',
  message: 'm',
  requestedSchema: formOf(schema, 'ctx.elicit').requestedSchema,
});
const propertiesOf = ({ params }: { readonly params?: Json }) => (params!['requestedSchema'] as Json)['properties'];
const refused = (cause: RegExp) =>
  expect.objectContaining({ code: 'missing_capability', message: expect.stringMatching(cause) });

describe('to ask the user', () => {
  const everything = z.object({
    name: z.string().min(1).default('Ann'),
    age: z.int().min(0).default(3),
    sure: z.boolean().default(true),
    size: z.enum(['s', 'm']).default('s'),
    color: z
      .union([z.literal('r').meta({ title: 'Red' }), z.literal('g').meta({ title: 'Green' })])
      .meta({ title: 'Colour', default: 'g' }),
  });

  test.each([OLDEST, MARCH] as const)('is nothing that %s can do', (revision) => {
    expect(() => elicit(revision, form(everything))).toThrow(refused(new RegExp(`${revision}.*ask the user`)));
  });

  test('with a form is the same in 2025-11-25', () => {
    const params = form(z.object({ several: z.array(z.enum(['a', 'b'])), ...everything.shape }));
    expect(elicit(NOVEMBER, params)).toEqual({ method: 'elicitation/create', params });
    ElicitRequestSchema.parse(elicit(NOVEMBER, params));
  });

  // See 2025-06-18/client/elicitation#requested-schema
  test('with a form in 2025-06-18 has no mode, titles beside the values, and no defaults but of ticks', () => {
    const asked = elicit(JUNE, form(everything));
    expect(asked.params).not.toHaveProperty('mode');
    expect(propertiesOf(asked)).toEqual({
      name: { type: 'string', minLength: 1 },
      age: { type: 'integer', minimum: 0 },
      sure: { type: 'boolean', default: true },
      size: { type: 'string', enum: ['s', 'm'] },
      color: { type: 'string', title: 'Colour', enum: ['r', 'g'], enumNames: ['Red', 'Green'] },
    });
    ElicitRequestSchema.parse(asked);
  });

  test('with a choice in 2025-06-18 names each value, by itself where it has no title', () => {
    const properties = { a: { type: 'string', oneOf: [{ const: 'x' }, { const: 'y', title: 'Y' }] } };
    const asked = elicit(JUNE, { message: 'm', requestedSchema: { type: 'object', properties } });
    expect(propertiesOf(asked)).toEqual({ a: { type: 'string', enum: ['x', 'y'], enumNames: ['x', 'Y'] } });
  });

  test('names the dialect of the form in 2025-11-25 alone', () => {
    const requestedSchema = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', properties: {} };
    const params = { message: 'm', requestedSchema };
    expect(elicit(NOVEMBER, params).params).toEqual(params);
    expect(elicit(JUNE, params).params).toEqual({ message: 'm', requestedSchema: { type: 'object', properties: {} } });
  });

  test('for several values at once is refused before 2025-11-25, and the error says which field', () => {
    const params = form(z.object({ pets: z.array(z.enum(['cat', 'dog'])) }));
    expect(() => elicit(JUNE, params)).toThrow(refused(/2025-06-18.*"pets".*ask for one/));
  });

  test('to open a page is refused before 2025-11-25, and passes there as it is', () => {
    const params = { mode: 'url', message: 'm', url: 'https://example.com/', elicitationId: 'e' };
    expect(() => elicit(JUNE, params)).toThrow(refused(/2025-06-18.*open a page/));
    expect(elicit(NOVEMBER, params)).toEqual({ method: 'elicitation/create', params });
  });
});

describe('to ask the model', () => {
  const sample = (revision: Revision, params: Json) => {
    const asked = questionFor(revision, { method: 'sampling/createMessage', params: { maxTokens: 1, ...params } });
    CreateMessageRequestSchema.parse(asked);
    return asked.params!;
  };
  const text = { type: 'text', text: 'a', _meta: { a: 1 } };
  const audio = { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' };
  const tools = [{ name: 't', title: 'T', inputSchema: { properties: { a: true } } }];

  test('is the same in 2025-11-25, with shapes that older clients take', () => {
    const result = { type: 'tool_result', toolUseId: 'u', content: [], structuredContent: [1] };
    const use = { type: 'tool_use', id: 'u', name: 't', input: {} };
    const messages = [
      { role: 'user', content: [text, audio], _meta: { a: 1 } },
      { role: 'assistant', content: use },
      { role: 'user', content: [result] },
    ];
    expect(sample(NOVEMBER, { messages, tools, toolChoice: { mode: 'auto' } })).toEqual({
      maxTokens: 1,
      toolChoice: { mode: 'auto' },
      tools: [{ name: 't', title: 'T', inputSchema: { type: 'object', properties: { a: {} } } }],
      messages: [
        ...messages.slice(0, 2),
        { role: 'user', content: [{ type: 'tool_result', toolUseId: 'u', content: [{ type: 'text', text: '[1]' }] }] },
      ],
    });
  });

  test('has one block a message before, and blocks that the revision has', () => {
    const messages = [{ role: 'user', content: [text, audio], _meta: { a: 1 } }];
    const bare = { type: 'text', text: 'a' };
    const placeholder = { type: 'text', text: '[audio content, audio/wav, cannot be shown to this client]' };
    const said = (...content: Json[]) => content.map((block) => ({ role: 'user', content: block }));
    expect(sample(JUNE, { messages })['messages']).toEqual(said(text, audio));
    expect(sample(MARCH, { messages })['messages']).toEqual(said(bare, audio));
    expect(sample(OLDEST, { messages })['messages']).toEqual(said(bare, placeholder));
  });

  test.each([OLDEST, MARCH, JUNE] as const)('with tools is refused for %s', (revision) => {
    const use = { type: 'tool_use', id: 'u', name: 't', input: {} };
    const messages = [{ role: 'user', content: text }];
    expect(() => sample(revision, { messages, tools })).toThrow(refused(/tools/));
    expect(() => sample(revision, { messages, toolChoice: {} })).toThrow(refused(/tools/));
    expect(() => sample(revision, { messages: [{ role: 'assistant', content: use }] })).toThrow(refused(/tools/));
    expect(() => sample(revision, { messages: [{ role: 'assistant', content: [use] }] })).toThrow(refused(/tools/));
  });
});

test('to ask for roots is the same in every revision, without the keys of 2026-07-28', () => {
  const modern = { 'io.modelcontextprotocol/subscriptionId': 1, own: 1 };
  for (const revision of REVISIONS) {
    expect(questionFor(revision, { method: 'roots/list' })).toEqual({ method: 'roots/list' });
    const asked = questionFor(revision, { method: 'roots/list', params: { _meta: modern } });
    expect(asked).toEqual({ method: 'roots/list', params: { _meta: { own: 1 } } });
    ListRootsRequestSchema.parse(asked);
  }
});
