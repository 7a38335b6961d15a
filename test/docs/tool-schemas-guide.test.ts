/** What docs/tool-schemas.md shows. */
import { afterAll, expect, test } from 'vitest';
import { McpClient } from 'mcpwire/client';
import { fromJsonSchema } from 'mcpwire/json-schema';
import { serve, type RunningServer } from 'mcpwire/node';
import { McpServer } from 'mcpwire/server';
import { checked, database, regional, thermometer, values } from '../../examples/docs/tool-schemas.ts';
import { headersOf, rpc } from '../helpers/wire.ts';

const running: RunningServer[] = [];
afterAll(() => Promise.all(running.map((one) => one.close())));

async function at(server: McpServer<unknown>): Promise<string> {
  const one = await serve(server);
  running.push(one);
  return one.url;
}

test('schemas of each library', async () => {
  const client = await McpClient.connect<typeof thermometer>(await at(thermometer));
  for (const name of ['with_zod', 'with_arktype', 'with_valibot'] as const) {
    expect(await client.callTool(name, { city: 'Bern' })).toMatchObject({ content: [{ text: 'Bern' }] });
    expect(await client.callTool(name, { city: '' })).toMatchObject({ isError: true });
  }
  await client.close();
});

test('a JSON Schema as it is', async () => {
  const client = await McpClient.connect<typeof database>(await at(database));
  expect(await client.callTool('select', { table: 'users' })).toMatchObject({ structuredContent: ['users: 10 rows'] });
  expect(await client.callTool('select', { table: 'a; drop', limit: 0 })).toMatchObject({
    isError: true,
    content: [
      { text: 'Invalid arguments for tool "select":\n- table: must match ^[a-z_]+$\n- limit: 0 is less than 1' },
    ],
  });
  await client.close();
});

test('the message for a malformed schema', () => {
  expect(() => fromJsonSchema({ properties: { a: { minLength: '1' } } })).toThrow(
    'fromJsonSchema: #/properties/a/minLength must be an integer from 0 on, not "1"',
  );
});

test('a structured value can be any JSON', async () => {
  const client = await McpClient.connect<typeof values>(await at(values));
  expect((await client.callTool('names')).structuredContent).toEqual(['Bern', 'Oslo']);
  expect((await client.callTool('count')).structuredContent).toBe(2);
  expect((await client.callTool('find')).structuredContent).toBeNull();
  await client.close();
});

test('an argument is repeated in a header, and compared', async () => {
  const url = await at(regional);
  const client = await McpClient.connect<typeof regional>(url);
  await client.listTools();
  const args = { region: 'us-west1', sql: 'select 1' };
  expect(await client.callTool('query', args)).toMatchObject({ content: [{ text: 'asked in us-west1' }] });
  await client.close();
  const message = rpc('tools/call', { name: 'query', arguments: args });
  const send = async (headers: Record<string, string>) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headersOf(message), ...headers },
      body: JSON.stringify(message),
    });
    return [response.status, ((await response.json()) as { error?: { code: number } }).error?.code];
  };
  expect(await send({ 'mcp-param-region': 'us-west1' })).toEqual([200, undefined]);
  expect(await send({ 'mcp-param-region': 'eu' })).toEqual([400, -32020]);
  expect(await send({})).toEqual([400, -32020]);
});

test('a client checks what a server returns', async () => {
  const outputSchema = fromJsonSchema<{ degrees: number }>({ type: 'object', required: ['degrees'] });
  const honest = new McpServer({ name: 'w', version: '1' }).tool('forecast', { outputSchema }, () => ({ degrees: 21 }));
  expect(await checked(await at(honest))).toEqual({ degrees: 21 });
  const listed = { ...outputSchema['~standard'], validate: (value: unknown) => ({ value }) };
  const other = new McpServer({ name: 'w', version: '1' }).tool(
    'forecast',
    { outputSchema: { '~standard': listed } },
    () => ({ warm: true }) as unknown as { degrees: number },
  );
  expect(await checked(await at(other))).toBe('the server broke its promise');
});
