/** `using` and `await using`, without asking it of a program's `lib`. */

/** What `value` has beside its own members where the program's `lib` knows the symbol; nothing where it does not. */
export type Disposes<Name extends 'dispose' | 'asyncDispose', Result> =
  SymbolConstructor extends Readonly<Record<Name, infer Key extends symbol>>
    ? { readonly [Member in Key]: () => Result }
    : object;

/** Makes `value` disposable where the runtime has the symbol. */
export function disposable<T extends object, Name extends 'dispose' | 'asyncDispose', Result>(
  value: T,
  name: Name,
  dispose: () => Result,
): T & Disposes<Name, Result> {
  // Node 20.0 has neither symbol.
  const key = (Symbol as { readonly dispose?: symbol; readonly asyncDispose?: symbol })[name];
  if (key !== undefined) Object.defineProperty(value, key, { value: dispose });
  // By the line above; a program whose `lib` has the symbol runs where it is, or brings it along.
  return value as T & Disposes<Name, Result>;
}
