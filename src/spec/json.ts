/** A JSON object as it came off the wire, or as it will go out. */
export type JsonObject = Record<string, unknown>;
