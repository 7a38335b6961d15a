/** JSON-RPC 2.0 messages, whatever their method. */
import * as z from 'zod/mini';
import type {
  JsonRpcErrorObject,
  JsonRpcErrorResponse,
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  JsonRpcResultResponse,
} from '../spec/envelope.js';
import type {
  BareNotificationMessage,
  ErrorMessage,
  NotificationMessage,
  RequestMessage,
  ResultMessage,
} from '../spec/types.js';
import { RequestIdSchema } from './base.js';
import { NotificationParamsSchema } from './common.js';
import { exact, jsonObject, where, type WireSchema } from './exact.js';

const version = { jsonrpc: z.literal('2.0') };

/** Lacks a member that would make it another kind of message. */
/* @__NO_SIDE_EFFECTS__ */
function without<S extends z.ZodMiniType>(member: 'id' | 'result' | 'error', schema: S): S {
  return where(
    schema,
    z.refine((value: z.output<S>) => !(member in (value as object)), `Must not have ${member}`),
  );
}

/** A request of any method. */
export const JsonRpcRequestSchema: WireSchema<JsonRpcRequest> = exact(
  z.looseObject({
    jsonrpc: z.literal('2.0'),
    id: RequestIdSchema,
    method: z.string(),
    params: z.exactOptional(jsonObject),
  }),
);

/** A notification of any method. */
export const JsonRpcNotificationSchema: WireSchema<JsonRpcNotification> = exact(
  without('id', z.looseObject({ jsonrpc: z.literal('2.0'), method: z.string(), params: z.exactOptional(jsonObject) })),
);

/** The error member of a response. */
export const JsonRpcErrorObjectSchema: WireSchema<JsonRpcErrorObject> = exact(
  z.looseObject({ code: z.int(), message: z.string(), data: z.exactOptional(z.unknown()) }),
);

/** A response that carries any result. */
export const JsonRpcResultResponseSchema: WireSchema<JsonRpcResultResponse> = exact(
  without('error', z.looseObject({ jsonrpc: z.literal('2.0'), id: RequestIdSchema, result: jsonObject })),
);

/** A response that carries an error. */
export const JsonRpcErrorResponseSchema: WireSchema<JsonRpcErrorResponse> = exact(
  without(
    'result',
    z.looseObject({
      jsonrpc: z.literal('2.0'),
      id: z.exactOptional(z.nullable(RequestIdSchema)),
      error: JsonRpcErrorObjectSchema,
    }),
  ),
);

/** The answer to a request. */
export const JsonRpcResponseSchema: WireSchema<JsonRpcResponse> = exact(
  z.union([JsonRpcResultResponseSchema, JsonRpcErrorResponseSchema]),
);

/** Any message. */
export const JsonRpcMessageSchema: WireSchema<JsonRpcMessage> = exact(
  z.union([JsonRpcRequestSchema, JsonRpcNotificationSchema, JsonRpcResponseSchema]),
);

// The compiler sees that each yields what its interface says; `exact` cannot compare what is still generic.

/** A request of one method. */
/* @__NO_SIDE_EFFECTS__ */
export function request<Method extends string, Params>(
  method: Method,
  params: WireSchema<Params>,
): WireSchema<RequestMessage<Method, Params>> {
  return z.looseObject({
    ...version,
    id: RequestIdSchema,
    method: z.literal(method),
    params,
  });
}

/** A notification of one method. */
/* @__NO_SIDE_EFFECTS__ */
export function notification<Method extends string, Params>(
  method: Method,
  params: WireSchema<Params>,
): WireSchema<NotificationMessage<Method, Params>> {
  return without('id', z.looseObject({ ...version, method: z.literal(method), params }));
}

/** A notification of one method that may have nothing to add. */
/* @__NO_SIDE_EFFECTS__ */
export function bareNotification<Method extends string>(method: Method): WireSchema<BareNotificationMessage<Method>> {
  return without(
    'id',
    z.looseObject({ ...version, method: z.literal(method), params: z.exactOptional(NotificationParamsSchema) }),
  );
}

/** The response to a request of one method. */
/* @__NO_SIDE_EFFECTS__ */
export function response<Value>(result: WireSchema<Value>): WireSchema<ResultMessage<Value>> {
  return without('error', z.looseObject({ ...version, id: RequestIdSchema, result }));
}

/** A response with an error of one code. */
/* @__NO_SIDE_EFFECTS__ */
export function errorResponse<ErrorObject>(error: WireSchema<ErrorObject>): WireSchema<ErrorMessage<ErrorObject>> {
  return without('result', z.looseObject({ ...version, id: z.exactOptional(z.nullable(RequestIdSchema)), error }));
}
