import { afterEach, describe, expect, test, vi } from 'vitest';
import type { McpError } from '../../src/errors.ts';
import type { AuthInfo } from '../../src/server/exchange.ts';
import { inputRequired, isInputRequired, type InputRequired } from '../../src/server/input-required.ts';
import { bindingOf } from '../../src/server/replay.ts';
import { createSealer } from '../../src/util/seal.ts';
import {
  accept,
  askText,
  EVERYTHING,
  form,
  loudly,
  play,
  round,
  SECRET,
  type Handler,
  type Json,
  type RoundOptions,
} from './replay-support.ts';

const ask: Handler = (replay) => askText(replay, 'name?', 'name');
const user = (facts: Partial<AuthInfo>): AuthInfo => ({ scopes: [], claims: {}, ...facts });
const alice = user({ issuer: 'https://issuer.example', clientId: 'client', subject: 'alice' });
const refused = {
  code: 'invalid_params',
  message: 'requestState was changed, has expired, or belongs to another request',
};

afterEach(() => {
  vi.useRealTimers();
});

// spec: basic/patterns/mrtr#server-requirements-basic-workflow.3
// spec: basic/patterns/mrtr#server-requirements-basic-workflow.5
// spec: basic/patterns/mrtr#security-considerations.1
describe('a state is refused, and no handler runs, when it', () => {
  async function stateOf(options: RoundOptions = {}): Promise<string> {
    return (await round(ask, {}, options)).result.requestState!;
  }
  async function expectRefused(brought: Json, options: RoundOptions = {}): Promise<void> {
    const handler = vi.fn<Handler>();
    await expect(round(handler, brought, options)).rejects.toMatchObject(refused);
    expect(handler).not.toHaveBeenCalled();
  }

  test.each<unknown>([null, 0, 7, true, [], ['x'], {}, { toString: 'x' }])(
    'A24: is %j and no string',
    async (requestState) => {
      await expectRefused({ requestState });
    },
  );

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.4
  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.5
  test('A25 MR1: was changed, at any of its characters', async () => {
    const state = await stateOf();
    for (let at = 0; at < state.length; at++) {
      const changed = state.slice(0, at) + (state[at] === 'A' ? 'B' : 'A') + state.slice(at + 1);
      await expectRefused({ requestState: changed, inputResponses: { name: accept('x') } });
    }
    await expectRefused({ requestState: `${state}-TAMPERED` });
    await expectRefused({ requestState: state.slice(0, -1) });
    await expectRefused({ requestState: '' });
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.6
  // spec: client/elicitation#security-considerations.1 client/elicitation#statefulness.1
  // spec: client/elicitation#statefulness.3
  test.each<[string, AuthInfo | undefined]>([
    ['of nobody', undefined],
    ['with another subject', { ...alice, subject: 'bob' }],
    ['with another client', { ...alice, clientId: 'other' }],
    ['of another issuer', { ...alice, issuer: 'https://other.example' }],
    ['whose client has the subject’s name', user({ issuer: alice.issuer!, clientId: 'alice', subject: 'client' })],
  ])('A25 MR2: comes from a principal %s', async (_what, auth) => {
    const requestState = await stateOf({ auth: alice });
    await expectRefused({ requestState }, auth === undefined ? {} : { auth });
    expect((await round(ask, { requestState, inputResponses: { name: accept('x') } }, { auth: alice })).result).toEqual(
      {
        value: 'x',
      },
    );
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.8
  test.each<[string, RoundOptions]>([
    ['method', { method: 'prompts/get' }],
    ['tool', { params: { name: 'other', arguments: { a: 1, b: [{ c: 2 }] } } }],
    ['argument', { params: { name: 't', arguments: { a: 2, b: [{ c: 2 }] } } }],
    ['nested argument', { params: { name: 't', arguments: { a: 1, b: [{ c: 3 }] } } }],
    ['further argument', { params: { name: 't', arguments: { a: 1, b: [{ c: 2 }], d: null } } }],
    ['further member', { params: { name: 't', arguments: { a: 1, b: [{ c: 2 }] }, more: 1 } }],
  ])('A25 MR2: comes with another %s', async (_what, options) => {
    const own = { params: { name: 't', arguments: { a: 1, b: [{ c: 2 }] } } };
    await expectRefused({ requestState: await stateOf(own) }, options);
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.7
  test('A25 MR2: has expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    const sealer = createSealer(SECRET, { ttlMs: 60_000 });
    const requestState = await stateOf({ sealer });
    vi.setSystemTime(59_999);
    expect((await round(ask, { requestState }, { sealer })).result.resultType).toBe('input_required');
    vi.setSystemTime(60_000);
    await expectRefused({ requestState }, { sealer });
  });

  test('was sealed with a secret that is gone', async () => {
    const old = createSealer(SECRET, { ttlMs: 60_000 });
    const requestState = await stateOf({ sealer: old });
    const fresh = 'a fresh secret of more than sixteen characters';
    const both = createSealer([fresh, SECRET], { ttlMs: 60_000 });
    expect((await round(ask, { requestState }, { sealer: both })).result.resultType).toBe('input_required');
    await expectRefused({ requestState }, { sealer: createSealer(fresh, { ttlMs: 60_000 }) });
  });
});

test('a state does not care for the order of members, nor for _meta', async () => {
  const { result } = await round(ask, {}, { params: { name: 't', arguments: { a: 1, b: 2 }, _meta: { x: 1 } } });
  const again = { params: { _meta: { y: 2 }, arguments: { b: 2, a: 1 }, name: 't' } };
  const { requestState } = result;
  expect((await round(ask, { requestState, inputResponses: { name: accept('x') } }, again)).result).toEqual({
    value: 'x',
  });
});

test('a binding keeps apart what could run together', () => {
  const params = { name: 't' };
  const all = [
    bindingOf('tools/call', params, undefined),
    bindingOf('tools/call', params, user({})),
    bindingOf('tools/call', params, user({ issuer: 'a' })),
    bindingOf('tools/call', params, user({ clientId: 'a' })),
    bindingOf('tools/call', params, user({ subject: 'a' })),
    bindingOf('tools/call', { name: 'tools/call' }, user({ subject: 'a' })),
  ];
  // Nobody, and somebody of whom nothing is known, are the same.
  expect(new Set(all).size).toBe(all.length - 1);
});

describe('limits', () => {
  test('MR7: a call may ask in ten rounds and no more', async () => {
    const never: Handler = (replay) => askText(replay, 'again?');
    const seen: number[] = [];
    let brought: Json = {};
    for (let count = 0; count < 10; count++) {
      const { result } = await round(never, brought);
      seen.push(Object.keys(result.inputRequests!).length);
      brought = { requestState: result.requestState };
    }
    expect(seen).toEqual(Array.from({ length: 10 }, () => 1));
    await expect(round(never, brought)).rejects.toMatchObject({ code: 'limit_exceeded' });
    // With the answer it still can end.
    const { result } = await round(never, { ...brought, inputResponses: {} }, { settings: { maxRounds: 11 } });
    const [key] = Object.keys(result.inputRequests!);
    const answered = { requestState: result.requestState, inputResponses: { [key!]: accept('yes') } };
    expect((await round(never, answered)).result).toEqual({ value: 'yes' });
  });

  test('MR7: a state that would be too large fails the call with limit_exceeded', async () => {
    const handler: Handler = async (replay) => {
      await replay.once('big', () => 'x'.repeat(3000));
      return askText(replay, 'a');
    };
    await expect(round(handler, {}, { settings: { maxStateBytes: 4000 } })).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('4000') as string,
    });
    const { result } = await round(handler, {}, { settings: { maxStateBytes: 4500 } });
    expect(result.requestState!.length).toBeLessThanOrEqual(4500);
  });

  test('MR7: a handler may do without the answer that it could not ask for', async () => {
    const handler: Handler = (replay) =>
      askText(replay, 'a').catch((error: unknown) => ({ without: (error as { code: string }).code }));
    const { result, cancelled } = await round(handler, {}, { settings: { maxStateBytes: 10 } });
    expect(result).toEqual({ without: 'limit_exceeded' });
    expect(cancelled).toEqual([]);
    const floating: Handler = (replay) => void replay.ask('elicitation/create', form('a'));
    expect((await round(floating, {}, { settings: { maxStateBytes: 10 } })).result).toEqual({ value: undefined });
  });
});

// spec: basic/patterns/mrtr#server-requirements-basic-workflow
describe('a client is not asked what it does not declare', () => {
  const url = { mode: 'url', message: 'm', url: 'https://example.com/' };
  const sample = { messages: [], maxTokens: 1 };
  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.11
  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.12 basic#meta.10 basic#meta.11
  // spec: client/elicitation#capabilities.3 client/sampling#tools-in-sampling.2
  // spec: client/sampling#capabilities.3 client/roots#implementation-guidelines.5
  test.each<[string, Parameters<Parameters<Handler>[0]['ask']>[0], Json, Json, Json | undefined]>([
    ['no elicitation', 'elicitation/create', form('a'), {}, { elicitation: { form: {} } }],
    [
      'elicitation that is no object',
      'elicitation/create',
      form('a'),
      { elicitation: true },
      { elicitation: { form: {} } },
    ],
    ['empty elicitation: forms', 'elicitation/create', form('a'), { elicitation: {} }, undefined],
    ['a form without a mode', 'elicitation/create', { message: 'm' }, { elicitation: {} }, undefined],
    ['forms', 'elicitation/create', form('a'), { elicitation: { form: {} } }, undefined],
    ['URLs only', 'elicitation/create', form('a'), { elicitation: { url: {} } }, { elicitation: { form: {} } }],
    ['empty elicitation, a URL', 'elicitation/create', url, { elicitation: {} }, { elicitation: { url: {} } }],
    ['forms only, a URL', 'elicitation/create', url, { elicitation: { form: {} } }, { elicitation: { url: {} } }],
    ['URLs, a URL', 'elicitation/create', url, { elicitation: { url: {} } }, undefined],
    ['no sampling', 'sampling/createMessage', sample, { elicitation: {} }, { sampling: {} }],
    ['sampling', 'sampling/createMessage', sample, { sampling: {} }, undefined],
    ['no tools', 'sampling/createMessage', { ...sample, tools: [] }, { sampling: {} }, { sampling: { tools: {} } }],
    [
      'no tools, a choice',
      'sampling/createMessage',
      { ...sample, toolChoice: {} },
      { sampling: {} },
      { sampling: { tools: {} } },
    ],
    ['tools', 'sampling/createMessage', { ...sample, tools: [] }, { sampling: { tools: {} } }, undefined],
    [
      'no context',
      'sampling/createMessage',
      { ...sample, includeContext: 'thisServer' },
      { sampling: {} },
      { sampling: { context: {} } },
    ],
    ['no context wanted', 'sampling/createMessage', { ...sample, includeContext: 'none' }, { sampling: {} }, undefined],
    ['no roots', 'roots/list', {}, {}, { roots: {} }],
    ['roots', 'roots/list', {}, { roots: {} }, undefined],
  ])('MR4: %s', async (_what, method, params, capabilities, requiredCapabilities) => {
    const handler: Handler = (replay) => replay.ask(method, params, {});
    const outcome = await round(handler, {}, { capabilities }).then(
      ({ result: { resultType } }) => ({ resultType }),
      ({ code, data }: McpError) => ({ code, data }),
    );
    expect(outcome).toEqual(
      requiredCapabilities === undefined
        ? { resultType: 'input_required' }
        : { code: 'missing_capability', data: { requiredCapabilities } },
    );
  });

  // spec: client/roots#security-considerations.5
  test('and a handler may ask something else instead', async () => {
    const handler: Handler = (replay) =>
      replay.ask('roots/list', undefined, {}).catch(() => askText(replay, 'where?', 'where'));
    const { result } = await round(handler, {}, { capabilities: { elicitation: {} } });
    expect(Object.keys(result.inputRequests!)).toEqual(['where']);
  });

  test('beside a question that it can be asked, the call fails', async () => {
    const handler: Handler = (replay) => Promise.all([askText(replay, 'a'), replay.ask('roots/list', undefined, {})]);
    await expect(round(handler, {}, { capabilities: { elicitation: {} } })).rejects.toMatchObject({
      code: 'missing_capability',
    });
  });
});

describe('questions that must not be asked', () => {
  // spec: client/elicitation#url-mode-elicitation-requests.2
  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'example.com',
    '',
    'https://',
    5,
  ])('a URL %j', async (url) => {
    const asking = round((replay) => replay.ask('elicitation/create', { mode: 'url', message: 'm', url }, {}));
    await expect(asking).rejects.toThrow(/must be https: or http:/);
  });

  // spec: client/elicitation#safe-url-handling
  test('a URL with credentials', async () => {
    const url = 'https://user:pass@example.com/';
    const asking = round((replay) => replay.ask('elicitation/create', { mode: 'url', message: 'm', url }, {}));
    await expect(asking).rejects.toThrow(/no credentials/);
  });

  const use = (...ids: string[]): Json => ({
    role: 'assistant',
    content: ids.map((id) => ({ type: 'tool_use', id, name: 't', input: {} })),
  });
  const gave = (...ids: string[]): Json => ({
    role: 'user',
    content: ids.map((toolUseId) => ({ type: 'tool_result', toolUseId, content: [] })),
  });
  const text = (role: string): Json => ({ role, content: { type: 'text', text: 'x' } });
  const sampling = (messages: unknown): Promise<unknown> =>
    round((replay) => replay.ask('sampling/createMessage', { messages, maxTokens: 1 }, {}));

  // spec: client/sampling#tool-use-and-result-balance.1 client/sampling#tool-result-messages.1
  // spec: client/sampling#security-considerations.6 client/sampling#security-considerations.7
  test.each<[string, unknown]>([
    ['a tool call that nothing follows', [text('user'), use('a')]],
    ['a tool call that something else follows', [use('a'), text('user'), gave('a')]],
    ['one of two tool calls without a result', [use('a', 'b'), gave('a')]],
    ['a result of another call', [use('a'), gave('b')]],
    ['a result of no call', [gave('a')]],
    [
      'a result beside text',
      [use('a'), { role: 'user', content: [...(gave('a')['content'] as Json[]), { type: 'text' }] }],
    ],
    ['a result that the assistant gives', [use('a'), { ...gave('a'), role: 'assistant' }]],
    ['messages that are no list', undefined],
  ])('SA1: sampling with %s', async (_what, messages) => {
    await expect(sampling(messages)).rejects.toThrow(TypeError);
  });

  test.each<[string, unknown[]]>([
    ['text', [text('user')]],
    ['tool calls that are answered in any order', [text('user'), use('a', 'b'), gave('b', 'a'), text('assistant')]],
    ['one result that is no list', [use('a'), { role: 'user', content: { type: 'tool_result', toolUseId: 'a' } }]],
  ])('but not: sampling with %s', async (_what, messages) => {
    expect(await sampling(messages)).toMatchObject({ result: { resultType: 'input_required' } });
  });

  test('a method that is none of the three', async () => {
    const made = inputRequired({ inputRequests: { a: { method: 'tools/list' as 'roots/list' } } });
    await expect(round(() => made)).rejects.toThrow(/tools\/list is no question/);
  });
});

describe('the explicit form', () => {
  const confirm = { method: 'elicitation/create', params: form('sure?') } as const;

  test('is recognised by brand, from another copy of the package too', () => {
    expect(isInputRequired(inputRequired({ requestState: 1 }))).toBe(true);
    for (const value of [undefined, null, 1, [], {}, { requestState: 1 }]) expect(isInputRequired(value)).toBe(false);
    expect(isInputRequired({ [Symbol.for('mcpwire.InputRequired')]: true })).toBe(true);
  });

  // spec: basic/patterns/mrtr#server-requirements-basic-workflow.10
  test.each<[string, InputRequired]>([
    ['neither', {}],
    ['no question', { inputRequests: {} }],
  ])('MR4: with %s is refused where it is made', (_what, made) => {
    expect(() => inputRequired(made)).toThrow(/needs inputRequests or a requestState/);
  });

  test('asks, and gets the answers as they came', async () => {
    const handler: Handler = ({ inputResponses }) =>
      inputResponses === undefined ? inputRequired({ inputRequests: { confirm } }) : { inputResponses };
    const { result, rounds } = await play(handler, () => ({ action: 'accept', content: { anything: 1 } }));
    // No state of the author's, none on the wire: nobody needs a shared secret.
    expect(rounds[0]?.result).toEqual({ resultType: 'input_required', inputRequests: { confirm } });
    expect(result).toEqual({ inputResponses: { confirm: { action: 'accept', content: { anything: 1 } } } });
  });

  test.each([0, '', false, null, 'job 7', { a: [1] }])('keeps the state %j on its way', async (requestState) => {
    const handler: Handler = (replay) =>
      replay.requestState === undefined ? inputRequired({ requestState }) : { came: replay.requestState };
    const { result, rounds } = await play(handler, loudly);
    expect(rounds[0]?.result).toEqual({
      resultType: 'input_required',
      requestState: expect.stringMatching(/^[\w-]+$/) as string,
    });
    expect(result).toEqual({ came: requestState });
  });

  test('is bound by the same rules: capabilities, rounds, size', async () => {
    const asking: Handler = () => inputRequired({ inputRequests: { confirm } });
    await expect(round(asking, {}, { capabilities: {} })).rejects.toMatchObject({ code: 'missing_capability' });
    const big: Handler = () => inputRequired({ requestState: 'x'.repeat(500) });
    await expect(round(big, {}, { settings: { maxStateBytes: 100 } })).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
    const forever: Handler = () => inputRequired({ inputRequests: { confirm }, requestState: 1 });
    await expect(play(forever, loudly)).rejects.toMatchObject({ code: 'limit_exceeded' });
    const polling: Handler = () => inputRequired({ requestState: 1 });
    await expect(play(polling, loudly)).rejects.toMatchObject({ code: 'limit_exceeded' });
  });

  test('goes together with questions and once, whose records travel on', async () => {
    const fn = vi.fn<() => number>(() => 7);
    const handler: Handler = async (replay) => {
      const id = await replay.once('id', fn);
      const name = await askText(replay, 'name?', 'name');
      if (replay.requestState === undefined) return inputRequired({ inputRequests: { confirm }, requestState: { id } });
      const last = await askText(replay, 'last?', 'last');
      return { name, last, came: replay.requestState };
    };
    const { result } = await play(handler, loudly, { capabilities: EVERYTHING });
    expect(result).toEqual({ name: 'NAME?', last: 'LAST?', came: { id: 7 } });
    expect(fn).toHaveBeenCalledTimes(1);
  });
});
