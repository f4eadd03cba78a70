import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { occurrences } from '../../../src/projections/search/occurrences.js';

/** Tokens of few letters, so that they repeat. */
const tokens = (maxLength: number) => fc.array(fc.constantFrom('a', 'ab', 'b'), { maxLength });

describe('occurrences', () => {
  test.each(['phrase', 'prefix'] as const)('of a %s are all places where it is', (kind) => {
    fc.assert(
      fc.property(tokens(30), tokens(5), (sequence, wanted) => {
        expect(occurrences(sequence, wanted, kind)).toEqual(everyPlace(sequence, wanted, kind));
      }),
      { numRuns: 2_000 },
    );
  });

  test('are no more than wanted, the first ones', () => {
    expect(occurrences(['a', 'a', 'a'], ['a'], 'phrase', 2)).toEqual([0, 1]);
  });

  test('what repeats itself costs each token once: the sequence is read no more often than it is long', () => {
    let read = 0;
    const counted = new Proxy(new Array<string>(20_000).fill('a'), {
      get(target, member) {
        if (typeof member === 'string' && /^\d+$/.test(member)) read += 1;
        return Reflect.get(target, member) as unknown;
      },
    });
    expect(occurrences(counted, [...new Array<string>(2_000).fill('a'), 'b'], 'phrase')).toEqual([]);
    expect(read).toBe(20_000);
  });
});

function everyPlace(sequence: readonly string[], wanted: readonly string[], kind: 'phrase' | 'prefix') {
  const last = wanted.length - 1;
  if (last < 0) return [];
  return [...sequence.keys()].filter((first) =>
    wanted.every((token, index) => {
      const found = sequence[first + index];
      return kind === 'prefix' && index === last ? found?.startsWith(token) : found === token;
    }),
  );
}
