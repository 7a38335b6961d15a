import { describe, expect, test } from 'vitest';
import { acceptsStream, isJson, typeOf } from '../../src/http/media.js';

describe('A3: a content type is JSON', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'APPLICATION/JSON',
    'Application/Json; Charset="utf-8"',
    'application/json;',
    'application/json ; charset = utf-8',
  ])('%j: yes', (type) => expect(isJson(type)).toBe(true));

  test.each([
    null,
    undefined,
    '',
    'text/plain',
    'text/plain; a=application/json',
    'text/plain;application/json',
    'text/plain, application/json',
    'application/json, text/plain',
    'application/json, application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=application/json',
    'application/jsonp',
    'application/json-seq',
    'application/json5',
    'xapplication/json',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'text/json',
    '*/*',
  ])('%j: no', (type) => expect(isJson(type)).toBe(false));

  test('a long tail of parameters costs no more than its length', () => {
    expect(isJson(`application/json${';'.repeat(100_000)}x`)).toBe(false);
    expect(isJson(`application/json${'; '.repeat(50_000)}x`)).toBe(false);
    expect(isJson(`application/json;${' '.repeat(100_000)}x`)).toBe(false);
    expect(isJson(`application/json${' '.repeat(100_000)}x`)).toBe(false);
  });
});

describe('Accept is read leniently: only one that names JSON and leaves streams out refuses a stream', () => {
  test.each([
    null,
    undefined,
    '',
    '*/*',
    'application/json, text/event-stream',
    'text/event-stream,application/json;q=0.1',
    'APPLICATION/JSON, Text/Event-Stream',
    'application/json, text/*',
    'application/*, */*',
    'text/html',
    'text/event-stream',
    'text/*',
    'text/html, application/xhtml+xml, */*;q=0.8',
    ',,;;,',
  ])('%j takes a stream', (header) => expect(acceptsStream(header)).toBe(true));

  test.each([
    'application/json',
    'Application/JSON',
    'application/*',
    'application/json; charset=utf-8',
    'application/json, text/html',
    'text/html,application/json;q=0.1',
  ])('%j takes JSON only', (header) => expect(acceptsStream(header)).toBe(false));

  test.each(['application/json, text/event-stream;q=0', 'application/json, text/event-stream; q=0.000'])(
    'weights are not looked at: %j takes a stream',
    (header) => expect(acceptsStream(header)).toBe(true),
  );

  test('a long header costs no more than its length', () => {
    expect(acceptsStream(`${'application/'.repeat(50_000)}json`)).toBe(false);
    expect(acceptsStream(`application/json${', text/'.repeat(50_000)}`)).toBe(false);
  });
});

test('the type of a Content-Type is read without its parameters', () => {
  expect(typeOf('Text/Event-Stream; charset=utf-8')).toBe('text/event-stream');
  expect(typeOf(null)).toBe('');
});
