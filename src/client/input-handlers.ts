/** What a client's program gives to answer the questions of servers. Types only. */
import type { JsonObject } from '../json-rpc.js';
import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  ElicitRequestFormParams,
  ElicitResult,
  Root,
} from '../spec/types.js';
import type { ServerFacts } from './link.js';

/** What accompanies a question. */
export interface InputContext {
  /** Which server asks. Show it to the user; its name is self-reported. */
  readonly server: ServerFacts;
  /** What was called when the question came up. */
  readonly call: { readonly method: string; readonly params?: JsonObject | undefined };
  /** The server's name for the question, unique within its round. */
  readonly key: string;
  /** Aborts when the call is aborted, when another question of it fails, and when the client is closed. */
  readonly signal: AbortSignal;
}

/** A form to fill in. */
export type FormRequest = Omit<ElicitRequestFormParams, 'mode'>;

/** What came of a form. */
export type FormAnswer =
  | {
      /** The user has filled it in. */
      readonly action: 'accept';
      /**
       * The fields. One that is left out gets its default, if it has one; one that is there as `undefined` stays empty.
       * Absent: all defaults.
       */
      readonly content?: { readonly [name: string]: string | number | boolean | readonly string[] | undefined };
    }
  | {
      /** The user refused, or turned away without an answer. */
      readonly action: 'decline' | 'cancel';
    };

/** Asks the user to fill in a form. Show which server asks, and let the user refuse. */
export type ElicitHandler = (form: FormRequest, ctx: InputContext) => FormAnswer | Promise<FormAnswer>;

/** A page that a server wants the user to open. */
export interface UrlRequest {
  /** Why, for the user. */
  readonly message: string;
  /** The whole URL, normalised: `http:` or `https:`, without credentials, percent-encoded. Show it before asking. */
  readonly url: string;
  /** Its host, to be shown most clearly. Names in other scripts are in Punycode. */
  readonly host: string;
  /** What a user should be warned of: `http` for a page that is not encrypted, `punycode` for a name that may imitate another. */
  readonly warnings: readonly ('http' | 'punycode')[];
}

/**
 * Asks the user whether to open a page, and opens it outside of the program's reach, once the user has agreed. Never open
 * or fetch it before.
 */
export type ElicitUrlHandler = (
  page: UrlRequest,
  ctx: InputContext,
) => Pick<ElicitResult, 'action'> | Promise<Pick<ElicitResult, 'action'>>;

/** Asks the host's model. A user should see and may refuse what is asked and answered. */
export type SampleHandler = (
  params: CreateMessageRequestParams,
  ctx: InputContext,
) => CreateMessageResult | Promise<CreateMessageResult>;

/** The roots, or a function that tells them. */
export type RootsHandler = readonly Root[] | ((ctx: InputContext) => readonly Root[] | Promise<readonly Root[]>);
