/** What the types of `mcpwire/json-schema` promise. Compiled, never run. */
import { expectTypeOf, test } from 'vitest';
import { fromJsonSchema, type JsonObject, type JsonSchemaValidator, type StandardSchema } from 'mcpwire/json-schema';
import { McpServer, type SchemaInput, type SchemaOutput } from 'mcpwire/server';

interface Greeting {
  readonly name: string;
}

test('a JSON Schema has the type that it is given', () => {
  const schema = fromJsonSchema<Greeting>({ type: 'object' });
  expectTypeOf<SchemaInput<typeof schema>>().toEqualTypeOf<Greeting>();
  expectTypeOf<SchemaOutput<typeof schema>>().toEqualTypeOf<Greeting>();
  const untyped = fromJsonSchema({ type: 'object' });
  expectTypeOf<SchemaOutput<typeof untyped>>().toEqualTypeOf<unknown>();
});

test('handlers receive and return it', () => {
  new McpServer({ name: 't', version: '1' }).tool(
    'greet',
    { inputSchema: fromJsonSchema<Greeting>({}), outputSchema: fromJsonSchema<Greeting>({}) },
    (args) => {
      expectTypeOf(args).toEqualTypeOf<Greeting>();
      return { name: args.name };
    },
  );
  // @ts-expect-error the value is not what the schema says
  new McpServer({ name: 't', version: '1' }).tool('t', { outputSchema: fromJsonSchema<Greeting>({}) }, () => ({
    n: 1,
  }));
});

test('what is written as const is a schema, and so is what comes from elsewhere', () => {
  const constant = fromJsonSchema({ type: 'object', required: ['a'] } as const);
  expectTypeOf(constant).toExtend<StandardSchema>();
  fromJsonSchema(JSON.parse('{}') as JsonObject);
  // @ts-expect-error not an object
  fromJsonSchema('object');
});

test('it makes the schemas that a client checks results by', () => {
  expectTypeOf(fromJsonSchema).toExtend<JsonSchemaValidator>();
});
