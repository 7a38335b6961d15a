/** Texts for property tests: ASCII, controls, Latin-1, the rest of Unicode, and what JavaScript strings hold beyond it. */
import * as fc from 'fast-check';

const character = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.integer({ min: 0, max: 0x1f }),
  fc.integer({ min: 0x7f, max: 0xff }),
  fc.integer({ min: 0x100, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
  fc.constantFrom(0x2028, 0x2029, 0xfeff, 0xfffd),
);

/** Any text that UTF-8 can carry. */
export const text = fc.array(character).map((codes) => String.fromCodePoint(...codes));

/** Any JavaScript string, lone surrogates included. */
export const anyString = fc
  .array(fc.oneof(character, fc.integer({ min: 0xd800, max: 0xdfff })))
  .map((codes) => String.fromCodePoint(...codes));
