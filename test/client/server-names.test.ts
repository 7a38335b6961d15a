import { McpClient } from 'mcpwire/client';
import { expect, it } from 'vitest';
import { json, listen, result } from './support.js';

const names: unknown[] = [
  { name: 'one', version: '1.0.0' },
  { name: 'mcpwire', version: '99.0.0' },
  { name: '', version: '' },
  'a string',
  null,
  undefined,
];

// spec: server/discover#discoverresult.2 server/discover#discoverresult.3
it('what a server says of itself changes nothing about what a client sends', async () => {
  const sent = new Set<string>();
  for (const info of names) {
    const { url, received } = await listen(({ message }, response) =>
      json(
        response,
        result(message.id, {
          supportedVersions: ['2026-07-28'],
          capabilities: { tools: {} },
          content: [],
          tools: [],
          _meta: { 'io.modelcontextprotocol/serverInfo': info },
        }),
      ),
    );
    const client = await McpClient.connect(url);
    await client.listTools();
    await client.callTool('t', { a: 1 });
    const { host: _host, ...headers } = received.at(-1)?.headers ?? {};
    sent.add(JSON.stringify([received.map(({ body }) => body), headers]));
    await client.close();
  }
  expect(sent.size).toBe(1);
});
