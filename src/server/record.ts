import { isObject } from '../json-rpc.js';

/** A copy of a result, taken before its author changes it. @throws TypeError for what JSON would change or lose */
export function recordOf(value: unknown, key: string): { readonly value?: unknown } {
  if (value === undefined) return {};
  try {
    const copy: unknown = JSON.parse(JSON.stringify(value));
    if (isSame(value, copy)) return { value: copy };
  } catch {
    // A cycle or a bigint; said below.
  }
  throw new TypeError(`ctx.once("${key}") must return JSON or nothing: it is kept for the next round`);
}

/** Whether JSON has kept a value; absent members and undefined ones are alike. */
function isSame(value: unknown, copy: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === copy;
  if (Array.isArray(value)) return Array.isArray(copy) && value.every((one, at) => isSame(one, copy[at]));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!isObject(copy) || (prototype !== null && Object.getPrototypeOf(prototype) !== null)) return false;
  return Object.entries(value).every(([name, one]) => isSame(one, copy[name]));
}
