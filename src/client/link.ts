/**
 * How a client speaks to one server: what goes into a message, and what a result must look like. Core code asks its link
 * and knows no revision itself.
 */
import {
  isObject,
  type JsonObject,
  type JsonRpcErrorObject,
  type RequestId,
  UNSUPPORTED_VERSION,
} from '../json-rpc.js';
import { META_CLIENT_CAPABILITIES, META_CLIENT_INFO, META_PROTOCOL_VERSION } from '../spec/meta.js';
import type { ClientCapabilities, Implementation, MetaObject, ServerCapabilities } from '../spec/types.js';
import { MODERN_VERSIONS } from '../spec/versions.js';
import type { ClientTransport } from './transport.js';

/** What a client knows about its server. */
export interface ServerFacts {
  /** Name and version, self-reported: for display and logs. Absent when the server was not asked, or did not say. */
  readonly info?: Implementation;
  /** What the server offers; empty when it was not asked. */
  readonly capabilities: ServerCapabilities;
  /** How a model should use the server. */
  readonly instructions?: string;
  /** The protocol revision, or `'none'` for plain JSON-RPC. */
  readonly protocolVersion: string;
  /** `modern`: 2026-07-28 and later. `legacy`: before. `plain`: JSON-RPC without MCP. */
  readonly era: 'modern' | 'legacy' | 'plain';
}

/** A way to speak to one server. */
export interface Link {
  readonly transport: ClientTransport;
  readonly server: ServerFacts;
  /** The params of a message as they go out. `progress`: the token for progress, where it is a request. */
  params(params: JsonObject | undefined, meta: MetaObject | undefined, progress?: RequestId): JsonObject | undefined;
  /** Whether a result is what was asked for. Another says in `resultType` what it is. */
  complete(result: JsonObject): boolean;
  /** Whether a request that failed like this is to be sent once more, now that the link has adapted itself. */
  adapt(error: JsonRpcErrorObject): boolean;
}

/** Speaks plain JSON-RPC. */
export function plainLink(transport: ClientTransport): Link {
  return {
    transport,
    server: { capabilities: {}, protocolVersion: 'none', era: 'plain' },
    params(params, meta) {
      return meta === undefined ? params : { ...params, _meta: { ...metaOf(params), ...meta } };
    },
    complete: () => true,
    adapt: () => false,
  };
}

/** Speaks a revision that carries version, identity and capabilities in every message. */
export function modernLink(
  transport: ClientTransport,
  info: Implementation,
  facts: ServerFacts,
  capabilities: ClientCapabilities,
  pinned: boolean,
): Link {
  const known = pinned ? [facts.protocolVersion] : MODERN_VERSIONS;
  let own: MetaObject;
  const link = {
    transport,
    server: facts,
    params(params: JsonObject | undefined, meta: MetaObject | undefined, progress?: RequestId): JsonObject {
      const all: MetaObject = { ...metaOf(params), ...meta, ...own };
      if (progress !== undefined) all['progressToken'] = progress;
      return { ...params, _meta: all };
    },
    // https://modelcontextprotocol.io/specification/2026-07-28/basic#resulttype
    complete: ({ resultType }: JsonObject) => resultType === undefined || resultType === 'complete',
    // https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#protocol-version-negotiation
    adapt(error: JsonRpcErrorObject): boolean {
      const version = common(known, error);
      if (version !== undefined) speak(version);
      return version !== undefined;
    },
  };
  const speak = (protocolVersion: string): void => {
    link.server = { ...link.server, protocolVersion };
    own = {
      [META_PROTOCOL_VERSION]: protocolVersion,
      [META_CLIENT_INFO]: info,
      [META_CLIENT_CAPABILITIES]: capabilities,
    };
  };
  speak(facts.protocolVersion);
  return link;
}

/** The newest of our versions that an unsupported-version error offers. */
function common(known: readonly string[], { code, data }: JsonRpcErrorObject): string | undefined {
  const supported = code === UNSUPPORTED_VERSION && isObject(data) ? data['supported'] : undefined;
  return Array.isArray(supported) ? known.find((version) => supported.includes(version)) : undefined;
}

function metaOf(params: JsonObject | undefined): MetaObject | undefined {
  const meta = params?.['_meta'];
  return isObject(meta) ? meta : undefined;
}
