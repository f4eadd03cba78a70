import fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { ESCAPE, Escaper, escapesIn, unescaped } from '../../../src/workers/compliance/xml/escaper.js';

/** Also what no text of ours can hold: NUL and lone surrogates. */
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit))).map((units) => units.join('')),
  fc
    .array(fc.constantFrom('\0', '\t', '\n', '\r', '"', '<', '&', '>', "'", ESCAPE, 'A', '\ud800', '\udc00', '\ufffe'))
    .map((units) => units.join('')),
);

function bySaxes(document: string): string {
  let found = '';
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ attributes }) => {
    found = attributes['b'] ?? '';
  });
  parser.write(document).close();
  return found;
}

function byLibxml(document: string): string {
  const parsed = XmlDocument.fromBuffer(Buffer.from(document));
  try {
    return parsed.root.attr('b')?.value ?? '';
  } finally {
    parsed.dispose();
  }
}

describe('attribute values', () => {
  it('carry any sequence of UTF-16 units through two parsers without loss', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const document = `<?xml version="1.0" encoding="utf-8"?><a b="${new Escaper().value(text)}"/>`;
        expect(document.isWellFormed()).toBe(true);
        expect(unescaped(bySaxes(document))).toBe(text);
        expect(unescaped(byLibxml(document))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('count every unit that had to be escaped', () => {
    fc.assert(
      fc.property(fc.array(anything), (texts) => {
        const escaper = new Escaper();
        const written = texts.map((text) => escaper.value(text)).join(' ');
        expect(escapesIn(written)).toBe(escaper.escaped);
      }),
    );
  });

  it('leave ordinary text as it is, in any script', () => {
    const text = `C:\\new\\u0041 'quoted' 👩‍👩‍👧‍👦 עברית e\u0301 \u2028 \u0085 \u007f`;
    const escaper = new Escaper();
    expect(escaper.value(text)).toBe(text);
    expect(escaper.escaped).toBe(0);
  });

  it('escape the escape character, so that no text can pretend to be escaped', () => {
    expect(new Escaper().value(`${ESCAPE}0041`)).toBe(`${ESCAPE}241B0041`);
    expect(unescaped(`${ESCAPE}241B0041`)).toBe(`${ESCAPE}0041`);
  });
});
