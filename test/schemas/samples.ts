/** One message, or part of one, of every type of the revision; every optional member is there in some sample. */
const meta = { 'com.example/note': 'x', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
const icon = { src: 'https://example.com/icon.svg', mimeType: 'image/svg+xml', sizes: ['48x48', 'any'], theme: 'dark' };
const implementation = {
  name: 'jobs',
  version: '1.0.0',
  title: 'Jobs',
  description: 'Runs jobs.',
  websiteUrl: 'https://example.com',
  icons: [icon],
};
const annotations = { audience: ['user', 'assistant'], priority: 0.5, lastModified: '2026-07-28T12:00:00Z' };
const clientCapabilities = {
  experimental: { 'com.example/x': { on: true } },
  roots: {},
  sampling: { context: {}, tools: {} },
  elicitation: { form: {}, url: {} },
  extensions: { 'io.modelcontextprotocol/tasks': {} },
};
const serverCapabilities = {
  experimental: { 'com.example/x': {} },
  logging: {},
  completions: {},
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: false },
  tools: { listChanged: true },
  extensions: { 'com.example/y': { level: 2 } },
};
const requestMeta = {
  ...meta,
  progressToken: 'p-1',
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': implementation,
  'io.modelcontextprotocol/clientCapabilities': clientCapabilities,
  'io.modelcontextprotocol/logLevel': 'warning',
};
const bareMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const notificationMeta = { 'io.modelcontextprotocol/subscriptionId': 7, ...meta };
const resultMeta = { 'io.modelcontextprotocol/serverInfo': implementation, ...meta };
const done = { resultType: 'complete', _meta: resultMeta };
const hints = { ttlMs: 60_000, cacheScope: 'public' };

const text = { type: 'text', text: 'sunny', annotations, _meta: meta };
const image = { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png', annotations, _meta: meta };
const audio = { type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' };
const resource = {
  uri: 'weather://today',
  name: 'today',
  title: 'Today',
  description: 'The weather of today.',
  mimeType: 'text/plain',
  annotations,
  icons: [icon],
  size: 5,
  _meta: meta,
};
const link = { ...resource, type: 'resource_link' };
const textContents = { uri: 'weather://today', mimeType: 'text/plain', text: 'sunny', _meta: meta };
const blobContents = { uri: 'weather://radar', mimeType: 'image/png', blob: 'iVBORw0KGgo=' };
const embedded = { type: 'resource', resource: textContents, annotations, _meta: meta };
const template = {
  uriTemplate: 'weather://{city}',
  name: 'city',
  title: 'City',
  description: 'The weather of a city.',
  mimeType: 'text/plain',
  annotations,
  icons: [icon],
  _meta: meta,
};
const hintsOfTool = {
  title: 'Measure',
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};
const tool = {
  name: 'measure',
  title: 'Measure',
  description: 'The temperature now.',
  inputSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { city: { type: 'string' } },
    additionalProperties: false,
  },
  outputSchema: { type: 'array', items: { type: 'number' } },
  annotations: hintsOfTool,
  icons: [icon],
  _meta: meta,
};
const argument = { name: 'city', title: 'City', description: 'Which city.', required: true };
const prompt = { name: 'report', title: 'Report', description: 'A report.', arguments: [argument], icons: [icon] };
const promptMessage = { role: 'user', content: embedded };

const toolUse = { type: 'tool_use', id: 'u-1', name: 'measure', input: { city: 'Bern' }, _meta: meta };
const toolResult = {
  type: 'tool_result',
  toolUseId: 'u-1',
  content: [text, link],
  structuredContent: [21],
  isError: false,
  _meta: meta,
};
const preferences = {
  hints: [{ name: 'small' }, {}],
  costPriority: 0,
  speedPriority: 1,
  intelligencePriority: 0.5,
};
const said = { role: 'assistant', content: [text, image, audio, toolUse, toolResult], _meta: meta };
const createMessage = {
  messages: [{ role: 'user', content: text }, said],
  modelPreferences: preferences,
  systemPrompt: 'Be brief.',
  includeContext: 'none',
  temperature: 0.7,
  maxTokens: 100,
  stopSequences: ['END'],
  metadata: { user: 'u' },
  tools: [tool],
  toolChoice: { mode: 'required' },
};
const created = { role: 'assistant', content: text, model: 'm-1', stopReason: 'endTurn', _meta: meta };

const labels = { title: 'Colour', description: 'Which colour.' };
const options = [
  { const: 'r', title: 'Red' },
  { const: 'g', title: 'Green' },
];
const stringField = { type: 'string', ...labels, minLength: 1, maxLength: 9, format: 'email', default: 'a@b.example' };
const numberField = { type: 'number', ...labels, minimum: 0.5, maximum: 9.5, default: 1.5 };
const booleanField = { type: 'boolean', ...labels, default: true };
const oneOfStrings = { type: 'string', ...labels, enum: ['r', 'g'], default: 'r' };
const oneOfTitled = { type: 'string', ...labels, oneOf: options, default: 'r' };
const anyOfStrings = {
  type: 'array',
  ...labels,
  minItems: 1,
  maxItems: 2,
  items: { type: 'string', enum: ['r', 'g'] },
  default: ['r'],
};
const anyOfTitled = { ...anyOfStrings, items: { anyOf: options } };
const legacy = { ...oneOfStrings, enumNames: ['Red', 'Green'] };
const form = {
  mode: 'form',
  message: 'Which colour?',
  requestedSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { colour: oneOfTitled, count: numberField, sure: booleanField, mail: stringField, more: anyOfTitled },
    required: ['colour'],
  },
};
const page = { mode: 'url', message: 'Please sign in.', url: 'https://example.com/sign-in' };
const filledIn = { action: 'accept', content: { colour: 'r', count: 1.5, sure: true, more: ['r', 'g'] } };

