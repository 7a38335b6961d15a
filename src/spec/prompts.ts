/** Prompts, and the completion of their arguments and of the variables of resource templates. */
import type {
  CacheableResult,
  Icon,
  MetaObject,
  PaginatedRequestParams,
  PaginatedResult,
  RequestParams,
  Result,
  Role,
} from './base.js';
import type { ContentBlock } from './content.js';
import type { InputResponseRequestParams } from './input.js';

/** A prompt as `prompts/list` shows it. */
export interface Prompt {
  /** What a caller names in `prompts/get`. */
  readonly name: string;
  /** What a person reads; `name` when absent. */
  readonly title?: string;
  /** What it is good for. */
  readonly description?: string;
  /** What it can be filled in with. */
  readonly arguments?: readonly PromptArgument[];
  /** Icons that a host may show. */
  readonly icons?: readonly Icon[];
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** One argument of a prompt. */
export interface PromptArgument {
  /** What a caller names it by. */
  readonly name: string;
  /** What a person reads; `name` when absent. */
  readonly title?: string;
  /** What is to be filled in. */
  readonly description?: string;
  /** Must be given. Default `false`. */
  readonly required?: boolean;
}

/** One message of a prompt. */
export interface PromptMessage {
  /** Who says it. */
  readonly role: Role;
  /** What is said. */
  readonly content: ContentBlock;
}

/** The params of `prompts/list`. */
export type ListPromptsRequestParams = PaginatedRequestParams;

/** The result of `prompts/list`. */
export interface ListPromptsResult extends PaginatedResult, CacheableResult {
  /** One page of prompts. */
  readonly prompts: readonly Prompt[];
}

/** The params of `prompts/get`. */
export interface GetPromptRequestParams extends InputResponseRequestParams {
  /** Which prompt. */
  readonly name: string;
  /** What to fill it in with. */
  readonly arguments?: { readonly [name: string]: string };
}

/** The result of `prompts/get`. */
export interface GetPromptResult extends Result {
  /** What it is good for. */
  readonly description?: string;
  /** What is to be said to the model. */
  readonly messages: readonly PromptMessage[];
}

/** Points at a prompt whose argument is completed. */
export interface PromptReference {
  /** Tells the kinds of reference apart. */
  readonly type: 'ref/prompt';
  /** The prompt's name. */
  readonly name: string;
  /** What a person reads; `name` when absent. */
  readonly title?: string;
}

/** Points at a resource template whose variable is completed. */
export interface ResourceTemplateReference {
  /** Tells the kinds of reference apart. */
  readonly type: 'ref/resource';
  /** The template, or the URI. */
  readonly uri: string;
}

/** The params of `completion/complete`. */
export interface CompleteRequestParams extends RequestParams {
  /** Whose argument it is. */
  readonly ref: PromptReference | ResourceTemplateReference;
  /** The argument, as far as it has been typed. */
  readonly argument: {
    /** Its name. */
    readonly name: string;
    /** What has been typed. */
    readonly value: string;
  };
  /** What is known already. */
  readonly context?: {
    /** The other arguments, as far as they are settled. */
    readonly arguments?: { readonly [name: string]: string };
  };
}

/** The result of `completion/complete`. */
export interface CompleteResult extends Result {
  /** The proposals. */
  readonly completion: {
    /** Best first; at most 100. */
    readonly values: readonly string[];
    /** How many there are altogether. */
    readonly total?: number;
    /** There are more than these. */
    readonly hasMore?: boolean;
  };
}
