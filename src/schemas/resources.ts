/** Resources: how they are listed and read. */
import * as z from 'zod/mini';
import type {
  ListResourcesRequestParams,
  ListResourcesResult,
  ListResourceTemplatesRequestParams,
  ListResourceTemplatesResult,
  ReadResourceRequestParams,
  ReadResourceResult,
  ResourceTemplate,
} from '../spec/types.js';
import { AnnotationsSchema, IconSchema, MetaObjectSchema } from './base.js';
import { cacheable, page, PaginatedRequestParamsSchema, requestParams } from './common.js';
import { BlobResourceContentsSchema, ResourceSchema, TextResourceContentsSchema } from './content.js';
import { exact, type WireSchema } from './exact.js';
import { InputResponsesSchema } from './input.js';

/** A family of resources whose URIs follow a template. */
export const ResourceTemplateSchema: WireSchema<ResourceTemplate> = exact(
  z.looseObject({
    uriTemplate: z.string(),
    name: z.string(),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    mimeType: z.exactOptional(z.string()),
    annotations: z.exactOptional(AnnotationsSchema),
    icons: z.exactOptional(z.array(IconSchema)),
    _meta: z.exactOptional(MetaObjectSchema),
  }),
);

/** The params of `resources/list`. */
export const ListResourcesRequestParamsSchema: WireSchema<ListResourcesRequestParams> = PaginatedRequestParamsSchema;

/** The result of `resources/list`. */
export const ListResourcesResultSchema: WireSchema<ListResourcesResult> = exact(
  page({ resources: z.array(ResourceSchema) }),
);

/** The params of `resources/templates/list`. */
export const ListResourceTemplatesRequestParamsSchema: WireSchema<ListResourceTemplatesRequestParams> =
  PaginatedRequestParamsSchema;

/** The result of `resources/templates/list`. */
export const ListResourceTemplatesResultSchema: WireSchema<ListResourceTemplatesResult> = exact(
  page({ resourceTemplates: z.array(ResourceTemplateSchema) }),
);

/** The params of `resources/read`. */
export const ReadResourceRequestParamsSchema: WireSchema<ReadResourceRequestParams> = exact(
  requestParams({
    uri: z.string(),
    inputResponses: z.exactOptional(InputResponsesSchema),
    requestState: z.exactOptional(z.string()),
  }),
);

/** The result of `resources/read`. */
export const ReadResourceResultSchema: WireSchema<ReadResourceResult> = exact(
  cacheable({ contents: z.array(z.union([TextResourceContentsSchema, BlobResourceContentsSchema])) }),
);
