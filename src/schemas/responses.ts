/** Responses, whole, and the results of either side. */
import * as z from 'zod/mini';
import type {
  CallToolResultResponse,
  ClientResult,
  CompleteResultResponse,
  DiscoverResultResponse,
  GetPromptResultResponse,
  HeaderMismatchError,
  ListPromptsResultResponse,
  ListResourceTemplatesResultResponse,
  ListResourcesResultResponse,
  ListToolsResultResponse,
  MissingRequiredClientCapabilityError,
  ReadResourceResultResponse,
  ServerResult,
  SubscriptionsListenResultResponse,
  UnsupportedProtocolVersionError,
} from '../spec/types.js';
import { callToolAnswer, getPromptAnswer, readResourceAnswer } from './answers.js';
import { ClientCapabilitiesSchema } from './base.js';
import { EmptyResultSchema } from './common.js';
import { DiscoverResultSchema } from './discover.js';
import { InputRequiredResultSchema } from './input.js';
import { SubscriptionsListenResultSchema } from './notifications.js';
import { CompleteResultSchema, GetPromptResultSchema, ListPromptsResultSchema } from './prompts.js';
import { ListResourceTemplatesResultSchema, ListResourcesResultSchema, ReadResourceResultSchema } from './resources.js';
import { CallToolResultSchema, ListToolsResultSchema } from './tools.js';
import { exact, type WireSchema } from './exact.js';
import { errorResponse, response } from './json-rpc.js';

/** The response to `server/discover`. */
export const DiscoverResultResponseSchema: WireSchema<DiscoverResultResponse> = response(DiscoverResultSchema);

/** The response to `tools/list`. */
export const ListToolsResultResponseSchema: WireSchema<ListToolsResultResponse> = response(ListToolsResultSchema);

/** The response to `tools/call`. */
export const CallToolResultResponseSchema: WireSchema<CallToolResultResponse> = response(callToolAnswer);

/** The response to `resources/list`. */
export const ListResourcesResultResponseSchema: WireSchema<ListResourcesResultResponse> =
  response(ListResourcesResultSchema);

/** The response to `resources/templates/list`. */
export const ListResourceTemplatesResultResponseSchema: WireSchema<ListResourceTemplatesResultResponse> = response(
  ListResourceTemplatesResultSchema,
);

/** The response to `resources/read`. */
export const ReadResourceResultResponseSchema: WireSchema<ReadResourceResultResponse> = response(readResourceAnswer);

/** The response to `prompts/list`. */
export const ListPromptsResultResponseSchema: WireSchema<ListPromptsResultResponse> = response(ListPromptsResultSchema);

/** The response to `prompts/get`. */
export const GetPromptResultResponseSchema: WireSchema<GetPromptResultResponse> = response(getPromptAnswer);

/** The response to `completion/complete`. */
export const CompleteResultResponseSchema: WireSchema<CompleteResultResponse> = response(CompleteResultSchema);

/** The response to `subscriptions/listen`. */
export const SubscriptionsListenResultResponseSchema: WireSchema<SubscriptionsListenResultResponse> = response(
  SubscriptionsListenResultSchema,
);

/**
 * Any result that a server sends. An empty result is one, so every object with a fitting `_meta` is: where the method is
 * known, {@link methodSchemas} says more.
 */
export const ServerResultSchema: WireSchema<ServerResult> = exact(
  z.union([
    DiscoverResultSchema,
    ListToolsResultSchema,
    CallToolResultSchema,
    ListResourcesResultSchema,
    ListResourceTemplatesResultSchema,
    ReadResourceResultSchema,
    ListPromptsResultSchema,
    GetPromptResultSchema,
    CompleteResultSchema,
    SubscriptionsListenResultSchema,
    InputRequiredResultSchema,
    EmptyResultSchema,
  ]),
);

/** Any result that a client sends. */
export const ClientResultSchema: WireSchema<ClientResult> = EmptyResultSchema;

/** The headers of a request say something else than its body. */
export const HeaderMismatchErrorSchema: WireSchema<HeaderMismatchError> = errorResponse(
  exact(z.looseObject({ code: z.literal(-32020), message: z.string(), data: z.exactOptional(z.unknown()) })),
);

/** The request needs a capability that the client did not declare. */
export const MissingRequiredClientCapabilityErrorSchema: WireSchema<MissingRequiredClientCapabilityError> =
  errorResponse(
    exact(
      z.looseObject({
        code: z.literal(-32021),
        message: z.string(),
        data: z.looseObject({ requiredCapabilities: ClientCapabilitiesSchema }),
      }),
    ),
  );

/** The server does not speak the request's revision. */
export const UnsupportedProtocolVersionErrorSchema: WireSchema<UnsupportedProtocolVersionError> = errorResponse(
  exact(
    z.looseObject({
      code: z.literal(-32022),
      message: z.string(),
      data: z.looseObject({ supported: z.array(z.string()), requested: z.string() }),
    }),
  ),
);
