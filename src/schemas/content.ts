/** What tools, prompts and resources hold. */
import * as z from 'zod/mini';
import type {
  AudioContent,
  BlobResourceContents,
  ContentBlock,
  EmbeddedResource,
  ImageContent,
  Resource,
  ResourceLink,
  TextContent,
  TextResourceContents,
} from '../spec/types.js';
import { AnnotationsSchema, IconSchema, MetaObjectSchema } from './base.js';
import { exact, oneOf, type WireSchema } from './exact.js';

/** A piece of text. */
export const TextContentSchema: WireSchema<TextContent> = exact(
  z.looseObject({
    type: z.literal('text'),
    text: z.string(),
    annotations: z.exactOptional(AnnotationsSchema),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** A picture, base64. */
export const ImageContentSchema: WireSchema<ImageContent> = exact(
  z.looseObject({
    type: z.literal('image'),
    data: z.string(),
    mimeType: z.string(),
    annotations: z.exactOptional(AnnotationsSchema),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** A sound, base64. */
export const AudioContentSchema: WireSchema<AudioContent> = exact(
  z.looseObject({
    type: z.literal('audio'),
    data: z.string(),
    mimeType: z.string(),
    annotations: z.exactOptional(AnnotationsSchema),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** Something that `resources/read` can read. */
export const ResourceSchema: WireSchema<Resource> = exact(
  z.looseObject({
    uri: z.string(),
    name: z.string(),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    mimeType: z.exactOptional(z.string()),
    annotations: z.exactOptional(AnnotationsSchema),
    icons: z.exactOptional(z.array(IconSchema)),
    size: z.exactOptional(z.int()),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** A pointer to a resource. */
export const ResourceLinkSchema: WireSchema<ResourceLink> = exact(
  z.looseObject({
    type: z.literal('resource_link'),
    uri: z.string(),
    name: z.string(),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    mimeType: z.exactOptional(z.string()),
    annotations: z.exactOptional(AnnotationsSchema),
    icons: z.exactOptional(z.array(IconSchema)),
    size: z.exactOptional(z.int()),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** What a resource holds, as text. */
export const TextResourceContentsSchema: WireSchema<TextResourceContents> = exact(
  z.looseObject({
    uri: z.string(),
    mimeType: z.exactOptional(z.string()),
    text: z.string(),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** What a resource holds, as base64. */
export const BlobResourceContentsSchema: WireSchema<BlobResourceContents> = exact(
  z.looseObject({
    uri: z.string(),
    mimeType: z.exactOptional(z.string()),
    blob: z.string(),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** A resource's contents, inside a result. */
export const EmbeddedResourceSchema: WireSchema<EmbeddedResource> = exact(
  z.looseObject({
    type: z.literal('resource'),
    resource: z.union([TextResourceContentsSchema, BlobResourceContentsSchema]),
    annotations: z.exactOptional(AnnotationsSchema),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** One block of a tool's or prompt's content. */
export const ContentBlockSchema: WireSchema<ContentBlock> = exact(
  oneOf('type', [
    TextContentSchema,
    ImageContentSchema,
    AudioContentSchema,
    ResourceLinkSchema,
    EmbeddedResourceSchema,
  ]),
);
