import { McpError } from '../errors.js';
import { prepareResult, type JsonObject } from '../json-rpc.js';
import { isThenable } from '../schema/standard.js';
import type { ClientCapabilities } from '../spec/types.js';
import { quiet } from '../util/quiet.js';
import type { Completable } from './completion.js';
import type { Context } from './context.js';

/** Decides whether a caller sees something: `true`, and nothing else, does. A caller that does not cannot use it either. */
export type Visible = (ctx: Context) => boolean | undefined;

/** Something that a list shows. */
export interface Listed {
  /** Its entry in the list. */
  readonly listed: object;
  /** Absent: everyone sees it. */
  readonly visible?: Visible | undefined;
  /** What a caller must be able to do. */
  readonly requires?: ClientCapabilities | undefined;
  /** What a caller must be allowed to do. */
  readonly scopes?: readonly string[] | undefined;
}

/** Whether a caller may see something and use it. What is no plain yes (a promise, nothing) is a no. */
export function sees({ visible }: Pick<Listed, 'visible'>, ctx: Context): boolean {
  const seen: unknown = visible === undefined || visible(ctx);
  // Refused, too; and a promise that rejects must not end the process.
  if (isThenable(seen)) void quiet(seen);
  return seen === true;
}

/** One page of a source. */
export interface SourcePage {
  readonly items: readonly object[];
  /** Where the next page of this source starts. Absent: there is none. */
  readonly nextCursor?: string | undefined;
}

/** Reads what an author gave as a page. @throws TypeError for what is none */
export function pageOf(what: string, items: unknown, nextCursor: unknown): SourcePage {
  // Many a database says null.
  const next = nextCursor ?? undefined;
  if (Array.isArray(items) && (next === undefined || typeof next === 'string')) return { items, nextCursor: next };
  throw new TypeError(`${what} must return { …: [...], nextCursor? }, with a string as nextCursor`);
}

/** Entries that are looked up when they are asked for. */
export type Source = (position: { readonly cursor?: string }, ctx: Context) => SourcePage | Promise<SourcePage>;

/**
 * What is registered of one kind, and its list: first what is registered, in that order, then what the sources say. A
 * cursor names the list, the source (0: what is registered) and a place in it, so that every process can read it.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/pagination
 */
export class Catalog<Entry extends Listed & Partial<Completable>> {
  readonly #key: string;
  readonly #pageSize: number;
  readonly #entries = new Map<string, Entry>();
  readonly #sources = new Map<string, Source>();
  readonly #prepared = new Map<unknown, JsonObject>();
  /** There is something to list, or there was: who knows of the list from then may ask for it still, and finds it empty. */
  known = false;
  /** Something is not for everyone. */
  personal = false;
  /** Something of it can be completed. */
  completes = false;

  /**
   * @param key the list's member in its result, such as `tools`
   * @param pageSize entries of a page at most
   */
  constructor(key: string, pageSize: number) {
    this.#key = key;
    this.#pageSize = pageSize;
  }

  /** There is something to list, or may be. */
  get offered(): boolean {
    return this.#entries.size + this.#sources.size > 0;
  }

  /** Something is looked up when it is asked for. */
  get dynamic(): boolean {
    return this.#sources.size > 0;
  }

  /** All entries, in the order of registration. */
  values(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** What is registered under a name, where the caller may see it. */
  get(name: unknown, ctx: Context): Entry | undefined {
    // What is no string is the name of nothing.
    const entry = this.#entries.get(name as string);
    return entry !== undefined && sees(entry, ctx) ? entry : undefined;
  }

  /** The same, whoever asks. */
  peek(name: unknown): Entry | undefined {
    return this.#entries.get(name as string);
  }

  set(name: string, entry: Entry): void {
    this.#prepared.clear();
    this.known = true;
    // Every caller gets the same one: middleware that would change it has to make its own.
    Object.freeze(entry.listed);
    this.#entries.set(name, entry);
    this.#note(entry);
  }

  #note({ visible, complete }: Entry): void {
    this.personal ||= visible !== undefined;
    this.completes ||= complete !== undefined;
  }

