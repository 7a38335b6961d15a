/**
 * What a server's type tells a client's type. Types only; the members exist at compile time alone.
 */

/** One tool in a server's type: its name, what a caller sends, what a caller receives as `structuredContent`. */
export interface ToolEntry<Name extends string = string, Input = unknown, Output = unknown> {
  /** The tool's name. */
  readonly name: Name;
  /** What a caller sends as arguments. */
  readonly input: Input;
  /** What a caller receives as `structuredContent`. */
  readonly output: Output;
}

/** One prompt in a server's type. */
export interface PromptEntry<Name extends string = string, Args = unknown> {
  /** The prompt's name. */
  readonly prompt: Name;
  /** What a caller sends as arguments. */
  readonly args: Args;
}

/** One resource, or template, in a server's type. */
export interface ResourceEntry<Uri extends string = string> {
  /** The URI or the template. */
  readonly resource: Uri;
}

/**
 * Anything that is typed and served like an `McpServer`. A client recognises it by its shape, so that client bundles
 * carry no server.
 */
export interface Served<Entries = unknown> {
  /** The tools' types. Never set at run time. */
  readonly '~entries'?: Entries;
  /** Answers a web-standard request. */
  readonly fetch: (request: Request) => Promise<Response>;
}

/** The entries of a server's type. A member look-up: inference would visit every entry. */
export type EntriesOf<S extends Served> = S['~entries'];

/** The tools of a server by name: computed once per client, so that each call is one look-up. */
export type ToolMap<Entries> = { readonly [E in Entries as E extends ToolEntry ? E['name'] : never]: E };

/** The prompts of a server by name. */
export type PromptMap<Entries> = { readonly [E in Entries as E extends PromptEntry ? E['prompt'] : never]: E };

/** The resources of a server by URI or template. */
export type ResourceMap<Entries> = { readonly [E in Entries as E extends ResourceEntry ? E['resource'] : never]: E };
