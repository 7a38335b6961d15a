/**
 * JSON Schemas that are written as JSON, as schemas of tools, and for checking what a server returns. Without `eval`.
 *
 * @module mcpwire/json-schema
 */
export { fromJsonSchema } from './from-json-schema.js';
export type {
  JsonSchemaValidator,
  SchemaIssue,
  SchemaResult,
  StandardJsonSchema,
  StandardSchema,
} from '../schema/standard.js';
export type { JsonObject } from '../json-rpc.js';
