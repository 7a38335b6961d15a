/** Elicitation: a server asks the user. */
import * as z from 'zod/mini';
import type {
  BooleanSchema,
  ElicitRequestFormParams,
  ElicitRequestParams,
  ElicitRequestURLParams,
  ElicitResult,
  EnumSchema,
  LegacyTitledEnumSchema,
  MultiSelectEnumSchema,
  NumberSchema,
  PrimitiveSchemaDefinition,
  SingleSelectEnumSchema,
  StringSchema,
  TitledMultiSelectEnumSchema,
  TitledSingleSelectEnumSchema,
  UntitledMultiSelectEnumSchema,
  UntitledSingleSelectEnumSchema,
} from '../spec/types.js';
import { exact, type WireSchema } from './exact.js';

/** A field for text. */
export const StringSchemaSchema: WireSchema<StringSchema> = exact(
  z.looseObject({
    type: z.literal('string'),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    minLength: z.exactOptional(z.int()),
    maxLength: z.exactOptional(z.int()),
    format: z.exactOptional(z.enum(['email', 'uri', 'date', 'date-time'])),
    default: z.exactOptional(z.string()),
  }),
);

/** A field for a number. */
export const NumberSchemaSchema: WireSchema<NumberSchema> = exact(
  z.looseObject({
    type: z.enum(['number', 'integer']),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    minimum: z.exactOptional(z.number()),
    maximum: z.exactOptional(z.number()),
    default: z.exactOptional(z.number()),
  }),
);

/** A box to tick. */
export const BooleanSchemaSchema: WireSchema<BooleanSchema> = exact(
  z.looseObject({
    type: z.literal('boolean'),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    default: z.exactOptional(z.boolean()),
  }),
);

/** One of several values. */
export const UntitledSingleSelectEnumSchemaSchema: WireSchema<UntitledSingleSelectEnumSchema> = exact(
  z.looseObject({
    type: z.literal('string'),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    enum: z.array(z.string()),
    default: z.exactOptional(z.string()),
  }),
);

/** One of several values that have titles. */
export const TitledSingleSelectEnumSchemaSchema: WireSchema<TitledSingleSelectEnumSchema> = exact(
  z.looseObject({
    type: z.literal('string'),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    oneOf: z.array(z.looseObject({ const: z.string(), title: z.string() })),
    default: z.exactOptional(z.string()),
  }),
);

/** One of several values. */
export const SingleSelectEnumSchemaSchema: WireSchema<SingleSelectEnumSchema> = exact(
  z.union([UntitledSingleSelectEnumSchemaSchema, TitledSingleSelectEnumSchemaSchema]),
);

/** Any of several values. */
export const UntitledMultiSelectEnumSchemaSchema: WireSchema<UntitledMultiSelectEnumSchema> = exact(
  z.looseObject({
    type: z.literal('array'),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    minItems: z.exactOptional(z.int()),
    maxItems: z.exactOptional(z.int()),
    items: z.looseObject({ type: z.literal('string'), enum: z.array(z.string()) }),
    default: z.exactOptional(z.array(z.string())),
  }),
);

/** Any of several values that have titles. */
export const TitledMultiSelectEnumSchemaSchema: WireSchema<TitledMultiSelectEnumSchema> = exact(
  z.looseObject({
    type: z.literal('array'),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    minItems: z.exactOptional(z.int()),
    maxItems: z.exactOptional(z.int()),
    items: z.looseObject({ anyOf: z.array(z.looseObject({ const: z.string(), title: z.string() })) }),
    default: z.exactOptional(z.array(z.string())),
  }),
);

/** Any of several values. */
export const MultiSelectEnumSchemaSchema: WireSchema<MultiSelectEnumSchema> = exact(
  z.union([UntitledMultiSelectEnumSchemaSchema, TitledMultiSelectEnumSchemaSchema]),
);

/** One of several values, in a form that JSON Schema does not know. */
export const LegacyTitledEnumSchemaSchema: WireSchema<LegacyTitledEnumSchema> = exact(
  z.looseObject({
    type: z.literal('string'),
    title: z.exactOptional(z.string()),
    description: z.exactOptional(z.string()),
    enum: z.array(z.string()),
    enumNames: z.exactOptional(z.array(z.string())),
    default: z.exactOptional(z.string()),
  }),
);

/** A field with a choice. */
export const EnumSchemaSchema: WireSchema<EnumSchema> = exact(
  z.union([SingleSelectEnumSchemaSchema, MultiSelectEnumSchemaSchema, LegacyTitledEnumSchemaSchema]),
);

/** One field of a form. */
export const PrimitiveSchemaDefinitionSchema: WireSchema<PrimitiveSchemaDefinition> = exact(
  z.union([EnumSchemaSchema, StringSchemaSchema, NumberSchemaSchema, BooleanSchemaSchema]),
);

/** The params of `elicitation/create` that show a form. */
export const ElicitRequestFormParamsSchema: WireSchema<ElicitRequestFormParams> = exact(
  z.looseObject({
    mode: z.exactOptional(z.literal('form')),
    message: z.string(),
    requestedSchema: z.looseObject({
      $schema: z.exactOptional(z.string()),
      type: z.literal('object'),
      properties: z.record(z.string(), PrimitiveSchemaDefinitionSchema),
      required: z.exactOptional(z.array(z.string())),
    }),
  }),
);

/** The params of `elicitation/create` that send the user to a page. */
export const ElicitRequestURLParamsSchema: WireSchema<ElicitRequestURLParams> = exact(
  z.looseObject({ mode: z.literal('url'), message: z.string(), url: z.string() }),
);

/** The params of `elicitation/create`. */
export const ElicitRequestParamsSchema: WireSchema<ElicitRequestParams> = exact(
  z.union([ElicitRequestFormParamsSchema, ElicitRequestURLParamsSchema]),
);

/** The result of `elicitation/create`. */
export const ElicitResultSchema: WireSchema<ElicitResult> = exact(
  z.looseObject({
    action: z.enum(['accept', 'decline', 'cancel']),
    content: z.exactOptional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))),
  }),
);
