/**
 * Sampling: a server asks the client's model. Deprecated by revision 2026-07-28, which keeps it for a while.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/client/sampling
 */
import type { MetaObject, Role } from './base.js';
import type { AudioContent, ContentBlock, ImageContent, TextContent } from './content.js';
import type { JsonObject } from './json.js';
import type { Tool } from './tools.js';

/** The params of `sampling/createMessage`. */
export interface CreateMessageRequestParams {
  /** The conversation so far. */
  readonly messages: readonly SamplingMessage[];
  /** Which model would be liked. The client decides. */
  readonly modelPreferences?: ModelPreferences;
  /** What the model is told first. The client may change it or leave it out. */
  readonly systemPrompt?: string;
  /** Which servers' context to add. `thisServer` and `allServers` are deprecated. Default `none`. */
  readonly includeContext?: 'none' | 'thisServer' | 'allServers';
  /** How much chance plays in. */
  readonly temperature?: number;
  /** At most this many tokens. */
  readonly maxTokens: number;
  /** Strings at which the model stops. */
  readonly stopSequences?: readonly string[];
  /** For the model's provider, in its own form. */
  readonly metadata?: JsonObject;
  /** Tools that the model may use. Only where the client declared `sampling.tools`. */
  readonly tools?: readonly Tool[];
  /** Whether it may or must use them. Only where the client declared `sampling.tools`. */
  readonly toolChoice?: ToolChoice;
}

/** Whether the model may or must use tools. */
export interface ToolChoice {
  /** `auto`: as it likes. `required`: at least one. `none`: not at all. Default `auto`. */
  readonly mode?: 'auto' | 'required' | 'none';
}

/** One message of a conversation with a model. */
export interface SamplingMessage {
  /** Who says it. */
  readonly role: Role;
  /** What is said. */
  readonly content: SamplingMessageContentBlock | readonly SamplingMessageContentBlock[];
  /** Free-form metadata. */
  readonly _meta?: MetaObject;
}

/** One block of such a message. */
export type SamplingMessageContentBlock =
  TextContent | ImageContent | AudioContent | ToolUseContent | ToolResultContent;

/** The result of `sampling/createMessage`: what the model said. */
export interface CreateMessageResult extends SamplingMessage {
  /** The model's name. */
  readonly model: string;
  /** Why it stopped; providers have reasons of their own. */
  readonly stopReason?: 'endTurn' | 'stopSequence' | 'maxTokens' | 'toolUse' | (string & {});
}

/** The model wants a tool called. */
export interface ToolUseContent {
  /** Tells the kinds of content apart. */
  readonly type: 'tool_use';
  /** What the tool's result is matched by. */
  readonly id: string;
  /** Which tool. */
  readonly name: string;
  /** What to call it with. */
  readonly input: JsonObject;
  /** Free-form metadata; kept when the block is sent again. */
  readonly _meta?: MetaObject;
}

/** What a tool answered, for the model. */
export interface ToolResultContent {
  /** Tells the kinds of content apart. */
  readonly type: 'tool_result';
  /** The `id` of the {@link ToolUseContent} that asked. */
  readonly toolUseId: string;
  /** What the model reads. */
  readonly content: readonly ContentBlock[];
  /** The structured value: any JSON. */
  readonly structuredContent?: unknown;
  /** The tool failed, and `content` says why. Default `false`. */
  readonly isError?: boolean;
  /** Free-form metadata; kept when the block is sent again. */
  readonly _meta?: MetaObject;
}

/** Which model would be liked. Advice, no more. */
export interface ModelPreferences {
  /** Models, best first. Counts for more than the priorities. */
  readonly hints?: readonly ModelHint[];
  /** 0 (cost does not matter) to 1 (nothing matters more). */
  readonly costPriority?: number;
  /** 0 (speed does not matter) to 1 (nothing matters more). */
  readonly speedPriority?: number;
  /** 0 (ability does not matter) to 1 (nothing matters more). */
  readonly intelligencePriority?: number;
}

/** One model that would be liked. */
export interface ModelHint {
  /** Part of its name. */
  readonly name?: string;
}
