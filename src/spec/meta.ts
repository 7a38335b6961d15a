/**
 * The `_meta` keys that the specification reserves.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#meta
 */
export const META_PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion';
export const META_CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';
export const META_CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
export const META_SERVER_INFO = 'io.modelcontextprotocol/serverInfo';
export const META_LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
export const META_SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
/** Trace context: the keys that need no prefix. */
export const META_TRACEPARENT = 'traceparent';
export const META_TRACESTATE = 'tracestate';
export const META_BAGGAGE = 'baggage';
