/**
 * The client.
 *
 * @module client
 */
export * from './client-modern.js';
