// @ts-check
import { equal, ok, rejects } from './assert.mjs';
import { modern } from './wire.mjs';

/**
 * Resources, prompts and completion.
 *
 * @param {import('./targets.mjs').Test} test
 * @param {import('./targets.mjs').Target} target
 */
export function addCatalogTests(test, { connect, fetch, url }) {
  test('resources are listed, those of a template after the fixed ones, all pages', async () => {
    const client = await connect();
    const [resources, templates] = await Promise.all([client.listResources(), client.listResourceTemplates()]);
    equal(
      resources.map(({ uri }) => uri),
      ['suite://readme', 'suite://pixel', 'suite://users/1', 'suite://users/2'],
    );
    equal(resources[0], { uri: 'suite://readme', name: 'readme', mimeType: 'text/markdown', size: 7 });
    equal(
      templates.map(({ uriTemplate }) => uriTemplate),
      ['suite://users/{id}{/rest*}'],
    );
    await client.close();
  });

  test('a resource is text, or bytes in base64', async () => {
    const client = await connect();
    equal((await client.readResource('suite://readme')).contents, [
      { uri: 'suite://readme', mimeType: 'text/markdown', text: '# Suite' },
    ]);
    equal((await client.readResource('suite://pixel')).contents, [
      { uri: 'suite://pixel', mimeType: 'image/png', blob: 'AAH+/w==' },
    ]);
    await client.close();
  });

  test('a template gets the variables of the URI, decoded', async () => {
    const client = await connect();
    const uri = 'suite://users/m%C3%BCller/a%20b/c';
    const [contents] = (await client.readResource(uri)).contents;
    equal(contents, { uri, mimeType: 'text/plain', text: '["müller","a b","c"]' });
    await client.close();
  });

  test('a resource that is not there is -32602 with its URI, and hints come with each that is', async () => {
    for (const uri of ['suite://users/nobody', 'suite://none', 'suite://users/../readme']) {
      const response = await fetch(url, modern('resources/read', { uri }));
      const { error } = await response.json();
      equal([response.status, error.code, error.data], [200, -32602, { uri }]);
    }
    const response = await fetch(url, modern('resources/read', { uri: 'suite://readme' }));
    const { result } = await response.json();
    equal([result.resultType, result.ttlMs, result.cacheScope], ['complete', 0, 'private']);
  });

  test('a prompt has typed arguments and messages of every role', async () => {
    const client = await connect();
    const [prompt] = await client.listPrompts();
    equal([prompt?.name, prompt?.arguments], ['grüße', [{ name: 'name', required: true }]]);
    equal((await client.getPrompt('grüße', { name: 'Welt' })).messages, [
      { role: 'user', content: { type: 'text', text: 'Grüße Welt!' } },
      { role: 'assistant', content: { type: 'image', data: '/w==', mimeType: 'image/png' } },
    ]);
    // @ts-expect-error The types know it, too.
    const error = await rejects(client.getPrompt('grüße', {}), { code: 'invalid_params', rpcCode: -32602 });
    ok(error.message.includes('name: must be a string'), error.message);
    await client.close();
  });

  test('arguments and variables are completed, 100 values at most', async () => {
    const client = await connect();
    const complete = async (/** @type {object} */ ref, /** @type {object} */ argument) =>
      (await client.request('completion/complete', { ref, argument }))['completion'];
    equal(await complete({ type: 'ref/prompt', name: 'grüße' }, { name: 'name', value: 'an' }), {
      values: ['Anna', 'anton'],
      total: 2,
      hasMore: false,
    });
    const uri = 'suite://users/{id}{/rest*}';
    equal(await complete({ type: 'ref/resource', uri }, { name: 'id', value: 'u' }), {
      values: Array.from({ length: 100 }, (_, n) => `u${n}`),
      total: 150,
      hasMore: true,
    });
    await rejects(complete({ type: 'ref/prompt', name: 'none' }, { name: 'a', value: '' }), { rpcCode: -32602 });
    await client.close();
  });

  test('a cursor that was never handed out is -32602', async () => {
    for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
      for (const cursor of ['', 'x', 7]) {
        const response = await fetch(url, modern(method, { cursor }));
        equal([response.status, (await response.json()).error.code], [200, -32602], method);
      }
    }
  });
}
