/** The members that each older revision's schema defines, written down from it once more, apart from the code under test. */
import type { Revision } from '../../src/legacy/revisions.ts';

/** `true`: anything. An array: a list of such. An object: these members and no others. */
export type Shape = true | readonly [Shape] | { readonly [member: string]: Shape };

export const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const;

const members = (names: string): Record<string, true> =>
  Object.fromEntries(names.split(' ').map((name) => [name, true as const]));

interface Parts {
  readonly annotations: Shape;
  readonly blocks: Readonly<Record<string, Shape>>;
  readonly contents: Shape;
  readonly tool: Shape;
  readonly prompt: Shape;
  readonly resource: Shape;
  readonly template: Shape;
  readonly call: string;
  readonly implementation: Shape;
  readonly capabilities: Shape;
}

const hints = members('title readOnlyHint destructiveHint idempotentHint openWorldHint');
const schema = members('type properties required $defs additionalProperties anyOf oneOf allOf $ref');
const list = members('listChanged');
const offers = { prompts: list, tools: list, resources: members('subscribe listChanged') };
const first = members('audience priority');
const dated = members('audience priority lastModified');
const icon = [members('src mimeType sizes theme')] as const;

const contents1 = members('uri mimeType text blob');
const blocks1 = {
  text: { ...members('type text'), annotations: first },
  image: { ...members('type data mimeType'), annotations: first },
  resource: { ...members('type'), resource: contents1, annotations: first },
};
const resource1 = { ...members('uri name description mimeType size'), annotations: first };
const template1 = { ...members('uriTemplate name description mimeType'), annotations: first };
const prompt1 = { ...members('name description'), arguments: [members('name description required')] } as const;

const contents3 = members('uri mimeType text blob _meta');
const resource3 = { ...members('uri name title description mimeType size _meta'), annotations: dated };
const template3 = { ...members('uriTemplate name title description mimeType _meta'), annotations: dated };
const prompt3 = {
  ...members('name title description _meta'),
  arguments: [members('name title description required')],
} as const;
const tool3 = {
  ...members('name title description _meta'),
  inputSchema: schema,
  outputSchema: schema,
  annotations: hints,
};
const blocks3 = {
  text: { ...members('type text _meta'), annotations: dated },
  image: { ...members('type data mimeType _meta'), annotations: dated },
  audio: { ...members('type data mimeType _meta'), annotations: dated },
  resource: { ...members('type _meta'), resource: contents3, annotations: dated },
  resource_link: { type: true, ...resource3 },
} as const;

const PARTS: Readonly<Record<Revision, Parts>> = {
  '2024-11-05': {
    annotations: first,
    blocks: blocks1,
    contents: contents1,
    tool: { ...members('name description'), inputSchema: schema },
    prompt: prompt1,
    resource: resource1,
    template: template1,
    call: 'content isError',
    implementation: members('name version'),
    capabilities: { ...offers, ...members('experimental logging') },
  },
  '2025-03-26': {
    annotations: first,
    blocks: { ...blocks1, audio: blocks1.image },
    contents: contents1,
    tool: { ...members('name description'), inputSchema: schema, annotations: hints },
    prompt: prompt1,
    resource: resource1,
    template: template1,
    call: 'content isError',
    implementation: members('name version'),
    capabilities: { ...offers, ...members('experimental logging completions') },
  },
  '2025-06-18': {
    annotations: dated,
    blocks: blocks3,
    contents: contents3,
    tool: tool3,
    prompt: prompt3,
    resource: resource3,
    template: template3,
    call: 'content isError structuredContent',
    implementation: members('name title version'),
    capabilities: { ...offers, ...members('experimental logging completions') },
  },
  '2025-11-25': {
    annotations: dated,
    blocks: { ...blocks3, resource_link: { type: true, ...resource3, icons: icon } },
    contents: contents3,
    tool: {
      ...tool3,
      inputSchema: { ...schema, $schema: true },
      outputSchema: { ...schema, $schema: true },
      icons: icon,
      execution: members('taskSupport'),
    },
    prompt: { ...prompt3, icons: icon },
    resource: { ...resource3, icons: icon },
    template: { ...template3, icons: icon },
    call: 'content isError structuredContent',
    implementation: { ...members('name title version description websiteUrl'), icons: icon },
    capabilities: { ...offers, ...members('experimental logging completions tasks') },
  },
};

/** What a result of a method may hold. */
export function shapeOf(revision: Revision, method: string): Shape {
  const { tool, prompt, resource, template, contents, implementation, capabilities, call } = PARTS[revision];
  const shapes: Readonly<Record<string, Shape>> = {
    'tools/list': { ...members('_meta nextCursor'), tools: [tool] },
    'prompts/list': { ...members('_meta nextCursor'), prompts: [prompt] },
    'resources/list': { ...members('_meta nextCursor'), resources: [resource] },
    'resources/templates/list': { ...members('_meta nextCursor'), resourceTemplates: [template] },
    'tools/call': members(`_meta ${call}`),
    'prompts/get': { ...members('_meta description'), messages: [members('role content')] },
    'resources/read': { _meta: true, contents: [contents] },
    'completion/complete': { _meta: true, completion: members('values total hasMore') },
    initialize: { ...members('_meta protocolVersion instructions'), serverInfo: implementation, capabilities },
  };
  return shapes[method]!;
}

/** What a content block may hold; `{}`, and so nothing, for a kind that the revision does not have. */
export function blockShapeOf(revision: Revision, type: string): Shape {
  return PARTS[revision].blocks[type] ?? {};
}

/** The paths of the members that a shape does not have. */
export function strangers(value: unknown, shape: Shape, path = '$'): string[] {
  if (shape === true || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(shape)) {
    const [item] = shape as readonly [Shape];
    return (value as readonly unknown[]).flatMap((one, index) => strangers(one, item, `${path}[${index}]`));
  }
  const known = shape as { readonly [member: string]: Shape };
  return Object.entries(value).flatMap(([name, one]) =>
    Object.hasOwn(known, name) ? strangers(one, known[name]!, `${path}.${name}`) : [`${path}.${name}`],
  );
}

/** The keys with the specification's own prefix, anywhere in a value, that no revision but 2026-07-28 has. */
export function modernKeys(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Object.keys(value).filter((key) => key.startsWith('io.modelcontextprotocol/'));
  return [...own, ...Object.values(value).flatMap(modernKeys)].filter(
    (key) => key !== 'io.modelcontextprotocol/related-task',
  );
}
