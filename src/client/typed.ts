/** What a server's type says about a client's calls. Types only. */
import type { JsonObject } from '../json-rpc.js';
import type { EntriesOf, PromptEntry, PromptMap, ResourceMap, Served, ToolEntry, ToolMap } from '../spec/served.js';
import type { ContentBlock, MetaObject } from '../spec/types.js';
import type { CallOptions } from './options.js';

/** The tools of a server whose type says nothing: any name, any arguments. */
export interface AnyTools {
  readonly [name: string]: ToolEntry<string, JsonObject>;
}

/** The tools of a server's type by name. A server that was built by statements, or none at all, is {@link AnyTools}. */
export type ToolsOf<S extends Served> = [EntriesOf<S>] extends [never]
  ? AnyTools
  : unknown extends EntriesOf<S>
    ? AnyTools
    : ToolMap<EntriesOf<S>>;

/** The prompts of a server whose type says nothing: any name, any arguments. */
export interface AnyPrompts {
  readonly [name: string]: PromptEntry<string, AnyPromptArguments>;
}

/** What prompts are filled in with: text. */
export interface AnyPromptArguments {
  readonly [name: string]: string;
}

/** The prompts of a server's entries by name; {@link AnyPrompts} where they say nothing. */
export type PromptsOf<Entries> = SaysNothing<Entries> extends true ? AnyPrompts : PromptMap<Entries>;

// A server that was built by statements has no entries; whatever else has fetch has unknown ones.
type SaysNothing<Entries> = unknown extends Entries ? true : [Entries] extends [never] ? true : false;

/** A URI: one that the server's type names is offered by editors, and any other compiles. */
// The intersection keeps the names, which `string` alone would swallow.
export type UriOf<Entries> =
  (SaysNothing<Entries> extends true ? string : keyof ResourceMap<Entries> & string) | (string & {});

/**
 * The arguments of a prompt, and the options. The arguments may be left out when none is required. On the wire all are text,
 * whatever the schema makes of it, so text is what is taken.
 */
export type PromptParameters<Args> = unknown extends Args
  ? [args?: AnyPromptArguments | undefined, options?: CallOptions]
  : {} extends Args
    ? [args?: AsText<Args> | undefined, options?: CallOptions]
    : [args: AsText<Args>, options?: CallOptions];

/** The same members, as far as they are text. */
type AsText<Args> = { [Name in keyof Args]: Args[Name] & (string | undefined) };

/** What a caller sends as arguments, and the options. The arguments may be left out when none is required. */
export type CallParameters<Input> = unknown extends Input
  ? [args?: JsonObject | undefined, options?: CallOptions]
  : // "No member is required", in types.
    {} extends Input
    ? [args?: Input | undefined, options?: CallOptions]
    : [args: Input, options?: CallOptions];

/** What a tool answers: its value, or, with `isError`, what the tool says about its failure. */
export type ToolResult<Output = unknown> =
  | {
      readonly isError?: false;
      readonly structuredContent: Output;
      readonly content: readonly ContentBlock[];
      readonly _meta?: MetaObject;
    }
  | {
      readonly isError: true;
      readonly structuredContent?: unknown;
      readonly content: readonly ContentBlock[];
      readonly _meta?: MetaObject;
    };

/** The result of one tool of a server's type. */
export type ResultOf<Entry> = Entry extends { readonly output: infer Output } ? ToolResult<Output> : never;
