/** What a scenario needs of a client, whoever made it. */

/** What came of a tool. */
export interface Outcome {
  readonly isError: boolean;
  /** The text of its first block. */
  readonly text: string;
  readonly structured: unknown;
}

export interface CallerOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: number, total: number | undefined) => void;
  readonly logLevel?: 'debug' | 'error';
}

/** An open subscription to everything that a server tells of: its lists, and one resource. */
export interface Watching {
  /** `tools`, `prompts`, `resources`, and `updated <uri>`. */
  readonly heard: readonly string[];
  stop(): Promise<void>;
}

/** A client that is connected. It answers questions as {@link ANSWERS} says. */
export interface Caller {
  /** What was agreed on. */
  readonly revision: string;
  /** The data of all log messages. */
  readonly logged: readonly unknown[];
  /** The ids of pages that the server asked to open, and of those of which it said that they are done with. */
  readonly pages: { readonly asked: readonly string[]; readonly done: readonly string[] };
  call(name: string, args?: object, options?: CallerOptions): Promise<Outcome>;
  /** Names, of all pages. */
  tools(): Promise<string[]>;
  prompts(): Promise<string[]>;
  /** URIs, of all pages. */
  resources(): Promise<string[]>;
  templates(): Promise<string[]>;
  /** The text of a resource, or of a prompt's first message. */
  read(uri: string): Promise<string>;
  prompt(name: string, args: Record<string, string>): Promise<string>;
  complete(ref: { prompt: string } | { template: string }, name: string, value: string): Promise<readonly string[]>;
  /** Settles when the server would tell. */
  watch(uri: string): Promise<Watching>;
  /** Tells the server that the roots are others. */
  rootsChanged(): Promise<void>;
  ping(): Promise<unknown>;
  close(): Promise<void>;
}

/** What every client answers. */
export const ANSWERS = {
  form: { action: 'accept', content: { name: 'Ann' } },
  message: { role: 'assistant', model: 'm', content: { type: 'text', text: 'Paris' }, stopReason: 'endTurn' },
  roots: [{ uri: 'file:///a', name: 'A' }],
} as const;

/** What every server serves. */
export const README = 'test://readme';
export const NOTE = 'test://notes/{id}';
/** One that exists, and that nobody subscribes to. */
export const OTHER = 'test://notes/b1';
export const NOTES = ['a1', 'a2', 'b1'];
export const NAMES = ['Ann', 'Anton', 'Bea'];
export const PROMPTS = ['greet', 'one', 'two', 'three', 'four'];
export const PAGE = 'https://example.com/sign-in';
