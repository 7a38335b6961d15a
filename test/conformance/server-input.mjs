// @ts-check
// Tools that ask their caller: `await ctx.elicit(…)` and its siblings. Keys are those that the suite answers by.
import { inputRequired } from 'mcpwire/server';
import * as z from 'zod';

const person = z.object({ name: z.string() });
const consent = z.object({ ok: z.boolean() });

/** @type {import('mcpwire/server').CreateMessageRequestParams} */
const capital = {
  messages: [{ role: 'user', content: { type: 'text', text: 'What is the capital of France?' } }],
  maxTokens: 100,
};

/** @param {import('mcpwire/server').McpServer} server */
export function addInputTools(server) {
  server
    .tool(
      'test_missing_capability',
      { description: 'Needs a caller with a model.', requires: { sampling: {} } },
      async (_args, ctx) => said(await ctx.sample(capital)),
    )
    .tool(
      'test_sampling',
      { description: 'Passes a prompt to the model of the caller.', inputSchema: z.object({ prompt: z.string() }) },
      async ({ prompt }, ctx) =>
        said(
          await ctx.sample({ messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 }),
        ),
    )
    .tool('test_streaming_elicitation', { description: 'Asks a question.' }, async (_args, ctx) => {
      const { action } = await ctx.elicit('Shall this go on?', consent);
      return action;
    })
    .tool('test_input_required_result_elicitation', { description: 'Asks for a name.' }, async (_args, ctx) => {
      const answer = await ctx.elicit('What is your name?', person, { key: 'user_name' });
      return answer.action === 'accept' ? `Hello, ${answer.content.name}!` : 'Hello, whoever you are!';
    })
    .tool('test_input_required_result_sampling', { description: 'Asks a model.' }, async (_args, ctx) =>
      said(await ctx.sample(capital, { key: 'capital_question' })),
    )
    .tool('test_input_required_result_list_roots', { description: 'Asks for roots.' }, async (_args, ctx) => {
      const roots = await ctx.roots({ key: 'client_roots' });
      return `Roots: ${roots.map(({ uri }) => uri).join(', ')}`;
    })
    // The explicit form: no replay, the author keeps the state.
    .tool('test_input_required_result_request_state', { description: 'Hands out a state.' }, (_args, ctx) => {
      if (ctx.requestState !== undefined) return `state-ok: ${JSON.stringify(ctx.inputResponses)}`;
      return inputRequired({
        inputRequests: {
          confirm: {
            method: 'elicitation/create',
            params: {
              mode: 'form',
              message: 'Please confirm',
              requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
            },
          },
        },
        requestState: { asked: 'confirm' },
      });
    })
    .tool('test_input_required_result_multiple_inputs', { description: 'Asks everything.' }, async (_args, ctx) => {
      const [answer, message, roots] = await Promise.all([
        ctx.elicit('What is your name?', person, { key: 'user_name' }),
        ctx.sample(capital, { key: 'greeting' }),
        ctx.roots({ key: 'client_roots' }),
      ]);
      return `${answer.action}; ${said(message)}; ${roots.length} roots`;
    })
    .tool('test_input_required_result_multi_round', { description: 'Asks twice.' }, async (_args, ctx) => {
      const first = await ctx.elicit('Step 1: What is your name?', person, { key: 'step1' });
      const second = await ctx.elicit('Step 2: What is your favourite colour?', z.object({ color: z.string() }), {
        key: 'step2',
      });
      return `${JSON.stringify(first)} ${JSON.stringify(second)}`;
    })
    .tool('test_input_required_result_tampered_state', { description: 'Checks its state.' }, async (_args, ctx) => {
      const { action } = await ctx.elicit('Please confirm', consent, { key: 'confirm' });
      return action;
    })
    .tool('test_input_required_result_capabilities', { description: 'Asks what can be asked.' }, async (_args, ctx) => {
      const { elicitation, sampling } = ctx.client.capabilities;
      if (elicitation !== undefined) return (await ctx.elicit('Please confirm', consent)).action;
      if (sampling !== undefined) return said(await ctx.sample(capital));
      return 'There is nobody to ask.';
    });
}

/** @param {import('mcpwire/server').CreateMessageResult} message */
function said({ content }) {
  return `LLM response: ${JSON.stringify(content)}`;
}
