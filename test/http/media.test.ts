import { describe, expect, test } from 'vitest';
import { accepts, isJson, typeOf } from '../../src/http/media.js';

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

describe('Accept is read leniently', () => {
  const both = { json: true, sse: true };
  const json = { json: true, sse: false };
  const sse = { json: false, sse: true };
  test.each([
    [null, both],
    [undefined, both],
    ['', both],
    ['*/*', both],
    ['application/json, text/event-stream', both],
    ['text/event-stream,application/json;q=0.1', both],
    ['APPLICATION/JSON, Text/Event-Stream', both],
    ['text/html', both],
    ['application/json', json],
    ['application/*', json],
    ['application/json, text/event-stream;q=0', json],
    ['application/json, text/event-stream; q=0.000', json],
    ['application/json, text/event-stream;q=0.01', both],
    ['text/event-stream', sse],
    ['text/*', sse],
    ['text/html, application/xhtml+xml, */*;q=0.8', both],
    [',,;;,', both],
  ])('%j', (header, expected) => expect(accepts(header)).toEqual(expected));
});

test('the type of a Content-Type is read without its parameters', () => {
  expect(typeOf('Text/Event-Stream; charset=utf-8')).toBe('text/event-stream');
  expect(typeOf(null)).toBe('');
});
