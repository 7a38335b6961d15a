/** Resources: how they are listed and read. */
import type {
  Annotations,
  CacheableResult,
  Icon,
  MetaObject,
  PaginatedRequestParams,
  PaginatedResult,
} from './base.js';
import type { BlobResourceContents, TextResourceContents } from './content.js';
import type { InputResponseRequestParams } from './input.js';

/** Something that `resources/read` can read. */
export interface Resource {
  /** Names the resource, and is what one reads it by. */
  readonly uri: string;
  /** The name by which programs know it. */
  readonly name: string;
  /** What a person reads; `name` when absent. */
  readonly title?: string;
  /** What it holds, for people and models. */
  readonly description?: string;
  /** The media type, if known. */
  readonly mimeType?: string;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Icons that a host may show. */
  readonly icons?: readonly Icon[];
  /** Bytes before base64. */
  readonly size?: number;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A family of resources whose URIs follow a template. */
export interface ResourceTemplate {
  /** An RFC 6570 template. */
  readonly uriTemplate: string;
  /** The name by which programs know it. */
  readonly name: string;
  /** What a person reads; `name` when absent. */
  readonly title?: string;
  /** What the resources hold, for people and models. */
  readonly description?: string;
  /** The media type, where all of them have the same. */
  readonly mimeType?: string;
  /** Whom they are for and how much they matter. */
  readonly annotations?: Annotations;
  /** Icons that a host may show. */
  readonly icons?: readonly Icon[];
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** The params of `resources/list`. */
export type ListResourcesRequestParams = PaginatedRequestParams;

/** The result of `resources/list`. */
export interface ListResourcesResult extends PaginatedResult, CacheableResult {
  /** One page of resources. */
  readonly resources: readonly Resource[];
}

/** The params of `resources/templates/list`. */
export type ListResourceTemplatesRequestParams = PaginatedRequestParams;

/** The result of `resources/templates/list`. */
export interface ListResourceTemplatesResult extends PaginatedResult, CacheableResult {
  /** One page of templates. */
  readonly resourceTemplates: readonly ResourceTemplate[];
}

/** The params of `resources/read`. */
export interface ReadResourceRequestParams extends InputResponseRequestParams {
  /** Which resource. */
  readonly uri: string;
}

/** The result of `resources/read`. */
export interface ReadResourceResult extends CacheableResult {
  /** What the resource holds; more than one item where it has parts. */
  readonly contents: readonly (TextResourceContents | BlobResourceContents)[];
}
