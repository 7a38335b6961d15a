/** What a server asks back, and what it is answered. */
import * as z from 'zod/mini';
import type {
  CreateMessageRequest,
  ElicitRequest,
  InputRequest,
  InputRequests,
  InputRequiredResult,
  InputResponse,
  InputResponseRequestParams,
  InputResponses,
  ListRootsRequest,
  ListRootsResult,
  Root,
} from '../spec/types.js';
import { MetaObjectSchema, ResultMetaObjectSchema } from './base.js';
import { requestParams } from './common.js';
import { ElicitRequestParamsSchema, ElicitResultSchema } from './elicitation.js';
import { exact, oneOf, where, type WireSchema } from './exact.js';
import { CreateMessageRequestParamsSchema, CreateMessageResultSchema } from './sampling.js';

/** Asks the client's model. */
export const CreateMessageRequestSchema: WireSchema<CreateMessageRequest> = exact(
  z.looseObject({ method: z.literal('sampling/createMessage'), params: CreateMessageRequestParamsSchema }),
);

/** Asks for the client's roots. */
export const ListRootsRequestSchema: WireSchema<ListRootsRequest> = exact(
  z.looseObject({
    method: z.literal('roots/list'),
    params: z.exactOptional(z.looseObject({ _meta: z.exactOptional(MetaObjectSchema) })),
  }),
);

/** Asks the user. */
export const ElicitRequestSchema: WireSchema<ElicitRequest> = exact(
  z.looseObject({ method: z.literal('elicitation/create'), params: ElicitRequestParamsSchema }),
);

/** A directory or file with which the server may work. */
export const RootSchema: WireSchema<Root> = exact(
  z.looseObject({ uri: z.string(), name: z.exactOptional(z.string()), _meta: z.exactOptional(MetaObjectSchema) }),
);

/** The result of `roots/list`. */
export const ListRootsResultSchema: WireSchema<ListRootsResult> = exact(z.looseObject({ roots: z.array(RootSchema) }));

/** One question. */
export const InputRequestSchema: WireSchema<InputRequest> = exact(
  oneOf('method', [CreateMessageRequestSchema, ListRootsRequestSchema, ElicitRequestSchema]),
);

/** The answer to one question. */
export const InputResponseSchema: WireSchema<InputResponse> = exact(
  z.union([CreateMessageResultSchema, ListRootsResultSchema, ElicitResultSchema]),
);

/** Questions by key. */
export const InputRequestsSchema: WireSchema<InputRequests> = exact(z.record(z.string(), InputRequestSchema));

/** Answers by key. */
export const InputResponsesSchema: WireSchema<InputResponses> = exact(z.record(z.string(), InputResponseSchema));

/** The server asks back: with questions, a state to bring back, or both. */
export const InputRequiredResultSchema: WireSchema<InputRequiredResult> = exact(
  where(
    z.looseObject({
      _meta: z.exactOptional(ResultMetaObjectSchema),
      resultType: z.literal('input_required'),
      inputRequests: z.exactOptional(InputRequestsSchema),
      requestState: z.exactOptional(z.string()),
    }),
    z.refine(
      (value) => value.inputRequests !== undefined || value.requestState !== undefined,
      'Neither inputRequests nor requestState',
    ),
  ),
);

/** The params of a request that may have been asked back about. */
export const InputResponseRequestParamsSchema: WireSchema<InputResponseRequestParams> = exact(
  requestParams({ inputResponses: z.exactOptional(InputResponsesSchema), requestState: z.exactOptional(z.string()) }),
);