const root = { uri: 'file:///home/me', name: 'Home', _meta: meta };
const askModel = { method: 'sampling/createMessage', params: createMessage };
const askRoots = { method: 'roots/list', params: { _meta: meta } };
const askUser = { method: 'elicitation/create', params: page };
const questions = { model: askModel, roots: askRoots, user: askUser };
const answers = { model: created, roots: { roots: [root] }, user: filledIn };
const asked = { inputResponses: answers, requestState: 'sealed' };
const inputRequired = {
  resultType: 'input_required',
  inputRequests: questions,
  requestState: 'sealed',
  _meta: resultMeta,
};

const filter = {
  toolsListChanged: true,
  promptsListChanged: false,
  resourcesListChanged: true,
  resourceSubscriptions: ['weather://today'],
};
const closedMeta = { ...resultMeta, 'io.modelcontextprotocol/subscriptionId': 7 };

const params = {
  bare: { _meta: bareMeta },
  paged: { _meta: requestMeta, cursor: 'c-2' },
  call: { _meta: requestMeta, name: 'measure', arguments: { city: 'Bern' }, ...asked },
  read: { _meta: bareMeta, uri: 'weather://today', ...asked },
  prompt: { _meta: bareMeta, name: 'report', arguments: { city: 'Bern' }, ...asked },
  complete: {
    _meta: bareMeta,
    ref: { type: 'ref/prompt', name: 'report', title: 'Report' },
    argument: { name: 'city', value: 'Be' },
    context: { arguments: { country: 'CH' } },
  },
  listen: { _meta: bareMeta, notifications: filter },
  progress: { _meta: meta, progressToken: 'p-1', progress: 0.5, total: 1.5, message: 'half-way' },
  log: { _meta: meta, level: 'error', data: { code: 1 }, logger: 'db' },
  cancelled: { _meta: meta, requestId: 'r-1', reason: 'changed my mind' },
  acknowledged: { _meta: notificationMeta, notifications: filter },
  updated: { _meta: notificationMeta, uri: 'weather://today' },
  told: { _meta: notificationMeta },
};
const results = {
  discover: {
    ...done,
    ...hints,
    supportedVersions: ['2026-07-28'],
    capabilities: serverCapabilities,
    instructions: 'Ask for one city at a time.',
  },
  tools: { ...done, ...hints, tools: [tool, { name: 'now', inputSchema: { type: 'object' } }], nextCursor: 'c-2' },
  call: { ...done, content: [text, image, audio, link, embedded], structuredContent: [21], isError: false },
  resources: { ...done, ...hints, resources: [resource], nextCursor: 'c-2' },
  templates: { ...done, ...hints, resourceTemplates: [template], nextCursor: 'c-2' },
  read: { ...done, ...hints, contents: [textContents, blobContents] },
  prompts: { ...done, ...hints, prompts: [prompt, { name: 'bare' }], nextCursor: 'c-2' },
  prompt: { ...done, description: 'A report.', messages: [promptMessage, { role: 'assistant', content: text }] },
  complete: { ...done, completion: { values: ['Bern', 'Bergen'], total: 2, hasMore: false } },
  closed: { resultType: 'complete', _meta: closedMeta },
};

