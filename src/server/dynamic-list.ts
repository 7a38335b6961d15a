import type { JsonObject } from '../json-rpc.js';
import { pageOf as readPage, type SourcePage } from './catalog.js';
import type { Context } from './context.js';
import { promptResult } from './get-prompt.js';
import { guarded, type Mask } from './guard.js';
import { readResult } from './read-resource.js';
import { toolFailure, toolResult } from './tool.js';
import type { ListKind } from './definition.js';

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
  return guarded(what, mask, ctx, async () => {
    // A page has the member that its list is named after.
    const { [kind]: items, nextCursor } = Object(await page(position, ctx as never)) as JsonObject;
    return readPage(what, items, nextCursor);
  });
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
    return kind === 'resources' ? readResult(returned, name) : toolResult(returned, name);
  };
  return kind === 'tools'
    ? run().catch((error: unknown) => toolFailure(error, name, mask, ctx))
    : guarded(JSON.stringify(name), mask, ctx, run);
}
