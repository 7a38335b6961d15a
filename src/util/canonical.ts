/** JSON in one spelling per value, and a short name for a text. */

/** The JSON text of a value with the members of every object in order, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/**
 * A name for a text, 64 bits in letters and digits: two lanes of FNV-1a, one of them rotated. It tells texts apart that
 * nobody chose to be alike, and protects nothing.
 */
export function digestOf(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
    b = (b << 13) | (b >>> 19);
  }
  return [a, b].map((lane) => (lane >>> 0).toString(36).padStart(7, '0')).join('');
}
