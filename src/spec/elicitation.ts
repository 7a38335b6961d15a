/**
 * Elicitation: a server asks the user, by a form or by a page to open.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation
 */

/** The params of `elicitation/create` that show a form. Never for secrets. */
export interface ElicitRequestFormParams {
  /** Tells the modes apart. Absent: `form`. */
  readonly mode?: 'form';
  /** What the user reads. */
  readonly message: string;
  /** The form: a flat object in a subset of JSON Schema. */
  readonly requestedSchema: {
    /** The dialect of JSON Schema. */
    readonly $schema?: string;
    /** Always `object`. */
    readonly type: 'object';
    /** The fields by name. */
    readonly properties: { readonly [name: string]: PrimitiveSchemaDefinition };
    /** The fields that must be filled in. */
    readonly required?: readonly string[];
  };
}

/** The params of `elicitation/create` that send the user to a page, where what is entered stays between the two. */
export interface ElicitRequestURLParams {
  /** Tells the modes apart. */
  readonly mode: 'url';
  /** What the user reads. */
  readonly message: string;
  /** The page to open, once the user agrees. */
  readonly url: string;
}

/** The params of `elicitation/create`. */
export type ElicitRequestParams = ElicitRequestFormParams | ElicitRequestURLParams;

/** The result of `elicitation/create`. */
export interface ElicitResult {
  /** The user agreed, refused, or turned away without an answer. */
  readonly action: 'accept' | 'decline' | 'cancel';
  /** What was filled in: with `accept`, from a form. */
  readonly content?: { readonly [name: string]: string | number | boolean | readonly string[] };
}

/** One field of a form. */
export type PrimitiveSchemaDefinition = StringSchema | NumberSchema | BooleanSchema | EnumSchema;

/** A field for text. */
export interface StringSchema {
  /** Tells the kinds of field apart. */
  readonly type: 'string';
  /** What a person reads beside it. */
  readonly title?: string;
  /** What is to be filled in. */
  readonly description?: string;
  /** At least this many characters. */
  readonly minLength?: number;
  /** At most this many characters. */
  readonly maxLength?: number;
  /** What kind of text. */
  readonly format?: 'email' | 'uri' | 'date' | 'date-time';
  /** Filled in beforehand. */
  readonly default?: string;
}

/** A field for a number. */
export interface NumberSchema {
  /** Tells the kinds of field apart. */
  readonly type: 'number' | 'integer';
  /** What a person reads beside it. */
  readonly title?: string;
  /** What is to be filled in. */
  readonly description?: string;
  /** At least this. */
  readonly minimum?: number;
  /** At most this. */
  readonly maximum?: number;
  /** Filled in beforehand. */
  readonly default?: number;
}

/** A box to tick. */
export interface BooleanSchema {
  /** Tells the kinds of field apart. */
  readonly type: 'boolean';
  /** What a person reads beside it. */
  readonly title?: string;
  /** What ticking it means. */
  readonly description?: string;
  /** Ticked beforehand. */
  readonly default?: boolean;
}

/** One of several values. */
export interface UntitledSingleSelectEnumSchema {
  /** Tells the kinds of field apart. */
  readonly type: 'string';
  /** What a person reads beside it. */
  readonly title?: string;
  /** What is to be chosen. */
  readonly description?: string;
  /** The values. */
  readonly enum: readonly string[];
  /** Chosen beforehand. */
  readonly default?: string;
}

/** One of several values that have titles. */
export interface TitledSingleSelectEnumSchema {
  /** Tells the kinds of field apart. */
  readonly type: 'string';
  /** What a person reads beside it. */
  readonly title?: string;
  /** What is to be chosen. */
  readonly description?: string;
  /** The values, each with what a person reads. */
  readonly oneOf: readonly { readonly const: string; readonly title: string }[];
  /** Chosen beforehand. */
  readonly default?: string;
}

/** One of several values. */
export type SingleSelectEnumSchema = UntitledSingleSelectEnumSchema | TitledSingleSelectEnumSchema;

/** Any of several values. */
export interface UntitledMultiSelectEnumSchema {
  /** Tells the kinds of field apart. */
  readonly type: 'array';
  /** What a person reads beside it. */
  readonly title?: string;
  /** What is to be chosen. */
  readonly description?: string;
  /** At least this many. */
  readonly minItems?: number;
  /** At most this many. */
  readonly maxItems?: number;
  /** The values. */
  readonly items: { readonly type: 'string'; readonly enum: readonly string[] };
  /** Chosen beforehand. */
  readonly default?: readonly string[];
}

/** Any of several values that have titles. */
export interface TitledMultiSelectEnumSchema {
  /** Tells the kinds of field apart. */
  readonly type: 'array';
  /** What a person reads beside it. */
  readonly title?: string;
  /** What is to be chosen. */
  readonly description?: string;
  /** At least this many. */
  readonly minItems?: number;
  /** At most this many. */
  readonly maxItems?: number;
  /** The values, each with what a person reads. */
  readonly items: { readonly anyOf: readonly { readonly const: string; readonly title: string }[] };
  /** Chosen beforehand. */
  readonly default?: readonly string[];
}

/** Any of several values. */
export type MultiSelectEnumSchema = UntitledMultiSelectEnumSchema | TitledMultiSelectEnumSchema;

/**
 * One of several values that have titles, in a form that JSON Schema does not know.
 *
 * @deprecated in favour of {@link TitledSingleSelectEnumSchema}
 */
export interface LegacyTitledEnumSchema {
  /** Tells the kinds of field apart. */
  readonly type: 'string';
  /** What a person reads beside it. */
  readonly title?: string;
  /** What is to be chosen. */
  readonly description?: string;
  /** The values. */
  readonly enum: readonly string[];
  /** What a person reads for each, in the same order. */
  readonly enumNames?: readonly string[];
  /** Chosen beforehand. */
  readonly default?: string;
}

/** A field with a choice. */
export type EnumSchema = SingleSelectEnumSchema | MultiSelectEnumSchema | LegacyTitledEnumSchema;
