import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_ITEMS, MAX_QUERY, parseQuery, type Query } from '../../../src/projections/search/query.js';
import { printQuery } from '../../../src/projections/search/print-query.js';
import { HOSTILE, texts } from './texts.js';

function parsed(q: string): Query {
  const query = parseQuery(q);
  if (query.kind === 'invalid') throw new Error(JSON.stringify(query.errors));
  return query;
}

/** `kind text` of each item, with a `-` before what is negated. */
function shown(q: string): readonly string[] {
  return parsed(q).items.map((item) => {
    const { kind, negated } = item;
    const said = Object.entries(item).filter(([member]) => !['kind', 'negated', 'offset'].includes(member));
    return `${negated ? '-' : ''}${kind} ${said.map(([, value]) => String(value)).join('')}`;
  });
}

function offsets(q: string): readonly number[] {
  const query = parseQuery(q);
  return query.kind === 'invalid' ? query.errors.map(({ offset }) => offset) : [];
}

function withoutOffsets({ items }: Query) {
  return items.map((item) => ({ ...item, offset: 0 }));
}

/** Items as somebody may write them, well and badly. */
const written = fc
  .array(
    fc.oneof(
      texts(6),
      texts(3).map((text) => `"${text}"`),
      texts(3).map((text) => `${text}*`),
      texts(4).map((text) => `*abc${text}*`),
      texts(3).map((text) => `-${text}`),
      fc.tuple(fc.constantFrom('from:', 'In:', '-in:', '-from:'), texts(3)).map(([name, text]) => `${name}"${text}"`),
      fc.tuple(fc.constantFrom('from:', 'IN:'), texts(2)).map(([name, text]) => `${name}x${text}`),
      fc.constantFrom(
        'is:alert',
        '-is:STORY',
        'has:file',
        '-has:link',
        'after:2026-11-01',
        'BEFORE:2026-11-01T09:30:00+02:00',
      ),
    ),
    { maxLength: 5 },
  )
  .map((items) => items.join(' '));

describe('the query language', () => {
  test.each([
    ['apple  banana\tcherry', ['word apple', 'word banana', 'word cherry']],
    ['"buy low" “sell high”', ['phrase buy low', 'phrase sell high']],
    ['tea -coffee -"iced tea" -sug*', ['word tea', '-word coffee', '-phrase iced tea', '-prefix sug']],
    ['settl* *dampfschiff* *foo a*b', ['prefix settl', 'inside dampfschiff', 'word *foo', 'word a*b']],
    ['from:ada IN:desk in:"two words" In:“zwei Wörter”', ['from ada', 'in desk', 'in two words', 'in zwei Wörter']],
    ['has:file -has:LINK is:Alert is:story', ['has file', '-has link', 'is alert', 'is story']],
    ['after:2026-11-01 before:"2026-11-02"', ['after 2026-11-01T00:00:00.000Z', 'before 2026-11-02T00:00:00.000Z']],
    ['std::vec https://x.com text:x from-me', ['word std::vec', 'word https://x.com', 'word text:x', 'word from-me']],
    ['in:two"three"', ['in two', 'phrase three']],
    ['--flag', ['-word -flag']],
    ['-only', ['-word only']],
  ])('%s', (q, items) => {
    expect(shown(q)).toEqual(items);
  });

  test('punctuation alone is left out, as long as something is left', () => {
    expect(shown('a - ... "" "!" * ** -* (((')).toEqual(['word a']);
  });

  test('a quote that nobody closes reaches to the end', () => {
    expect(shown('a "b c')).toEqual(['word a', 'phrase b c']);
    expect(shown('in:"two wor')).toEqual(['in two wor']);
    expect(shown('5" disk')).toEqual(['word 5', 'phrase  disk']);
  });

  test('items know where they begin, in UTF-16 units and with their minus', () => {
    expect(parsed('💩 -b  "c d"e in:x').items.map(({ offset }) => offset)).toEqual([0, 3, 7, 12, 14]);
  });

  test.each([
    ['', [0]],
    ['   ', [0]],
    ['"', [0]],
    ['--- "..."', [0]],
    ['\0\ud800', [0]],
    ['is:purple', [0]],
    ['hello has:cat -is:x', [6, 14]],
    ['a from: b in:"" ', [2, 10]],
    ['before:soon after:2026-13-45 after:2026-11-01T99:00:00Z', [0, 12, 29]],
    ['a -before:2026-11-01', [2]],
    ['ab *ab* *éé*', [3, 8]],
    ['x'.repeat(MAX_QUERY + 1), [MAX_QUERY]],
    ['a '.repeat(1_000), [2 * MAX_ITEMS]],
  ])('what cannot be read is an error at its place: %j', (q, places) => {
    expect(offsets(q)).toEqual(places);
  });

  test('the longest query and the most items are still read', () => {
    expect(shown('x'.repeat(MAX_QUERY))).toHaveLength(1);
    expect(shown('a '.repeat(MAX_ITEMS))).toHaveLength(MAX_ITEMS);
  });

  test('inside words three characters are needed, in languages without spaces any are enough', () => {
    expect(shown('*京* *北京* *ﬁx*')).toEqual(['inside 京', 'inside 北京', 'inside ﬁx']);
  });

  test('whatever is read is printed as what reads as the same', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(written, (q) => {
        const query = parseQuery(q);
        fc.pre(query.kind === 'query');
        for (const { kind } of query.items) kinds.add(kind);
        const again = parsed(printQuery(query));
        expect(withoutOffsets(again)).toEqual(withoutOffsets(query));
        expect(printQuery(again)).toBe(printQuery(query));
      }),
      { numRuns: 2_000 },
    );
    expect([...kinds].sort()).toEqual([
      'after',
      'before',
      'from',
      'has',
      'in',
      'inside',
      'is',
      'phrase',
      'prefix',
      'word',
    ]);
  });

  test('any text is a query or has errors at places within it, and throws nothing', () => {
    fc.assert(
      fc.property(fc.oneof(texts(80), written), (q) => {
        const query = parseQuery(q);
        if (query.kind === 'query') expect(query.items.length).toBeGreaterThan(0);
        else for (const { offset } of query.errors) expect(offset).toBeLessThanOrEqual(q.length);
      }),
      { numRuns: 2_000 },
    );
    for (const text of Object.values(HOSTILE)) parseQuery(text.slice(0, MAX_QUERY));
  });
});
