import type { JsonObject } from '../json-rpc.js';
import type { CallToolResult, Implementation, Prompt, Resource, Tool } from '../spec/types.js';
import type { Change } from './bus.js';
import type { Context } from './context.js';
import type { AuthInfo } from './exchange.js';
import type { DefinedPrompt, PromptReturn } from './prompt.js';
import type { DefinedResource, ResourceReturn } from './resource.js';
import type { DefinedTool, ToolReturn } from './tool.js';

/** What a server says of itself. */
export interface ServerInfo extends Implementation {
  /** Guidance for models on how to use this server; sent by `server/discover`. */
  readonly instructions?: string;
}

/** What only the code around a server can vouch for. */
export interface Trusted {
  /** The caller's verified identity: `ctx.auth`. */
  readonly auth?: AuthInfo | undefined;
  /** Whatever the runtime offers, such as a Worker's bindings: `ctx.platform`. */
  readonly platform?: unknown;
}

/** Publishes that something has changed. Nobody waits: what fails is told to `onError`. */
export interface ServerNotify {
  /** The list of tools. Registering and removing tells by itself. */
  toolsChanged(): void;
  /** The list of prompts, likewise. */
  promptsChanged(): void;
  /** The lists of resources and templates, likewise. */
  resourcesChanged(): void;
  /** The contents of one resource. */
  resourceUpdated(uri: string): void;
  /** Any change, such as one that an extension's listen filter waits for. */
  changed(change: Change): void;
}

/** A definition made apart from any server. */
export type Defined = DefinedTool | DefinedResource | DefinedPrompt;

/** The lists that can be added to while they are read. */
export type ListKind = 'tools' | 'prompts' | 'resources';

/** One page of each list. `nextCursor`: what the next call gets as `cursor`; absent: this is the last page. */
export interface ListPage {
  /** Of `tools/list`. */
  readonly tools: { readonly tools: readonly Tool[]; readonly nextCursor?: string | undefined };
  /** Of `prompts/list`. */
  readonly prompts: { readonly prompts: readonly Prompt[]; readonly nextCursor?: string | undefined };
  /** Of `resources/list`. */
  readonly resources: { readonly resources: readonly Resource[]; readonly nextCursor?: string | undefined };
}

/** Serves what a dynamic list shows. `undefined`: there is none of that name. */
export interface ListUse<C = unknown> {
  /** Calls a tool. */
  readonly tools: (
    name: string,
    args: JsonObject,
    ctx: Context<C>,
  ) => ToolReturn | CallToolResult | Promise<ToolReturn | CallToolResult | undefined>;
  /** Gets a prompt. */
  readonly prompts: (
    name: string,
    args: JsonObject,
    ctx: Context<C>,
  ) => PromptReturn | undefined | Promise<PromptReturn | undefined>;
  /** Reads a resource. */
  readonly resources: (uri: string, ctx: Context<C>) => ResourceReturn | Promise<ResourceReturn>;
}