const request = (method: string, given: object): object => ({ jsonrpc: '2.0', id: 'r-1', method, params: given });
const notification = (method: string, given?: object): object => ({
  jsonrpc: '2.0',
  method,
  ...(given && { params: given }),
});
const response = (result: object): object => ({ jsonrpc: '2.0', id: 1, result });
const failure = (error: object): object => ({ jsonrpc: '2.0', id: 1, error });

const requests = {
  DiscoverRequest: request('server/discover', params.bare),
  ListToolsRequest: request('tools/list', params.paged),
  CallToolRequest: request('tools/call', params.call),
  ListResourcesRequest: request('resources/list', params.bare),
  ListResourceTemplatesRequest: request('resources/templates/list', params.bare),
  ReadResourceRequest: request('resources/read', params.read),
  ListPromptsRequest: request('prompts/list', params.bare),
  GetPromptRequest: request('prompts/get', params.prompt),
  CompleteRequest: request('completion/complete', params.complete),
  SubscriptionsListenRequest: request('subscriptions/listen', params.listen),
};
const notifications = {
  CancelledNotification: notification('notifications/cancelled', params.cancelled),
  ProgressNotification: notification('notifications/progress', params.progress),
  LoggingMessageNotification: notification('notifications/message', params.log),
  SubscriptionsAcknowledgedNotification: notification('notifications/subscriptions/acknowledged', params.acknowledged),
  ResourceUpdatedNotification: notification('notifications/resources/updated', params.updated),
  ResourceListChangedNotification: notification('notifications/resources/list_changed', params.told),
  ToolListChangedNotification: notification('notifications/tools/list_changed'),
  PromptListChangedNotification: notification('notifications/prompts/list_changed', params.told),
};
const errors = {
  HeaderMismatchError: failure({ code: -32020, message: 'They differ.', data: { header: 'mcp-method' } }),
  MissingRequiredClientCapabilityError: failure({
    code: -32021,
    message: 'Cannot ask.',
    data: { requiredCapabilities: { elicitation: {} } },
  }),
  UnsupportedProtocolVersionError: failure({
    code: -32022,
    message: 'Unknown revision.',
    data: { supported: ['2026-07-28'], requested: '2027-01-01' },
  }),
};

