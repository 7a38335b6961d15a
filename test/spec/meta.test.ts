import { expect, test } from 'vitest';
import * as keys from '../../src/spec/meta.js';

const LABEL = '[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const KEY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*/)?(?:[A-Za-z0-9](?:[\\w.-]*[A-Za-z0-9])?)?$`);

// spec: basic#meta.2 basic#meta.3 basic#meta.5
test.each(Object.values(keys))(
  'the key %s has the form of a _meta key, with the prefix of the protocol or none',
  (key) => {
    expect(key).toMatch(KEY);
    expect(key).toMatch(/^(?:io\.modelcontextprotocol\/|[^/]+$)/);
  },
);
