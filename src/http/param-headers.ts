import type { JsonObject } from '../json-rpc.js';
export interface HeaderPlan { readonly params: readonly unknown[] }
export function compileHeaderPlan(_schema: JsonObject): HeaderPlan | undefined { return undefined; }
export function paramMismatch(_plan: HeaderPlan, _args: JsonObject, _get: (header: string) => string | null | undefined): string | undefined { return undefined; }
