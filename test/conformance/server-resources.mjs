// @ts-check
// What can be read.
import { PNG } from './media.mjs';

/** @param {import('mcpwire/server').McpServer} server */
export function addResources(server) {
  server
    .resource(
      'test://static-text',
      { name: 'Static text', description: 'A text that never changes.', mimeType: 'text/plain' },
      () => 'This is the content of the static text resource.',
    )
    .resource(
      'test://static-binary',
      { name: 'Static image', description: 'An image that never changes.', mimeType: 'image/png' },
      () => Uint8Array.from(atob(PNG), (character) => character.charCodeAt(0)),
    )
    .resource(
      'test://watched-resource',
      { name: 'Watched', description: 'A text to subscribe to.', mimeType: 'text/plain' },
      () => 'Watched content.',
    )
    .resource(
      'test://template/{id}/data',
      { name: 'Data by id', description: 'One document for each id.', mimeType: 'application/json' },
      ({ id }) => JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
    );
}
