/** What tools, prompts and resources hold: text, pictures, sounds, and resources or pointers to them. */
import type { Annotations, MetaObject } from './base.js';
import type { Resource } from './resources.js';

/** A piece of text. */
export interface TextContent {
  /** Tells the kinds of content apart. */
  readonly type: 'text';
  /** The text itself. */
  readonly text: string;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A picture, base64. */
export interface ImageContent {
  /** Tells the kinds of content apart. */
  readonly type: 'image';
  /** The bytes, base64. */
  readonly data: string;
  /** The media type, such as `image/png`. */
  readonly mimeType: string;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A sound, base64. */
export interface AudioContent {
  /** Tells the kinds of content apart. */
  readonly type: 'audio';
  /** The bytes, base64. */
  readonly data: string;
  /** The media type, such as `audio/wav`. */
  readonly mimeType: string;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A pointer to a resource. */
export interface ResourceLink extends Resource {
  /** Tells the kinds of content apart. */
  readonly type: 'resource_link';
}

/** What a resource holds, as text. */
export interface TextResourceContents {
  /** The resource that holds it. */
  readonly uri: string;
  /** The media type, if known. */
  readonly mimeType?: string;
  /** The text itself. */
  readonly text: string;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** What a resource holds, as base64. */
export interface BlobResourceContents {
  /** The resource that holds it. */
  readonly uri: string;
  /** The media type, if known. */
  readonly mimeType?: string;
  /** The bytes, base64. */
  readonly blob: string;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** A resource's contents, inside a result. */
export interface EmbeddedResource {
  /** Tells the kinds of content apart. */
  readonly type: 'resource';
  /** What the resource holds. */
  readonly resource: TextResourceContents | BlobResourceContents;
  /** Whom it is for and how much it matters. */
  readonly annotations?: Annotations;
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** One block of a tool's or prompt's content. */
export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource;
