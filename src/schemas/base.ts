/** Metadata, identity, capabilities, and the members that all params or results share. */
import * as z from 'zod/mini';
import type {
  Annotations,
  ClientCapabilities,
  Cursor,
  Icon,
  Implementation,
  LoggingLevel,
  MetaObject,
  NotificationMetaObject,
  ProgressToken,
  RequestMetaObject,
  ResultMetaObject,
  ResultType,
  Role,
  ServerCapabilities,
} from '../spec/types.js';
import type { RequestId } from '../spec/envelope.js';
import { exact, jsonObject, share, type WireSchema } from './exact.js';

const settings = z.record(z.string(), jsonObject);

/** Free-form metadata. */
export const MetaObjectSchema: WireSchema<MetaObject> = jsonObject;

/** A request's id: a string or a safe integer. */
export const RequestIdSchema: WireSchema<RequestId> = exact(z.union([z.string(), z.int()]));

/** What ties progress to its request. */
export const ProgressTokenSchema: WireSchema<ProgressToken> = exact(z.union([z.string(), z.int()]));

/** Where a page starts. */
export const CursorSchema: WireSchema<Cursor> = exact(z.string());

/** Who speaks, or who is spoken to. */
export const RoleSchema: WireSchema<Role> = exact(z.enum(['user', 'assistant']));

/** A severity. */
export const LoggingLevelSchema: WireSchema<LoggingLevel> = exact(
  z.enum(['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']),
);

/** An image that a host may show. */
export const IconSchema: WireSchema<Icon> = exact(
  z.looseObject({
    src: z.string(),
    mimeType: z.exactOptional(z.string()),
    sizes: z.exactOptional(z.array(z.string())),
    theme: z.exactOptional(z.enum(['light', 'dark'])),
  }),
);

/** Who is speaking. */
export const ImplementationSchema: WireSchema<Implementation> = exact(
  z.looseObject({
    name: z.string(),
    version: z.string(),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    websiteUrl: z.exactOptional(z.string()),
    icons: z.exactOptional(z.array(IconSchema)),
  }),
);

/** Whom content is meant for and how much it matters. */
export const AnnotationsSchema: WireSchema<Annotations> = exact(
  z.looseObject({
    audience: z.exactOptional(z.array(RoleSchema)),
    priority: z.exactOptional(share),
    lastModified: z.exactOptional(z.string()),
  }),
);

/** What a client can do. */
export const ClientCapabilitiesSchema: WireSchema<ClientCapabilities> = exact(
  z.looseObject({
    experimental: z.exactOptional(settings),
    roots: z.exactOptional(jsonObject),
    sampling: z.exactOptional(
      z.looseObject({ context: z.exactOptional(jsonObject), tools: z.exactOptional(jsonObject) }),
    ),
    elicitation: z.exactOptional(
      z.looseObject({ form: z.exactOptional(jsonObject), url: z.exactOptional(jsonObject) }),
    ),
    extensions: z.exactOptional(settings),
  }),
);

/** What a server can do. */
export const ServerCapabilitiesSchema: WireSchema<ServerCapabilities> = exact(
  z.looseObject({
    experimental: z.exactOptional(settings),
    logging: z.exactOptional(jsonObject),
    completions: z.exactOptional(jsonObject),
    prompts: z.exactOptional(z.looseObject({ listChanged: z.exactOptional(z.boolean()) })),
    resources: z.exactOptional(
      z.looseObject({ subscribe: z.exactOptional(z.boolean()), listChanged: z.exactOptional(z.boolean()) }),
    ),
    tools: z.exactOptional(z.looseObject({ listChanged: z.exactOptional(z.boolean()) })),
    extensions: z.exactOptional(settings),
  }),
);

/** The `_meta` of a request. */
export const RequestMetaObjectSchema: WireSchema<RequestMetaObject> = exact(
  z.looseObject({
    progressToken: z.exactOptional(ProgressTokenSchema),
    'io.modelcontextprotocol/protocolVersion': z.string(),
    'io.modelcontextprotocol/clientInfo': z.exactOptional(ImplementationSchema),
    'io.modelcontextprotocol/clientCapabilities': ClientCapabilitiesSchema,
    'io.modelcontextprotocol/logLevel': z.exactOptional(LoggingLevelSchema),
  }),
);

/** The `_meta` of a notification. */
export const NotificationMetaObjectSchema: WireSchema<NotificationMetaObject> = exact(
  z.looseObject({ 'io.modelcontextprotocol/subscriptionId': z.exactOptional(RequestIdSchema) }),
);

/** The `_meta` of a result. */
export const ResultMetaObjectSchema: WireSchema<ResultMetaObject> = exact(
  z.looseObject({ 'io.modelcontextprotocol/serverInfo': z.exactOptional(ImplementationSchema) }),
);

/** How a result is to be read: any string, since extensions have kinds of their own. */
// Every string is a ResultType, which only keeps the known ones apart for editors.
export const ResultTypeSchema = z.string() as unknown as WireSchema<ResultType>;
