/** The members that all params, all notifications' params or all results share, and what is made by adding to them. */
import * as z from 'zod/mini';
import type {
  CacheableResult,
  CacheHints,
  EmptyResult,
  NotificationParams,
  PaginatedRequestParams,
  PaginatedResult,
  RequestParams,
  Result,
} from '../spec/types.js';
import {
  CursorSchema,
  NotificationMetaObjectSchema,
  RequestMetaObjectSchema,
  ResultMetaObjectSchema,
  ResultTypeSchema,
} from './base.js';
import { count, exact, type WireSchema } from './exact.js';

type Shape = z.core.$ZodLooseShape;
type Open<S extends Shape> = z.ZodMiniObject<S, z.core.$loose>;

const request = { _meta: RequestMetaObjectSchema };
const notification = { _meta: z.exactOptional(NotificationMetaObjectSchema) };
const result = { resultType: z.exactOptional(ResultTypeSchema), _meta: z.exactOptional(ResultMetaObjectSchema) };
const next = { nextCursor: z.exactOptional(CursorSchema) };
const hints = { ttlMs: z.exactOptional(count), cacheScope: z.exactOptional(z.enum(['public', 'private'])) };

// Functions, since bundlers keep a spread at the top level.

/** The params of a request. */
/* @__NO_SIDE_EFFECTS__ */
export function requestParams<S extends Shape>(members: S): Open<typeof request & S> {
  return z.looseObject({ ...request, ...members });
}

/** The params of a notification. */
/* @__NO_SIDE_EFFECTS__ */
export function notificationParams<S extends Shape>(members: S): Open<typeof notification & S> {
  return z.looseObject({ ...notification, ...members });
}

/** A result. */
/* @__NO_SIDE_EFFECTS__ */
export function resultWith<S extends Shape>(members: S): Open<typeof result & S> {
  return z.looseObject({ ...result, ...members });
}

/** A result that a client may keep for a while. */
/* @__NO_SIDE_EFFECTS__ */
export function cacheable<S extends Shape>(members: S): Open<typeof result & typeof hints & S> {
  return z.looseObject({ ...result, ...hints, ...members });
}

/** One page of a list that a client may keep for a while. */
/* @__NO_SIDE_EFFECTS__ */
export function page<S extends Shape>(members: S): Open<typeof result & typeof hints & typeof next & S> {
  return z.looseObject({ ...result, ...hints, ...next, ...members });
}

/** Members that the params of every request have. */
export const RequestParamsSchema: WireSchema<RequestParams> = exact(z.looseObject(request));

/** Members that the params of every notification may have. */
export const NotificationParamsSchema: WireSchema<NotificationParams> = exact(z.looseObject(notification));

/** The params of a request that is answered page by page. */
export const PaginatedRequestParamsSchema: WireSchema<PaginatedRequestParams> = exact(
  requestParams({ cursor: z.exactOptional(CursorSchema) }),
);

/** How long, and for whom, a client may keep a result. Optional, as older servers send neither. */
export const CacheHintsSchema: WireSchema<CacheHints> = exact(z.looseObject(hints));

/** Members that every result may have. `resultType` is optional, as older servers leave it out. */
export const ResultSchema: WireSchema<Result> = exact(z.looseObject(result));

/** A result that says no more than that it was done. */
export const EmptyResultSchema: WireSchema<EmptyResult> = exact(ResultSchema);

/** Members of a result that is one page of several. */
export const PaginatedResultSchema: WireSchema<PaginatedResult> = exact(resultWith(next));

/** A result that a client may keep for a while. */
export const CacheableResultSchema: WireSchema<CacheableResult> = exact(resultWith(hints));
