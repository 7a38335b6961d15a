import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import { check, isStandardSchema, type SchemaTypes, type StandardSchema } from '../schema/standard.js';
import type { Context } from './context.js';
import type { Method } from './registry.js';
import { guarded, type Mask } from './guard.js';

/** Schemas of a custom method. */
export interface MethodDefinition<Params> {
  /** Checks the params, without `_meta`. A mismatch is answered with -32602. Absent: any object. */
  readonly params?: SchemaTypes<unknown, Params>;
  /** Checks what the handler returns. A mismatch is a masked internal error. */
  readonly result?: SchemaTypes;
}

type Handler = (params: never, ctx: never) => unknown;

/** Compiles a custom method. @throws TypeError for what is no schema */
export function compileMethod(
  name: string,
  definition: MethodDefinition<unknown>,
  handler: Handler,
  mask: Mask,
): Method['call'] {
  const params = reader(definition.params, `method "${name}": params`);
  const output = standardOf(definition.result, `method "${name}": result`);
  return async (raw, ctx) => {
    const input = await params(raw);
    return guarded(`"${name}"`, mask, ctx, async () => {
      let result = await handler(input as never, ctx as never);
      if (output !== undefined && result !== undefined) {
        result = await check(
          output,
          result,
          (issues) => new TypeError(`Method "${name}" returned what does not fit its result schema:\n${issues}`),
        );
      }
      if (result === undefined) return {};
      if (isObject(result)) return result;
      throw new TypeError(`Method "${name}" must return an object`);
    });
  };
}

/** Compiles a handler of notifications. @throws TypeError for what is no schema */
export function compileNotification(
  name: string,
  schema: unknown,
  handler: Handler,
): (params: JsonObject, ctx: Context) => Promise<void> {
  const params = reader(schema, `notification "${name}": params`);
  return async (raw, ctx) => {
    await handler((await params(raw)) as never, ctx as never);
  };
}

/** Reads params: without `_meta`, and checked. */
function reader(schema: unknown, owner: string): (raw: JsonObject) => unknown {
  const standard = standardOf(schema, owner);
  return ({ _meta, ...own }) =>
    standard === undefined
      ? own
      : check(standard, own, (issues) => new McpError('invalid_params', `Invalid params:\n${issues}`));
}

function standardOf(schema: unknown, owner: string): StandardSchema['~standard'] | undefined {
  if (schema === undefined) return undefined;
  if (!isStandardSchema(schema)) throw new TypeError(`${owner} is not a Standard Schema, such as z.object({ … })`);
  return schema['~standard'];
}
