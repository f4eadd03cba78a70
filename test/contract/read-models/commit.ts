import { describe, expect, test } from 'vitest';
import { InvalidRowError } from '../../../src/projections/read-models.js';
import { allRows, at, gone, put, type ReadModelsEngine } from './engine.js';
import { openedFor } from './opened.js';

const TABLES = { people: { key: ['room', 'user'], indexes: { byAge: ['age'] } }, rooms: { key: ['room'] } };
const ada = { room: 'r1', user: 'ada', age: 36 };
const bob = { room: 'r1', user: 'bob', age: 7 };

export function commitContract(engine: ReadModelsEngine): void {
  describe('a commit', () => {
    const { models, fresh } = openedFor(engine);

    test('of a new read model begins at the origin, with no rows', async () => {
      const writer = await fresh(TABLES);
      expect(await writer.checkpoint()).toBe(0);
      expect(await models().checkpoint(writer.schema.name)).toBe(0);
      expect(await models().scan(writer.schema.name, { table: 'people', limit: 10 })).toEqual({
        rows: [],
        checkpoint: 0,
      });
    });

    test('shows all its rows of all tables and its checkpoint together', async () => {
      const writer = await fresh(TABLES);
      const { name } = writer.schema;
      await writer.commit([put('people', ['r1', 'ada'], 3, ada), put('rooms', ['r1'], 2, { room: 'r1' })], at(5));
      expect(await models().scan(name, { table: 'people', limit: 10 })).toEqual({ rows: [ada], checkpoint: 5 });
      expect(await models().get(name, 'rooms', ['r1'])).toEqual({ room: 'r1' });
      expect(await writer.checkpoint()).toBe(5);
      expect(await models().checkpoint(name)).toBe(5);
    });

    test('without rows moves the checkpoint alone', async () => {
      const writer = await fresh(TABLES);
      await writer.commit([], at(9));
      expect(await writer.checkpoint()).toBe(9);
    });

    test('replaces a row whole, and takes away one that is gone', async () => {
      const writer = await fresh(TABLES);
      const { name } = writer.schema;
      await writer.commit(
        [put('people', ['r1', 'ada'], 1, { ...ada, note: 'x' }), put('people', ['r1', 'bob'], 2, bob)],
        at(2),
      );
      await writer.commit(
        [put('people', ['r1', 'ada'], 3, { ...ada, age: 37 }), gone('people', ['r1', 'bob'], 4)],
        at(4),
      );
      expect(await allRows(models(), name, 'people')).toEqual([{ ...ada, age: 37 }]);
      const byAge = await models().scan(name, { table: 'people', index: 'byAge', prefix: [37], limit: 10 });
      expect(byAge.rows).toHaveLength(1);
      expect(await models().get(name, 'people', ['r1', 'bob'])).toBeUndefined();
    });

    test('takes away what is not there without a word', async () => {
      const writer = await fresh(TABLES);
      await writer.commit([gone('rooms', ['never'], 1)], at(1));
      expect(await writer.checkpoint()).toBe(1);
    });

    test('keeps any JSON in a row exactly', async () => {
      const writer = await fresh(TABLES);
      const row = {
        room: 'r"1\\',
        text: 'line\nbreak "quoted" 😀 日本 \u2028',
        deep: { list: [1.5, null, true, 'x'] },
      };
      await writer.commit([put('rooms', [row.room], 1, row)], at(1));
      expect(await models().get(writer.schema.name, 'rooms', [row.room])).toEqual(row);
      expect(await writer.load('rooms', [[row.room]])).toEqual([{ row, position: 1 }]);
    });

    test('seen twice changes nothing', async () => {
      const writer = await fresh(TABLES);
      const { name } = writer.schema;
      const batch = [put('people', ['r1', 'ada'], 1, ada), put('people', ['r1', 'bob'], 2, bob)];
      await writer.commit(batch, at(2));
      await writer.commit(batch, at(2));
      expect(await allRows(models(), name, 'people')).toEqual([ada, bob]);
      expect(await writer.checkpoint()).toBe(2);
    });

    test('seen again late neither changes rows nor brings one back nor moves the checkpoint back', async () => {
      const writer = await fresh(TABLES);
      const early = [put('people', ['r1', 'ada'], 1, ada), put('people', ['r1', 'bob'], 2, bob)];
      await writer.commit(early, at(2));
      await writer.commit(
        [put('people', ['r1', 'ada'], 3, { ...ada, age: 40 }), gone('people', ['r1', 'bob'], 4)],
        at(4),
      );
      await writer.commit(early, at(2));
      expect(await allRows(models(), writer.schema.name, 'people')).toEqual([{ ...ada, age: 40 }]);
      expect(await writer.checkpoint()).toBe(4);
    });

    test('that overlaps what was seen adds only what is new', async () => {
      const writer = await fresh(TABLES);
      await writer.commit([put('people', ['r1', 'ada'], 1, ada)], at(1));
      await writer.commit(
        [put('people', ['r1', 'ada'], 1, { ...ada, age: 99 }), put('people', ['r1', 'bob'], 2, bob)],
        at(2),
      );
      expect(await allRows(models(), writer.schema.name, 'people')).toEqual([ada, bob]);
    });

    test('that is refused leaves neither rows nor checkpoint', async () => {
      const writer = await fresh(TABLES);
      const good = put('people', ['r1', 'ada'], 1, ada);
      const refused = [
        put('people', ['r1', 'bob'], 2, { room: 'r1', user: 'bob' }), // no age to index
        put('people', ['r1'], 2, bob), // half a key
        put('people', ['r1', 'bob'], 2, { ...bob, age: 1.5 }),
        put('nowhere', ['x'], 2, bob),
        put('people', ['r1', 'bob'], 3, bob), // ahead of the checkpoint
      ];
      for (const write of refused) await expect(writer.commit([good, write], at(2))).rejects.toThrow(InvalidRowError);
      expect(await allRows(models(), writer.schema.name, 'people')).toEqual([]);
      expect(await writer.checkpoint()).toBe(0);
      await writer.commit([good], at(2));
      expect(await allRows(models(), writer.schema.name, 'people')).toEqual([ada]);
    });

    test('is seen by the next load, with the position of each row, in the order of the keys', async () => {
      const writer = await fresh(TABLES);
      await writer.commit([put('people', ['r1', 'ada'], 1, ada), put('people', ['r1', 'bob'], 2, bob)], at(6));
      const found = await writer.load('people', [
        ['r1', 'bob'],
        ['r1', 'carl'],
        ['r1', 'ada'],
        ['r1', 'bob'],
      ]);
      expect(found).toEqual([
        { row: bob, position: 2 },
        undefined,
        { row: ada, position: 1 },
        { row: bob, position: 2 },
      ]);
      expect(await writer.load('people', [])).toEqual([]);
    });

    test('of scattered rows is like any other', async () => {
      const writer = await fresh({ keys: { key: ['key'], scattered: true } });
      const key = (n: number) => String((n * 7919) % 1000);
      const rows = [1, 2, 3, 4].map((n) => put('keys', [key(n)], n, { key: key(n), n }));
      await writer.commit(rows, at(4));
      await writer.commit(
        [...rows, gone('keys', [key(2)], 5), put('keys', [key(3)], 6, { key: key(3), n: 33 })],
        at(6),
      );
      expect(await allRows(models(), writer.schema.name, 'keys')).toEqual([
        { key: '676', n: 4 },
        { key: '757', n: 33 },
        { key: '919', n: 1 },
      ]);
      expect(await models().get(writer.schema.name, 'keys', ['676'])).toEqual({ key: '676', n: 4 });
    });

    test('of many writers at once touches only its own read model', async () => {
      const writers = await Promise.all(Array.from({ length: 5 }, () => fresh(TABLES)));
      await Promise.all(
        writers.flatMap((writer, n) =>
          [1, 2, 3].map((p) => writer.commit([put('rooms', [`r${p}`], p, { room: `r${p}`, n })], at(p))),
        ),
      );
      for (const [n, { schema }] of writers.entries())
        expect(await allRows(models(), schema.name, 'rooms')).toEqual([1, 2, 3].map((p) => ({ room: `r${p}`, n })));
    });
  });
}
