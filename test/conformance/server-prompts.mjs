// @ts-check
// Prompts, and the completion of their arguments.
import { image, resource } from 'mcpwire/server';
import * as z from 'zod';
import { PNG } from './media.mjs';

/** @param {import('mcpwire/server').McpServer} server */
export function addPrompts(server) {
  server
    .prompt('test_simple_prompt', { description: 'Says one thing.' }, () => 'This is a simple prompt for testing.')
    .prompt(
      'test_prompt_with_arguments',
      {
        description: 'Repeats its arguments.',
        argsSchema: z.object({ arg1: z.string(), arg2: z.string() }),
        complete: { arg1: (value) => ['test-one', 'test-two', 'other'].filter((known) => known.startsWith(value)) },
      },
      ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
    )
    .prompt(
      'test_prompt_with_embedded_resource',
      { description: 'Embeds a resource.', argsSchema: z.object({ resourceUri: z.string() }) },
      ({ resourceUri }) => [
        user(resource({ uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' })),
        user({ type: 'text', text: 'Please process the embedded resource above.' }),
      ],
    )
    .prompt('test_prompt_with_image', { description: 'Shows an image.' }, () => [
      user(image(PNG, 'image/png')),
      user({ type: 'text', text: 'Please analyze the image above.' }),
    ])
    .prompt('test_input_required_result_prompt', { description: 'Asks for context.' }, async (_args, ctx) => {
      const answer = await ctx.elicit('What is the context?', z.object({ context: z.string() }), {
        key: 'user_context',
      });
      return `Context: ${answer.action === 'accept' ? answer.content.context : 'none'}`;
    });
}

/**
 * @param {import('mcpwire/server').ContentBlock} content
 * @returns {import('mcpwire/server').PromptMessage}
 */
function user(content) {
  return { role: 'user', content };
}
