/**
 * Forms for people: a schema reduced to what clients can show.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#requested-schema
 */
import { McpError } from '../errors.js';
import { isObject, type JsonObject } from '../json-rpc.js';
import { check, jsonSchemaOf, type StandardSchema } from '../schema/standard.js';

/** A form, and the check of what comes back. */
export interface Form {
  /** A flat object of strings, numbers, booleans and choices. */
  readonly requestedSchema: JsonObject;
  /**
   * Checks an answer's `content` with the whole schema, and yields what the schema makes of it.
   *
   * @throws McpError `invalid_params` for content that does not fit
   */
  validate(content: unknown): unknown;
}

const FORMATS = ['email', 'uri', 'date', 'date-time'];

// Authors keep their schemas, so a form is made once for each.
const forms = /* @__PURE__ */ new WeakMap<object, Form>();

/**
 * Reduces a schema to a form. What a form cannot say but only tightens it (a pattern, an exclusive bound) is left out, and
 * checked when the answer comes.
 *
 * @param owner names the question in errors
 * @throws TypeError that names the property that fits no form
 */
export function formOf(schema: unknown, owner: string): Form {
  const known = forms.get(schema as object);
  if (known !== undefined) return known;
  const root = jsonSchemaOf(schema, 'input', owner);
  const { type, properties, required } = resolve(root, root);
  if (type !== 'object' || !isObject(properties)) throw new TypeError(`${owner}: a form is z.object({ … })`);
  const fields = Object.entries(properties).map(([name, property]) => {
    const reduced = fieldOf(resolve(property, root), root);
    if (typeof reduced === 'object') return [name, reduced] as const;
    throw new TypeError(
      `${owner}: property "${name}" is ${reduced}; a form has strings, numbers, booleans and choices of strings`,
    );
  });
  // jsonSchemaOf has found it to be a schema.
  const standard = (schema as StandardSchema)['~standard'];
  const form: Form = {
    requestedSchema: {
      type: 'object',
      properties: Object.fromEntries(fields),
      ...(Array.isArray(required) && required.length > 0 ? { required } : {}),
    },
    validate: (content) =>
      check(standard, content, (issues) => new McpError('invalid_params', `The answer does not fit:\n${issues}`)),
  };
  forms.set(schema as object, form);
  return form;
}

/** One field of the form; or, as text, what the property is instead. */
function fieldOf(property: JsonObject, root: JsonObject): JsonObject | string {
  const { type = typeOfChoice(property, root) } = property;
  switch (type) {
    case 'string': {
      const choice = choiceOf(property, root, 'oneOf');
      if (choice !== undefined) return pick(property, { type, ...choice });
      if ('enum' in property || 'const' in property) return 'a choice of other things than strings';
      const format = FORMATS.includes(property['format'] as string) ? { format: property['format'] } : {};
      return pick(property, { type, ...format }, 'minLength', 'maxLength');
    }
    case 'number':
    case 'integer':
      return 'enum' in property || 'const' in property
        ? 'a choice of numbers'
        : pick(property, { type }, 'minimum', 'maximum');
    case 'boolean':
      return pick(property, { type });
    case 'array': {
      const items = resolve(property['items'], root);
      const choice = choiceOf(items, root, 'anyOf');
      if (choice === undefined) return 'a list of something else than a choice of strings';
      // A titled choice has no type of its own in the specification's schema.
      const typed = 'enum' in choice ? { type: 'string', ...choice } : choice;
      return pick(property, { type, items: typed }, 'minItems', 'maxItems');
    }
    case 'object':
      return 'an object';
    default:
      return Array.isArray(type) || 'anyOf' in property || 'oneOf' in property || 'allOf' in property
        ? 'a union; use .optional() where it is one with null'
        : `of ${typeof type === 'string' ? `type ${type}` : 'no type'}`;
  }
}

/** A choice without a type is one of strings, or none. */
function typeOfChoice(property: JsonObject, root: JsonObject): unknown {
  return choiceOf(property, root, 'oneOf') === undefined ? undefined : 'string';
}

/** The choice between strings that a schema is: bare, or with titles under the keyword that the place asks for. */
function choiceOf(schema: JsonObject, root: JsonObject, keyword: 'oneOf' | 'anyOf'): JsonObject | undefined {
  const values = 'const' in schema ? [schema['const']] : schema['enum'];
  if (isStrings(values)) return { enum: values };
  const options = schema['oneOf'] ?? schema['anyOf'];
  if (!Array.isArray(options)) return undefined;
  const parts = options.map((option) => resolve(option, root));
  const consts = parts.flatMap((part) => ('const' in part ? [part['const']] : ((part['enum'] as unknown[]) ?? [part])));
  if (!isStrings(consts)) return undefined;
  if (!parts.some((part) => 'title' in part)) return { enum: consts };
  return { [keyword]: parts.map(({ const: value, title = value }) => ({ const: value, title })) };
}

/** The members that every field may have, and those of its kind; a default of the wrong type is none. */
function pick(property: JsonObject, field: JsonObject, ...bounds: readonly string[]): JsonObject {
  for (const name of ['title', 'description']) {
    if (typeof property[name] === 'string') field[name] = property[name];
  }
  for (const name of bounds) {
    const bound = property[name];
    // Libraries say of every integer that it is a safe one.
    if (typeof bound === 'number' && Math.abs(bound) !== Number.MAX_SAFE_INTEGER) field[name] = bound;
  }
  const { default: value } = property;
  const kind = field['type'] === 'integer' ? 'number' : field['type'];
  if (kind === 'array' ? isStrings(value) : typeof value === kind) field['default'] = value;
  return field;
}

/** Follows references within the schema; what stands beside one wins. */
function resolve(schema: unknown, root: JsonObject): JsonObject {
  let found = isObject(schema) ? schema : {};
  for (let hops = 0; typeof found['$ref'] === 'string' && hops < 16; hops++) {
    const { $ref, ...beside } = found as { readonly $ref: string };
    let target: unknown = root;
    for (const segment of $ref.split('/').slice(1)) {
      const name = decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~');
      target = isObject(target) ? target[name] : undefined;
    }
    found = { ...(target as object | undefined), ...beside };
  }
  return found;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}