  delete(name: string): boolean {
    this.#prepared.clear();
    this.#sources.delete(name);
    const had = this.#entries.delete(name);
    this.personal = this.completes = false;
    for (const entry of this.#entries.values()) this.#note(entry);
    return had;
  }

  /** Adds entries that are looked up. @throws TypeError when there are such of that name */
  from(name: string, source: Source): void {
    if (this.#sources.has(name)) throw new TypeError(`${this.#key} are listed dynamically already`);
    this.#prepared.clear();
    this.known = true;
    this.#sources.set(name, source);
  }

  /** One page. Made once where every caller sees the same. */
  list({ cursor }: JsonObject, ctx: Context): JsonObject | Promise<JsonObject> {
    const prepared = this.#prepared.get(cursor);
    if (prepared !== undefined) return prepared;
    if (this.personal || this.dynamic) return this.#page(cursor, ctx);
    const [, place] = this.#position(cursor);
    const entries = [...this.#entries.values()].slice(place, place + this.#pageSize);
    const next = place + entries.length;
    const page = prepareResult({
      [this.#key]: Object.freeze(entries.map(({ listed }) => listed)),
      ...(next < this.#entries.size && { nextCursor: this.#cursor(0, next) }),
    });
    // Not for cursors that nobody was given: each would be a page more to keep.
    if (place % this.#pageSize === 0) this.#prepared.set(cursor, page);
    return page;
  }

  async #page(cursor: unknown, ctx: Context): Promise<JsonObject> {
    let [source, place, own] = this.#position(cursor);
    const entries = [...this.#entries.values()];
    const sources = [...this.#sources.values()];
    const items: object[] = [];
    const result = (nextCursor?: string): JsonObject => ({ [this.#key]: items, ...(nextCursor && { nextCursor }) });
    if (source > 0) place = entries.length;
    for (; place < entries.length; place++) {
      if (!sees(entries[place]!, ctx)) continue;
      // Told only now: a next page that holds nothing for this caller would say that there is more.
      if (items.length === this.#pageSize) return result(this.#cursor(0, place));
      items.push(entries[place]!.listed);
    }
    // On from source to source while there is room, so that callers who never ask for a second page see most.
    for (source = Math.max(source, 1); source <= sources.length; source++) {
      if (items.length >= this.#pageSize) return result(this.#cursor(source));
      const page = await sources[source - 1]!(own === undefined ? {} : { cursor: own }, ctx);
      items.push(...page.items);
      if (page.nextCursor !== undefined) return result(this.#cursor(source, page.nextCursor));
      own = undefined;
    }
    return result();
  }

  #cursor(source: number, place?: number | string): string {
    return `${this.#key}.${source}${place === undefined ? '' : `.${place}`}`;
  }

  /** @returns the source, the place among what is registered, the place as the source calls it */
  #position(cursor: unknown): [source: number, place: number, own: string | undefined] {
    if (cursor === undefined) return [0, 0, undefined];
    const [key, number, ...rest] = typeof cursor === 'string' ? cursor.split('.') : [];
    const source = Number(number);
    const own = rest.length > 0 ? rest.join('.') : undefined;
    const place = source === 0 ? Number(own) : 0;
    const inRange = source === 0 ? place > 0 && place < this.#entries.size : source > 0 && source <= this.#sources.size;
    // Refused is whatever was not made here, letter by letter, or was made for a longer list.
    const made = Number.isInteger(source + place) && cursor === this.#cursor(source, source === 0 ? place : own);
    if (key !== this.#key || !inRange || !made) throw new McpError('invalid_params', 'Invalid cursor');
    // Within what is registered the place is ours, and the first source starts at its own beginning.
    return [source, place, source === 0 ? undefined : own];
  }
}
