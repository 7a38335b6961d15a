import { MAX_URI, safe } from './uri-template-match.js';
import { encodeReserved, partsOf } from './uri-template.js';

/** Values for a template's variables. */
export type TemplateValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Writes the URI that a template has for these values: RFC 6570, levels 1 to 4, with lists but without maps. Absent values leave
 * nothing. Unlike `parseTemplate` it takes ambiguous templates too.
 *
 * Values cannot change where a URI leads: they are encoded as the operator has it, and what used as a path would lead elsewhere is
 * refused, on the same terms as `match` does.
 *
 * @throws TypeError for a template that is none, for such a value, and for a URI of more than 65,536 characters
 *
 * @see https://www.rfc-editor.org/rfc/rfc6570#section-3.2
 */
export function expandTemplate(source: string, values: TemplateValues): string {
  const uri = partsOf(source)
    .map((part) => {
      if (typeof part === 'string') return part;
      const { op, vars, named, marked, separator } = part;
      const written = vars.flatMap(({ name, many, prefix }) => {
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        const whole = typeof value === 'string' && prefix > 0 ? Array.from(value).slice(0, prefix).join('') : value;
        const texts = (typeof whole === 'string' ? [whole] : (whole ?? [])).map((one) => {
          if (safe(one, op)) return op === '+' || op === '#' ? encodeReserved(one) : encode(one);
          throw new TypeError(
            `URI template "${source.slice(0, 99)}": ${name} is ${JSON.stringify(one.slice(0, 99))}, which leads elsewhere`,
          );
        });
        if (texts.length === 0) return [];
        return (many ? texts : [texts.join(',')]).map((text) =>
          named ? name + (text === '' && op === ';' ? '' : `=${text}`) : text,
        );
      });
      return written.length === 0 ? '' : (marked ? op : '') + written.join(separator);
    })
    .join('');
  if (uri.length > MAX_URI)
    throw new TypeError(`URI template "${source.slice(0, 99)}": more than ${MAX_URI} characters`);
  return uri;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
