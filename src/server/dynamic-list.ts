import type { JsonObject } from '../json-rpc.js';
import type { SourcePage } from './catalog.js';
import { unstructured } from './content.js';
import type { Context } from './context.js';
import { promptResult } from './get-prompt.js';
import { guarded, type Mask } from './guard.js';
import { isInputRequired } from './input-required.js';
import { readResult } from './read-resource.js';
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
    const { [kind]: items, nextCursor } = Object(await page(position, ctx as never)) as Readonly<
      Record<string, unknown>
    >;
    if (!Array.isArray(items) || (nextCursor !== undefined && typeof nextCursor !== 'string')) {
      throw new TypeError(`${what} must return { ${kind}: [...], nextCursor? }`);
    }
    return { items: items as object[], nextCursor };
  });
}

/** The result of using what is listed, or `undefined` where there is none of that name. */
export async function useListed(
  { kind, use, mask }: DynamicList,
  name: string,
  args: JsonObject,
  ctx: Context,
): Promise<JsonObject | undefined> {
  return guarded(JSON.stringify(name), mask, ctx, async () => {
    const rest = kind === 'resources' ? [ctx] : [args, ctx];
    const returned = await use?.(name, ...(rest as never[]));
    if (returned === undefined) return undefined;
    if (kind === 'prompts') return promptResult(returned, name);
    if (kind === 'resources') return readResult(returned, name);
    // Sealed on its way out.
    return isInputRequired(returned) ? (returned as unknown as JsonObject) : unstructured(returned, name);
  });
}
