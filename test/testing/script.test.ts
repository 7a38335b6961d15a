import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { InputRequest } from 'mcpwire/client';
import { McpServer } from 'mcpwire/server';
import { connectInMemory, recordWire, script, type ScriptStep } from 'mcpwire/testing';
import { errorOf } from '../client/support.js';

const form = (message: string) =>
  ({
    method: 'elicitation/create',
    params: { message, requestedSchema: { type: 'object', properties: {} } },
  }) as const satisfies InputRequest;
const page = (message: string) =>
  ({
    method: 'elicitation/create',
    params: { mode: 'url', message, url: 'https://x.example' },
  }) as const satisfies InputRequest;
const prompt = (...texts: string[]): InputRequest => ({
  method: 'sampling/createMessage',
  params: {
    maxTokens: 10,
    messages: texts.map((text) => ({ role: 'user', content: { type: 'text', text } })),
  },
});
const roots: InputRequest = { method: 'roots/list' };
const said = (text: string) => ({
  role: 'assistant',
  content: { type: 'text', text },
  model: 'script',
  stopReason: 'endTurn',
});

const asking = new McpServer({ name: 'asking', version: '1.0.0' }, { secret: 'x'.repeat(32) })
  .tool('all', { outputSchema: z.array(z.unknown()) }, async (_args, ctx) => [
    await ctx.elicit('City?', z.object({ city: z.string().default('Bern') })),
    await ctx.elicitUrl('Pay', 'https://pay.example/'),
    await ctx.sample({ messages: [{ role: 'user', content: { type: 'text', text: 'capital?' } }], maxTokens: 9 }),
    await ctx.roots(),
  ])
  .tool('both', { outputSchema: z.array(z.unknown()) }, (_args, ctx) =>
    Promise.all(['one', 'two'].map((message) => ctx.elicit(message, z.object({ n: z.number() })))),
  );

describe('a script in the place of a user', () => {
  test('answers the real client, which declares what it answers', async () => {
    const wire = recordWire();
    const answers = script([
      { elicit: 'accept' },
      { elicitUrl: 'accept' },
      { sample: 'Paris' },
      { roots: ['file:///a'] },
    ]);
    await using client = await connectInMemory(asking, { script: answers, record: wire });
    expect((await client.callTool('all')).structuredContent).toEqual([
      { action: 'accept', content: { city: 'Bern' } },
      { action: 'accept' },
      said('Paris'),
      [{ uri: 'file:///a' }],
    ]);
    expect(wire.messages('sent')[0]).toMatchObject({
      params: {
        _meta: {
          'io.modelcontextprotocol/clientCapabilities': {
            elicitation: { form: {}, url: {} },
            sampling: {},
            roots: {},
          },
        },
      },
    });
    expect(JSON.stringify(wire.snapshot()).match(/<state \d>/g)).toEqual(
      [1, 1, 2, 2, 3, 3, 4, 4].map((number) => `<state ${number}>`),
    );
  });

  test('answers questions of one round in their order', async () => {
    const answer = (n: number) => ({ elicit: { action: 'accept', content: { n } } }) as const;
    await using client = await connectInMemory(asking, { script: script([answer(1), answer(2)]) });
    expect((await client.callTool('both')).structuredContent).toMatchObject([
      { content: { n: 1 } },
      { content: { n: 2 } },
    ]);
  });

  test('fails the call, and the end of the test, on a question that it does not expect', async () => {
    const answers = script([{ elicit: 'accept' }, { sample: 'too soon' }, { elicitUrl: 'accept' }]);
    const client = await connectInMemory(asking, { script: answers });
    expect((await errorOf(client.callTool('all'))).message).toMatch(/no answer to elicitation\/create "Pay"/);
    await expect(client[Symbol.asyncDispose]()).rejects.toThrow(/no answer to elicitation\/create "Pay"/);
  });
});

