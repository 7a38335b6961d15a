/** A server that a host can do a good deal with. */
import * as z from 'zod';
import { McpServer } from 'mcpwire/server';

const books = new Map([
  ['1', 'Death on the Nile'],
  ['2', 'Middlemarch'],
]);

export const library = new McpServer({ name: 'library', version: '1.0.0' })
  .resource('library://hours', { name: 'hours' }, () => '9 to 5')
  .resource('book://{id}', { name: 'book' }, ({ id }) => books.get(id) ?? 'unknown')
  .prompt(
    'summarise',
    {
      argsSchema: z.object({ genre: z.string() }),
      complete: { genre: (value: string) => ['crime', 'novel'].filter((genre) => genre.startsWith(value)) },
    },
    ({ genre }) => `Summarise a ${genre}.`,
  )
  .tool('borrow', {}, async (_args, ctx) => {
    const card = await ctx.elicit('Your card?', z.object({ number: z.string(), branch: z.string().default('Main') }));
    return card.action === 'accept' ? `borrowed with ${card.content.number} at ${card.content.branch}` : 'not borrowed';
  })
  .tool('pay', {}, async (_args, ctx) => (await ctx.elicitUrl('Pay', 'https://pay.example/fine')).action)
  .tool('count', { outputSchema: z.object({ books: z.number() }) }, () => ({ books: books.size }));

/** A book is given another title. */
export function rename(id: string, title: string): void {
  books.set(id, title);
  library.notify.resourceUpdated(`book://${id}`);
}