/** By type. */
export const samples: { readonly [type: string]: readonly unknown[] } = {
  MetaObject: [meta, {}],
  RequestId: ['r-1', 0, -1, ''],
  ProgressToken: ['p-1', 3],
  Cursor: ['c-2'],
  Role: ['user', 'assistant'],
  LoggingLevel: ['debug', 'emergency'],
  Icon: [icon],
  Implementation: [implementation],
  Annotations: [annotations, {}],
  ClientCapabilities: [clientCapabilities, {}],
  ServerCapabilities: [serverCapabilities, {}],
  RequestMetaObject: [requestMeta, bareMeta],
  NotificationMetaObject: [notificationMeta, {}],
  ResultMetaObject: [resultMeta, {}],
  ResultType: ['complete', 'input_required', 'task'],
  RequestParams: [params.bare],
  NotificationParams: [params.told, {}],
  PaginatedRequestParams: [params.paged, params.bare],
  CacheHints: [hints, {}],
  Result: [done, {}],
  EmptyResult: [done],
  PaginatedResult: [{ ...done, nextCursor: 'c-2' }],
  CacheableResult: [{ ...done, ...hints }],
  DiscoverResult: [results.discover],

  TextContent: [text],
  ImageContent: [image],
  AudioContent: [audio],
  Resource: [resource],
  ResourceLink: [link],
  TextResourceContents: [textContents],
  BlobResourceContents: [blobContents],
  EmbeddedResource: [embedded, { type: 'resource', resource: blobContents }],
  ContentBlock: [text, image, audio, link, embedded],

  ToolAnnotations: [hintsOfTool],
  Tool: [tool],
  ListToolsRequestParams: [params.paged],
  ListToolsResult: [results.tools],
  CallToolRequestParams: [params.call],
  CallToolResult: [results.call, { content: [] }],

  ResourceTemplate: [template],
  ListResourcesRequestParams: [params.paged],
  ListResourcesResult: [results.resources],
  ListResourceTemplatesRequestParams: [params.paged],
  ListResourceTemplatesResult: [results.templates],
  ReadResourceRequestParams: [params.read],
  ReadResourceResult: [results.read],

  PromptArgument: [argument],
  Prompt: [prompt],
  PromptMessage: [promptMessage],
  ListPromptsRequestParams: [params.paged],
  ListPromptsResult: [results.prompts],
  GetPromptRequestParams: [params.prompt],
  GetPromptResult: [results.prompt],
  PromptReference: [{ type: 'ref/prompt', name: 'report', title: 'Report' }],
  ResourceTemplateReference: [{ type: 'ref/resource', uri: 'weather://{city}' }],
  CompleteRequestParams: [params.complete],
  CompleteResult: [results.complete],

  ModelHint: [{ name: 'small' }],
  ModelPreferences: [preferences],
  ToolChoice: [{ mode: 'auto' }],
  ToolUseContent: [toolUse],
  ToolResultContent: [toolResult],
  SamplingMessageContentBlock: [text, image, audio, toolUse, toolResult],
  SamplingMessage: [said, { role: 'user', content: toolResult }],
  CreateMessageRequestParams: [createMessage],
  CreateMessageResult: [created, { ...created, stopReason: 'out of words' }],

  StringSchema: [stringField],
  NumberSchema: [numberField, { ...numberField, type: 'integer' }],
  BooleanSchema: [booleanField],
  UntitledSingleSelectEnumSchema: [oneOfStrings],
  TitledSingleSelectEnumSchema: [oneOfTitled],
  SingleSelectEnumSchema: [oneOfStrings, oneOfTitled],
  UntitledMultiSelectEnumSchema: [anyOfStrings],
  TitledMultiSelectEnumSchema: [anyOfTitled],
  MultiSelectEnumSchema: [anyOfStrings, anyOfTitled],
  LegacyTitledEnumSchema: [legacy],
  EnumSchema: [oneOfStrings, anyOfTitled, legacy],
  PrimitiveSchemaDefinition: [stringField, numberField, booleanField, oneOfTitled],
  ElicitRequestFormParams: [form],
  ElicitRequestURLParams: [page],
  ElicitRequestParams: [form, page, { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } }],
  ElicitResult: [filledIn, { action: 'decline' }],

  CreateMessageRequest: [askModel],
  ListRootsRequest: [askRoots, { method: 'roots/list' }],
  ElicitRequest: [askUser],
  Root: [root],
  ListRootsResult: [{ roots: [root] }],
  InputRequest: [askModel, askRoots, askUser],
  InputResponse: [created, { roots: [] }, filledIn],
  InputRequests: [questions],
  InputResponses: [answers],
  InputRequiredResult: [inputRequired, { resultType: 'input_required', requestState: 'sealed' }],
  InputResponseRequestParams: [{ _meta: bareMeta, ...asked }],

  SubscriptionFilter: [filter, {}],
  SubscriptionsListenRequestParams: [params.listen],
  SubscriptionsListenResultMetaObject: [closedMeta],
  SubscriptionsListenResult: [results.closed],
  SubscriptionsAcknowledgedNotificationParams: [params.acknowledged],
  ResourceUpdatedNotificationParams: [params.updated],
  ProgressNotificationParams: [params.progress],
  LoggingMessageNotificationParams: [params.log, { level: 'info', data: null }],
  CancelledNotificationParams: [params.cancelled],

  ...Object.fromEntries(
    Object.entries({ ...requests, ...notifications, ...errors }).map(([type, one]) => [type, [one]]),
  ),
  ClientRequest: Object.values(requests),
  ClientNotification: [notifications.CancelledNotification],
  ServerNotification: Object.values(notifications),

  DiscoverResultResponse: [response(results.discover)],
  ListToolsResultResponse: [response(results.tools)],
  CallToolResultResponse: [response(results.call), response(inputRequired)],
  ListResourcesResultResponse: [response(results.resources)],
  ListResourceTemplatesResultResponse: [response(results.templates)],
  ReadResourceResultResponse: [response(results.read), response(inputRequired)],
  ListPromptsResultResponse: [response(results.prompts)],
  GetPromptResultResponse: [response(results.prompt), response(inputRequired)],
  CompleteResultResponse: [response(results.complete)],
  SubscriptionsListenResultResponse: [response(results.closed)],
  ServerResult: [...Object.values(results), inputRequired, {}],
  ClientResult: [{}],

  JsonRpcRequest: [request('com.example/x', { any: true }), { jsonrpc: '2.0', id: 1, method: 'x' }],
  JsonRpcNotification: [notification('com.example/y'), notification('com.example/y', { any: true })],
  JsonRpcErrorObject: [{ code: -32603, message: 'Failed.', data: 'x' }],
  JsonRpcResultResponse: [response({ any: true })],
  JsonRpcErrorResponse: [
    failure({ code: 1, message: '' }),
    { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'x' } },
  ],
  JsonRpcResponse: [response({}), failure({ code: 1, message: '' })],
  JsonRpcMessage: [request('x', {}), notification('y'), response({}), failure({ code: 1, message: '' })],
};
