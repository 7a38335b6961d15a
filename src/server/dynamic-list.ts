import type { JsonObject } from '../json-rpc.js';
import type { SourcePage } from './catalog.js';
import { isStructuredResult, structured, unstructured } from './content.js';
import type { Context } from './context.js';
import { promptResult } from './get-prompt.js';
import { guarded, type Mask } from './guard.js';
import { isInputRequired } from './input-required.js';
import { readResult } from './read-resource.js';
import type { ListKind } from './definition.js';
import { toolFailure } from './tool.js';

/** What an author gives to `server.list`. */
export interface DynamicList {
  readonly kind: ListKind;
  readonly page: (position: { readonly cursor?: string }, ctx: never) => unknown;
  readonly use: ((name: string, ...rest: never[]) => unknown) | undefined;
  readonly mask: Mask;
}

/** One page, as an author's function looks it up. */
export async function pageOf(
  { kind, page, mask }: DynamicList,
  position: { readonly cursor?: string },
  ctx: Context,
): Promise<SourcePage> {
  const what = `The list of ${kind}`;
  return guarded(what, mask, ctx, async () => readPage(what, kind, await page(position, ctx as never)));
}

/** Reads what an author gave as a page. @throws TypeError for what is none */
export function readPage(what: string, kind: ListKind, page: unknown): SourcePage {
  const { [kind]: items, nextCursor } = Object(page) as Readonly<Record<string, unknown>>;
  // Many a database says null where there is no more.
  const next = nextCursor ?? undefined;
  if (Array.isArray(items) && (next === undefined || typeof next === 'string')) return { items, nextCursor: next };
  throw new TypeError(`${what} must return { ${kind}: [...], nextCursor? }`);
}

/** The result of using what is listed, or `undefined` where there is none of that name. */
export async function useListed(
  { kind, use, mask }: DynamicList,
  name: string,
  args: JsonObject,
  ctx: Context,
): Promise<JsonObject | undefined> {
  const run = async (): Promise<JsonObject | undefined> => {
    const rest = kind === 'resources' ? [ctx] : [args, ctx];
    const returned = await use?.(name, ...(rest as never[]));
    if (returned === undefined) return undefined;
    if (kind === 'prompts') return promptResult(returned, name);
    if (kind === 'resources') return readResult(returned, name);
    return toolResult(returned, name);
  };
  if (kind === 'tools') return run().catch((error: unknown) => toolFailure(error, name, mask, ctx));
  return guarded(JSON.stringify(name), mask, ctx, run);
}

/** The result of a tool whose output schema, if it has one, is known where it comes from. */
function toolResult(returned: unknown, name: string): JsonObject {
  // Sealed on its way out.
  if (isInputRequired(returned)) return returned as unknown as JsonObject;
  return isStructuredResult(returned)
    ? structured(returned.value, returned.content, returned.meta)
    : unstructured(returned, name);
}