describe('a script', () => {
  test('answers each kind of question, in order, in short or in full', async () => {
    const full = { role: 'assistant', content: { type: 'text', text: 'Bern' }, model: 'm' } as const;
    const answers = script([
      { elicit: { action: 'accept', content: { city: 'Bern' } } },
      { elicit: 'decline' },
      { elicitUrl: 'accept' },
      { sample: 'Paris' },
      { sample: full },
      { roots: ['file:///a', { uri: 'file:///b', name: 'b' }] },
    ]);
    expect(await answers.answer(form('city?'))).toEqual({ action: 'accept', content: { city: 'Bern' } });
    expect(await answers.answer(form('more?'))).toEqual({ action: 'decline' });
    expect(await answers.answer(page('go?'))).toEqual({ action: 'accept' });
    expect(await answers.answer(prompt('capital?'))).toEqual(said('Paris'));
    expect(await answers.answer(prompt('capital?'))).toEqual(full);
    expect(await answers.answer(roots)).toEqual({ roots: [{ uri: 'file:///a' }, { uri: 'file:///b', name: 'b' }] });
    expect(answers.asked).toHaveLength(6);
    answers.done();
  });

  test('answers by functions, which see the question', async () => {
    const answers = script([
      { elicit: ({ message }) => ({ action: 'accept', content: { heard: message } }) },
      { sample: async ({ maxTokens }) => String(await Promise.resolve(maxTokens)) },
      { roots: () => ['file:///a'] },
    ]);
    expect(await answers.answer(form('city?'))).toMatchObject({ content: { heard: 'city?' } });
    expect(await answers.answer(prompt('x'))).toEqual(said('10'));
    expect(await answers.answer(roots)).toEqual({ roots: [{ uri: 'file:///a' }] });
  });

  test('answers by what is asked, at any time, any number of times', async () => {
    const answers = script([
      { elicit: { action: 'accept', content: { first: true } } },
      { when: 'colour', elicit: { action: 'accept', content: { colour: 'red' } } },
      { when: /^capital/g, sample: 'Paris', times: Infinity },
      { when: ({ method }) => method === 'roots/list', roots: [], times: 2 },
      { when: 'never asked', sample: '', times: Infinity },
    ]);
    expect(await answers.answer(roots)).toEqual({ roots: [] });
    expect(await answers.answer(form('Which colour?'))).toMatchObject({ content: { colour: 'red' } });
    expect(await answers.answer(prompt('capital of France?'))).toEqual(said('Paris'));
    expect(await answers.answer(prompt('capital of France?', 'Be short.'))).toEqual(said('Paris'));
    expect(() => answers.done()).toThrow('nobody asked for elicit (step 1), roots (step 4)');
  });

  test('fails loudly on a question that no step answers, and again when it is done', async () => {
    const late = script([{ elicit: 'accept' }]);
    await late.answer(form('one?'));
    const error = await errorOf(late.answer(form('two?')));
    expect(error.message).toBe('The script has no answer to elicitation/create "two?": no step is left');
    expect((await errorOf(late.answer(form('three?')))).message).toContain('"three?"');
    expect(() => late.done()).toThrow(error);

    const disordered = script([{ elicit: 'accept' }, { roots: [] }]);
    expect((await errorOf(disordered.answer(roots))).message).toBe(
      'The script has no answer to roots/list: the next step answers elicit',
    );
    expect((await errorOf(script([{ elicit: 'accept' }]).answer(page('go?')))).message).toMatch(/"go\?"/);
    expect((await errorOf(script([{ when: 'a', elicit: 'accept' }]).answer(form('b')))).message).toMatch(/no step/);
  });

  test('fails loudly when a step is left over', async () => {
    const answers = script([{ elicit: 'accept' }, { sample: 'x' }, { when: 'y', elicit: 'accept' }]);
    await answers.answer(form('one?'));
    expect(() => answers.done()).toThrow(
      'The script was not played to its end; nobody asked for sample (step 2), elicit (step 3)',
    );
  });

  test('has handlers for what it answers, and no others, since each one declares a capability', async () => {
    expect(script([]).handlers).toEqual({});
    const answers = script([{ elicit: 'accept' }, { elicitUrl: 'decline' }, { sample: 'x' }, { roots: [] }]);
    const { elicit, elicitUrl, sample, roots: list } = answers.handlers;
    expect(await elicit?.(form('a').params)).toEqual({ action: 'accept' });
    expect(await elicitUrl?.(page('a').params)).toEqual({ action: 'decline' });
    expect(await sample?.({ messages: [], maxTokens: 1 })).toEqual(said('x'));
    expect(await list?.()).toEqual([]);
    expect(Object.keys(script([{ sample: 'x' }]).handlers)).toEqual(['sample']);
  });

  test('takes steps that answer exactly one kind of question', () => {
    for (const step of [{}, { when: 'x' }, { elicit: 'accept', roots: [] }]) {
      expect(() => script([step as ScriptStep])).toThrow(TypeError);
    }
  });
});
