// @ts-check
// Tools that show forms.
import { inputRequired } from 'mcpwire/server';
import * as z from 'zod';

const account = z.object({
  username: z.string().describe('Who you are'),
  email: z.email().describe('Where to write to'),
});

const profile = z.object({
  name: z.string().default('John Doe'),
  age: z.int().default(30),
  score: z.number().default(95.5),
  status: z.enum(['active', 'inactive', 'pending']).default('active'),
  verified: z.boolean().default(true),
});

const colours = ['red', 'green', 'blue'];
const titled = colours.map((colour) => ({ const: colour, title: `The colour ${colour}` }));

// Every way to offer a choice. `enumNames` has been superseded, so that only the explicit form below can write it.
const choices = {
  method: /** @type {const} */ ('elicitation/create'),
  params: {
    mode: 'form',
    message: 'Which ones?',
    requestedSchema: {
      type: 'object',
      properties: {
        untitledSingle: { type: 'string', enum: colours },
        titledSingle: { type: 'string', oneOf: titled },
        legacyEnum: { type: 'string', enum: colours, enumNames: titled.map(({ title }) => title) },
        untitledMulti: { type: 'array', items: { type: 'string', enum: colours } },
        titledMulti: { type: 'array', items: { anyOf: titled } },
      },
    },
  },
};

/** @param {import('mcpwire/server').McpServer} server */
export function addFormTools(server) {
  server
    .tool(
      'test_elicitation',
      { description: 'Asks for an account.', inputSchema: z.object({ message: z.string() }) },
      async ({ message }, ctx) => `User response: ${JSON.stringify(await ctx.elicit(message, account))}`,
    )
    .tool('test_elicitation_sep1034_defaults', { description: 'Asks for what it can guess.' }, async (_args, ctx) =>
      completed(await ctx.elicit('Is this right?', profile)),
    )
    .tool('test_elicitation_sep1330_enums', { description: 'Asks for choices.' }, (_args, ctx) => {
      const answer = ctx.inputResponses?.['choices'];
      return answer === undefined ? inputRequired({ inputRequests: { choices } }) : completed(answer);
    });
}

/** @param {unknown} answer */
function completed(answer) {
  const { action, content = {} } = /** @type {{ action: string, content?: object }} */ (answer);
  return `Elicitation completed: action=${action}, content=${JSON.stringify(content)}`;
}
