/** Every form of resource that docs/resources.md shows. */
import { defineResource, McpServer } from 'mcpwire/server';

const users = new Map([
  ['7', { name: 'Ada', photo: new Uint8Array([0x89, 0x50, 0x4e, 0x47]) }],
  ['8', { name: 'Grace', photo: new Uint8Array([0x89, 0x50, 0x4e, 0x47]) }],
]);

// #region fixed
const server = new McpServer({ name: 'people', version: '1.0.0' }).resource(
  'docs://readme',
  { name: 'readme', title: 'Read me first', mimeType: 'text/markdown' },
  () => '# People\n\nOne resource for each person.',
);
// #endregion fixed

// #region template
const people = server.resource(
  'people://{id}',
  { name: 'person', description: 'One person.', mimeType: 'application/json' },
  ({ id }) => {
    const user = users.get(id);
    return user && JSON.stringify({ name: user.name });
  },
);
// #endregion template

// #region contents
const photos = people
  .resource('photos://{id}', { name: 'photo', mimeType: 'image/png' }, ({ id }) => users.get(id)?.photo)
  .resource('folders://all', { name: 'all' }, () => [
    { uri: 'folders://all/index.html', mimeType: 'text/html', text: '<h1>All</h1>' },
    { uri: 'folders://all/logo.png', mimeType: 'image/png', blob: new Uint8Array([0x89, 0x50, 0x4e, 0x47]) },
  ]);
// #endregion contents

// #region listed
const listed = photos.resource(
  'cards://{id}{?style}',
  {
    name: 'card',
    list: () => [...users].map(([id, { name }]) => ({ uri: `cards://${id}`, name })),
    complete: { id: () => [...users.keys()], style: ['plain', 'fancy'] },
  },
  ({ id, style = 'plain' }) => users.get(id) && `${style}: ${users.get(id)?.name}`,
);
// #endregion listed

// #region define
const total = defineResource('people://total', { name: 'total' }, () => String(users.size));

export const directory = listed.add(total);
// #endregion define
