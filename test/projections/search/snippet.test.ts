import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { snippetOf, SNIPPET, type Snippet } from '../../../src/projections/search/snippet.js';
import { matches } from '../../support/matches.js';
import { indexed, planned } from './messages.js';
import { HOSTILE, texts } from './texts.js';

/** The snippet with brackets around what is highlighted. */
function shown(q: string, text: string, title?: string): string {
  return bracketed(snippetOf({ text, ...(title !== undefined && { title }) }, planned(q)));
}

function bracketed({ snippet, highlights }: Snippet): string {
  return highlights.reduceRight(
    (rest, [start, end]) => `${rest.slice(0, start)}[${rest.slice(start, end)}]${rest.slice(end)}`,
    snippet,
  );
}

const FILLER = 'filler '.repeat(60);

describe('highlights', () => {
  test.each([
    ['word', 'Word, a word; words', '[Word], a [word]; words'],
    ['cafe', 'Le CAFÉ', 'Le [CAFÉ]'],
    ['"low sell"', 'low, sell low sell', '[low], [sell] [low] [sell]'],
    ['low sell', 'sell it low', '[sell] it [low]'],
    ['settl*', 'settled settlement set', '[settled] [settlement] set'],
    ['name', 'getName nameless', 'get[Name] nameless'],
    ['get-name', 'getName get name', '[getName] [get] [name]'],
    ['getName', 'a getName', 'a [getName]'],
    ['4521', 'see #4521', 'see #[4521]'],
    ['#4521', 'see #4521.', 'see [#4521].'],
    ['*dampf*', 'Donaudampfschiff', 'Donau[dampf]schiff'],
    ['*stras*', 'Hauptstraße', 'Haupt[straß]e'],
    ['*aaa*', 'baaaaaa', 'b[aaaaaa]'],
    ['北京', '我们在北京开会', '我们在[北京]开会'],
    ['証券取引', '東京証券取引所', '東京[証券取引]所'],
    ['京', '東京証券', '東[京]証券'],
    ['東', '東京 東', '[東]京 [東]'],
    ['ガ', 'ｶﾞギ', '[ｶﾞ]ギ'],
    ['ト', '㍍', '[㍍]'],
    ['서울', '오늘 서울에서', '오늘 [서울]에서'],
    ['👍', 'ok👍🏽!', 'ok[👍🏽]!'],
    ['a -b', 'a c', '[a] c'],
  ])('cover what was matched: %s in %s', (q, text, expected) => {
    expect(shown(q, text)).toBe(expected);
  });

  test('without words there are none', () => {
    expect(shown('from:ada', 'hello')).toBe('hello');
    expect(shown('-x', '', 'title')).toBe('title');
  });
});

describe('a snippet', () => {
  test('is of the title when only that has the words', () => {
    expect(shown('tale', 'once', 'A tale')).toBe('A [tale]');
    expect(shown('tale once', 'once', 'A tale')).toBe('[once]');
  });

  test('is cut between words, around the place with most of the terms', () => {
    const text = `${FILLER}one ${FILLER}one and two ${FILLER}`;
    const cut = shown('one two', text);
    expect(cut).toContain(' [one] and [two] ');
    expect(cut).toMatch(/^…filler .* filler…$/);
    expect(cut.length).toBeLessThan(SNIPPET + 10);
  });

  test('of a short text, and of the ends of a long one, is not cut there', () => {
    expect(shown('x', 'x')).toBe('[x]');
    expect(shown('x', `x ${FILLER}`)).toMatch(/^\[x\] filler .*filler…$/);
    expect(shown('x', `${FILLER}x`)).toMatch(/^…filler .* \[x\]$/);
  });

  test.each(['👩‍👩‍👧‍👦', '🇩🇪', 'e\u0301\u0323', '각', '\r\n', 'นี้'])('never cuts a grapheme: %j', (grapheme) => {
    for (let shift = 0; shift < 12; shift += 1) {
      const many = grapheme.repeat(150);
      const text = `${'x'.repeat(shift)}${many} needle ${many}`;
      const { snippet } = snippetOf({ text }, planned('needle'));
      const cut = snippet.replace(/^…|…$/g, '');
      const start = text.indexOf('needle') - cut.indexOf('needle');
      for (const place of [start, start + cut.length]) expect(isBoundary(text, place)).toBe(true);
    }
  });

  test('shows what was found, whatever it is', () => {
    const hits = { found: 0, missed: 0 };
    fc.assert(
      fc.property(texts(), texts(), fc.nat(300), fc.nat(300), (found, query, before, behind) => {
        const q = `"${(found + query).replace(/["“”„‟＂]/g, '').slice(0, 6)}"`;
        fc.pre(/[a-z0-9京]/i.test(q));
        const text = `${'w '.repeat(before)}${found}${query}${' z'.repeat(behind)}`;
        const wanted = planned(q);
        const { snippet, highlights } = snippetOf({ text }, wanted);
        expect(highlights.length > 0).toBe(matches(indexed(text), wanted));
        hits[highlights.length > 0 ? 'found' : 'missed'] += 1;
        expect(snippet.length).toBeLessThanOrEqual(2 * SNIPPET);
        let last = -1;
        for (const [start, end] of highlights) {
          expect(start > last && start < end && end <= snippet.length).toBe(true);
          last = end;
        }
        expect(text).toContain(snippet.replace(/^…/, '').replace(/…$/, ''));
      }),
      { numRuns: 1_000 },
    );
    // a property of hits that had none would hold too
    expect(hits.found).toBeGreaterThan(500);
  });

  test.each(Object.entries(HOSTILE))('of 64 KB of %s is a short one', (_, text) => {
    const { snippet, highlights } = snippetOf({ text: `${text} needle ${text}` }, planned('needle *edl*'));
    expect(snippet.length).toBeLessThanOrEqual(2 * SNIPPET);
    expect(highlights.map(([start, end]) => snippet.slice(start, end))).toEqual(['needle']);
    expect(snippetOf({ text }, planned('a* *aaa* "京京京" *aba* 🇩 👍 क')).snippet.length).toBeLessThanOrEqual(
      2 * SNIPPET,
    );
  });
});

function isBoundary(text: string, place: number): boolean {
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text);
  return place === text.length || graphemes.containing(place)?.index === place;
}
