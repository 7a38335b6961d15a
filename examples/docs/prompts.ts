/** Every form of prompt that docs/prompts.md shows. */
import * as z from 'zod';
import { definePrompt, McpServer, resource, text } from 'mcpwire/server';

// #region prompt
const server = new McpServer({ name: 'reviews', version: '1.0.0' }).prompt(
  'review',
  {
    title: 'Review code',
    description: 'Asks for a review.',
    argsSchema: z.object({
      code: z.string().describe('What to review'),
      language: z.string().default('TypeScript'),
    }),
  },
  ({ code, language }) => `Please review this ${language} code:\n${code}`,
);
// #endregion prompt

// #region messages
const interviews = server.prompt('interview', { argsSchema: z.object({ topic: z.string() }) }, ({ topic }) => [
  { role: 'user', content: text(`Interview me about ${topic}. Ask one question at a time.`) },
  { role: 'user', content: resource({ uri: 'docs://style', mimeType: 'text/markdown', text: 'Be *brief*.' }) },
  { role: 'assistant', content: text('Gladly. What brought you to it?') },
]);
// #endregion messages

const FRAMEWORKS: Readonly<Record<string, readonly string[]>> = {
  python: ['django', 'fastapi', 'flask'],
  typescript: ['express', 'fastify', 'hono'],
};

// #region complete
const starters = interviews.prompt(
  'start_project',
  {
    argsSchema: z.object({ language: z.string(), framework: z.string() }),
    complete: {
      language: Object.keys(FRAMEWORKS),
      framework: (value, ctx) => {
        const known = FRAMEWORKS[ctx.arguments['language'] ?? ''] ?? [];
        return known.filter((name) => name.includes(value));
      },
    },
  },
  ({ language, framework }) => `Start a ${language} project with ${framework}.`,
);
// #endregion complete

// #region define
const thanks = definePrompt('thanks', { argsSchema: z.object({ to: z.string() }) }, ({ to }) => `Thank ${to} for me.`);

export const reviews = starters.add(thanks);
// #endregion define
