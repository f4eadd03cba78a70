/** SYMBOL FOR ESCAPE: stands before four hex digits in place of a UTF-16 unit, its own included. */
export const ESCAPE = '\u241b';

/** What XML 1.0 cannot carry, and the escape character. With `u` a surrogate matches only where it is alone. */
const UNCARRIABLE = /[^\t\n\r\x20-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]|\u{241b}/u;
const EACH_UNCARRIABLE = new RegExp(UNCARRIABLE, 'gu');
const MARKUP = /[&<>"\t\n\r]/;
const EACH_MARKUP = new RegExp(MARKUP, 'g');
const ESCAPED = /\u241b([0-9A-F]{4})/g;

/** Line breaks and tabs as references, or a reader would take them for spaces. */
const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

/** Makes attribute values of texts, without loss, and counts what it had to escape. */
export class Escaper {
  escaped = 0;

  value(text: string): string {
    const carried = UNCARRIABLE.test(text) ? text.replace(EACH_UNCARRIABLE, (unit) => this.#escape(unit)) : text;
    return MARKUP.test(carried) ? carried.replace(EACH_MARKUP, (character) => REFERENCES[character] ?? '') : carried;
  }

  #escape(unit: string): string {
    this.escaped += 1;
    return `${ESCAPE}${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  }
}

/** The text again, of an attribute's value as an XML parser gives it. */
export function unescaped(value: string): string {
  if (!value.includes(ESCAPE)) return value;
  return value.replace(ESCAPED, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

export function escapesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf(ESCAPE); at >= 0; at = text.indexOf(ESCAPE, at + 1)) count += 1;
  return count;
}
