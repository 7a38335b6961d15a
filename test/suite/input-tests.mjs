// @ts-check
import { equal, ok } from './assert.mjs';
import { modern } from './wire.mjs';

/**
 * Multi round-trip requests, as the specification has them on the wire.
 *
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
export function addInputTests(test, { fetch, url }) {
  const call = { name: 'order', arguments: { item: 'coat' } };
  const capabilities = { elicitation: {} };
  let id = 0;

  /**
   * One round.
   *
   * @param {object} [round] what the client sends beside the call
   * @param {object} [params]
   */
  async function ask(round = {}, params = call) {
    const response = await fetch(url, modern('tools/call', { ...params, ...round }, { id: ++id, capabilities }));
    return { status: response.status, ...(await response.json()) };
  }

  /** @param {object} content */
  const accept = (content) => ({ action: 'accept', content });

  test('a tool asks twice: the handler runs from its start, and what it did once stays done', async () => {
    const first = await ask();
    equal(
      [first.status, first.result.resultType, first.result.inputRequests.size.params],
      [
        200,
        'input_required',
        {
          mode: 'form',
          message: 'Which size of coat?',
          requestedSchema: { type: 'object', properties: { size: { type: 'string' } }, required: ['size'] },
        },
      ],
    );
    ok(!('ttlMs' in first.result), 'an interim result is not kept');
    const { requestState } = first.result;
    const second = await ask({ requestState, inputResponses: { size: accept({ size: 'L' }) } });
    equal([second.result.resultType, Object.keys(second.result.inputRequests)], ['input_required', ['sure']]);
    const answer = { requestState: second.result.requestState, inputResponses: { sure: accept({ sure: true }) } };
    const [third, again] = [await ask(answer), await ask(answer)];
    equal([third.id, third.result.resultType], [third.id, 'complete']);
    const text = third.result.content[0].text;
    ok(/^[\da-f-]{36}: coat L true$/.test(text), text);
    // The number was made in the first round, and came along.
    equal(again.result.content[0].text, text);
  });

  test('a person may decline', async () => {
    const { result } = await ask();
    const declined = await ask({ ...keep(result), inputResponses: { size: { action: 'decline' } } });
    ok(declined.result.content[0].text.endsWith(': decline'), declined.result.content[0].text);
  });

  test('an answer that does not fit, or is missing, is asked for again', async () => {
    const { result } = await ask();
    for (const inputResponses of [{ size: accept({ size: 7 }) }, { other: accept({}) }, {}]) {
      const again = await ask({ ...keep(result), inputResponses });
      equal(Object.keys(again.result.inputRequests), ['size']);
    }
  });

  test('a state that was changed, or belongs to another call, is -32602', async () => {
    const { result } = await ask();
    const inputResponses = { size: accept({ size: 'L' }) };
    const { requestState } = result;
    const middle = requestState.length >> 1;
    const flipped = requestState[middle] === 'A' ? 'B' : 'A';
    const changed = requestState.slice(0, middle) + flipped + requestState.slice(middle + 1);
    const refused = await Promise.all([
      ask({ requestState: changed, inputResponses }),
      ask({ requestState: 7, inputResponses }),
      ask({ requestState, inputResponses }, { ...call, arguments: { item: 'hat' } }),
    ]);
    equal(
      refused.map(({ status, error }) => [status, error.code]),
      refused.map(() => [200, -32602]),
    );
  });

  test('a client that cannot ask its user is answered with -32021', async () => {
    const response = await fetch(url, modern('tools/call', call));
    const { error } = await response.json();
    equal(
      [response.status, error.code, error.data],
      [400, -32021, { requiredCapabilities: { elicitation: { form: {} } } }],
    );
  });

  /** @param {{ requestState: string }} result */
  function keep({ requestState }) {
    return { requestState };
  }
}
