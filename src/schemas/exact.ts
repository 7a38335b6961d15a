/** Ties a schema to the interface that it stands for, so that neither can change alone. */
import * as z from 'zod/mini';

/** A zod schema that yields a `T`. It adds nothing to what it parses, and takes nothing away. */
export type WireSchema<T> = z.ZodMiniType<T, T>;

/**
 * What is compared of a type: its members with their optionality. Not `readonly`, which schemas do not say, and not the
 * index signature that stands for members which the specification does not name.
 */
type Comparable<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Comparable<Item>[]
      : [NamedKeys<T>] extends [never]
        ? { -readonly [Key in keyof T]: Comparable<T[Key]> }
        : { -readonly [Key in keyof T as string extends Key ? never : Key]: Comparable<T[Key]> };

type NamedKeys<T> = keyof { [Key in keyof T as string extends Key ? never : Key]: unknown };

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * Types a schema by the interface that it yields. `T` comes from the declaration to which the result is assigned; the call
 * does not compile where the schema yields anything else. That keeps the declarations of a whole revision's messages short
 * for the compilers that read them.
 *
 * @example
 * ```ts
 * const RootSchema: WireSchema<Root> = exact(z.looseObject({ uri: z.string() })); // does not compile: `name` is missing
 * ```
 */
/* @__NO_SIDE_EFFECTS__ */
export function exact<T, S extends z.ZodMiniType>(
  schema: S,
  ..._proof: Same<Comparable<z.output<S>>, Comparable<T>> extends true ? [] : [differs: never]
): WireSchema<T> {
  // What differs from T is `readonly`, which is not there at run time, and members that T does not name.
  return schema as unknown as WireSchema<T>;
}

/**
 * One of several objects that a literal member tells apart: one look-up instead of a try of each.
 *
 * @throws Error at the first parse when an option lacks the member
 */
/* @__NO_SIDE_EFFECTS__ */
export function oneOf<const Options extends readonly [z.ZodMiniType, ...z.ZodMiniType[]]>(
  member: string,
  options: Options,
): z.ZodMiniUnion<Options> {
  // A WireSchema hides that it is an object; the look-up table is made from the schemas themselves.
  return z.discriminatedUnion(member, options as never) as unknown as z.ZodMiniUnion<Options>;
}

/** Adds conditions. A function, since bundlers keep what a method call at the top level yields. */
/* @__NO_SIDE_EFFECTS__ */
export function where<S extends z.ZodMiniType>(schema: S, ...checks: z.core.$ZodCheck<z.output<S>>[]): S {
  return schema.check(...checks);
}

/** A member that may be any JSON but must be there. */
export const anything: WireSchema<unknown> = where(
  z.unknown(),
  z.refine((value) => value !== undefined, 'Required'),
);

/** An object of any members. */
export const jsonObject: WireSchema<Record<string, unknown>> = z.record(z.string(), z.unknown());

/** An object of strings by name. */
export const strings: WireSchema<Record<string, string>> = z.record(z.string(), z.string());

/** A whole number from 0. */
export const count: WireSchema<number> = where(z.int(), z.gte(0));

/** A share: 0 to 1. */
export const share: WireSchema<number> = where(z.number(), z.gte(0), z.lte(1));
