import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planQuery } from '../../../src/projections/search/plan.js';
import { parseQuery } from '../../../src/projections/search/query.js';
import { relevance } from '../../../src/projections/search/relevance.js';
import { matches } from '../../support/matches.js';
import { indexed, planned, ROOMS } from './messages.js';
import { texts } from './texts.js';

const score = (q: string, text: string) => relevance(indexed(text), planned(q));

describe('relevance', () => {
  test.each([
    ['a term more often', 'tea', 'tea and tea', 'tea and cup'],
    ['a shorter text', 'tea', 'green tea', 'green tea in the afternoon'],
    ['the whole word', 'tea', 'x tea cup', 'x y tea-cup'],
    ['the whole compound', 'tea-cup', 'x tea-cup', 'x tea_cup'],
    ['a word that is inside of fewer others', '*eac*', 'teacup', 'a teacup b'],
  ])('is higher for %s', (_, q, more, less) => {
    expect(score(q, more)).toBeGreaterThan(score(q, less));
  });

  test('grows less with each time', () => {
    const scores = [1, 2, 3].map((count) => score('tea', `${'tea '.repeat(count)}${'cup '.repeat(20 - count)}`));
    const [one = 0, two = 0, three = 0] = scores;
    expect(two - one).toBeGreaterThan(three - two);
  });

  test('is 0 without words', () => {
    expect(score('from:ada', 'tea')).toBe(0);
  });

  test('is above 0, and of six digits, for a term that is there and for no other', () => {
    const hits = { found: 0, missed: 0 };
    fc.assert(
      fc.property(texts(), texts(2), fc.boolean(), (text, other, fromText) => {
        const term = parseQuery(`"${(fromText ? text.slice(0, 4) : other).replace(/["“”„‟＂]/g, '')}"`);
        fc.pre(term.kind === 'query');
        const [query, found] = [planQuery(term, ROOMS), indexed(text)];
        const value = relevance(found, query);
        expect(value > 0).toBe(matches(found, query));
        expect(value).toBe(Number(value.toFixed(6)));
        hits[value > 0 ? 'found' : 'missed'] += 1;
      }),
      { numRuns: 500 },
    );
    // a property of hits that had none would hold too
    expect(Math.min(hits.found, hits.missed)).toBeGreaterThan(50);
  });
});
