import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { categoryDecider } from '../../src/domain/category/decide.js';
import type { CategoryFact } from '../../src/domain/category/category.js';
import { withEntry, withoutEntry } from '../../src/domain/layered-map.js';
import { fold } from '../support/decider-specification.js';

const key = fc.nat(400);
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ key, value: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ key, value: fc.constant(undefined) }) },
);

describe('an immutable map', () => {
  it('is at every step what a map that was changed in place would be, and stays so', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.array(operation, { maxLength: 200, size: 'max' }), (size, operations) => {
        const model = new Map(Array.from({ length: size }, (_, index) => [index, -1]));
        let map: ReadonlyMap<number, number> = new Map(model);
        const history: { map: ReadonlyMap<number, number>; expected: ReadonlyMap<number, number> }[] = [];
        for (const { key, value } of operations) {
          map = value === undefined ? withoutEntry(map, key) : withEntry(map, key, value);
          if (value === undefined) model.delete(key);
          else model.set(key, value);
          expect([map.size, map.has(key), map.get(key)]).toStrictEqual([model.size, value !== undefined, value]);
          history.push({ map, expected: new Map(model) });
        }
        for (const { map: old, expected } of history) {
          expect(new Map(old)).toEqual(expected);
          expect(old.size).toBe(expected.size);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('can be walked in every way a map can', () => {
    let map: ReadonlyMap<string, number> = new Map(Array.from({ length: 100 }, (_, index) => [`k${index}`, index]));
    map = withoutEntry(withEntry(withEntry(map, 'new', 100), 'k7', -7), 'k3');
    expect([map instanceof Map, map.size]).toStrictEqual([false, 100]);
    const entries = [...map];
    expect(entries).toHaveLength(100);
    expect(Object.fromEntries(entries)).toMatchObject({ k7: -7, new: 100, k99: 99 });
    expect(Object.fromEntries(entries)).not.toHaveProperty('k3');
    expect([...map.entries()]).toStrictEqual(entries);
    expect([...map.keys()]).toStrictEqual(entries.map(([at]) => at));
    expect([...map.values()]).toStrictEqual(entries.map(([, value]) => value));
    const seen: [string, number][] = [];
    map.forEach((value, at, whole) => {
      expect(whole).toBe(map);
      seen.push([at, value]);
    });
    expect(seen).toStrictEqual(entries);
  });

  it('is the same one when there was nothing to remove', () => {
    const map = new Map([['a', 1]]);
    expect(withoutEntry(map, 'b')).toBe(map);
  });

  it('holds the names of a category with ten thousand rooms', () => {
    const created: CategoryFact = {
      type: 'CategoryCreated',
      data: {
        name: 'Desk',
        description: '',
        denied: [],
        creators: [],
        settings: { invitations: 'on', fileUpload: 'on', history: 'on', externals: 'off' },
      },
    };
    const names = Array.from({ length: 10_000 }, (_, index) => ({ roomId: `r${index}`, name: `n${index}` }));
    const state = fold(categoryDecider, [
      created,
      ...names.map((data) => ({ type: 'NameReserved' as const, data })),
      ...names.slice(0, 5_000).map((data) => ({ type: 'NameReleased' as const, data })),
    ]);
    expect(
      state.kind === 'live' && [state.names.size, state.names.get('n4999'), state.names.get('n9999')],
    ).toStrictEqual([5_000, undefined, 'r9999']);
  });
});
