import { describe, expect, test } from 'vitest';
import { GenerationGoneError, type ReadModelSchema } from '../../../src/projections/read-models.js';
import { allRows, at, put, type ReadModelsEngine } from './engine.js';
import { openedFor } from './opened.js';

const KEY = { things: { key: ['id'] } };

export function generationsContract(engine: ReadModelsEngine): void {
  describe('a generation', () => {
    const { models, fresh } = openedFor(engine);
    const row = (position: number, value: string) => put('things', ['a'], position, { id: 'a', value });
    const shown = (name: string) => allRows(models(), name, 'things');

    /** A read model whose first version is live at 3, and the schema of its second. */
    const grown = async () => {
      const old = await fresh(KEY);
      await old.commit([row(3, 'old')], at(3));
      const next: ReadModelSchema = {
        ...old.schema,
        version: 2,
        tables: { things: { key: ['id'] }, more: { key: ['id'] } },
      };
      return { old, next, name: old.schema.name };
    };

    test('is live from the start when it is the first', async () => {
      const writer = await fresh(KEY);
      await writer.commit([row(1, 'x')], at(1));
      expect(await shown(writer.schema.name)).toEqual([{ id: 'a', value: 'x' }]);
      await writer.promote();
      expect(await shown(writer.schema.name)).toEqual([{ id: 'a', value: 'x' }]);
    });

    test('of the same version is found again with its checkpoint', async () => {
      const { old } = await grown();
      const again = await models().writer(old.schema);
      expect(await again.checkpoint()).toBe(3);
      await again.commit([row(4, 'again')], at(4));
      expect(await old.checkpoint()).toBe(4);
    });

    test('of a newer version fills beside the live one, which stays readable and writable, and then takes its place', async () => {
      const { old, next, name } = await grown();
      const writer = await models().writer(next);
      expect(await writer.checkpoint()).toBe(0);
      await writer.commit([row(2, 'new')], at(2));
      expect(await models().scan(name, { table: 'things', limit: 9 })).toEqual({
        rows: [{ id: 'a', value: 'old' }],
        checkpoint: 3,
      });
      await old.commit([row(5, 'still')], at(5));
      expect(await shown(name)).toEqual([{ id: 'a', value: 'still' }]);
      await writer.promote();
      expect(await models().scan(name, { table: 'things', limit: 9 })).toEqual({
        rows: [{ id: 'a', value: 'new' }],
        checkpoint: 2,
      });
      expect(await allRows(models(), name, 'more')).toEqual([]);
    });

    test('that was dropped takes no more writes, and says so', async () => {
      const { old, next } = await grown();
      await (await models().writer(next)).promote();
      await expect(old.commit([row(9, 'late')], at(9))).rejects.toThrow(GenerationGoneError);
      await expect(old.load('things', [['a']])).rejects.toThrow(GenerationGoneError);
      await expect(old.checkpoint()).rejects.toThrow(GenerationGoneError);
      await expect(old.promote()).rejects.toThrow(GenerationGoneError);
    });

    test('that is unfinished is gone on with', async () => {
      const { next, name } = await grown();
      await (await models().writer(next)).commit([row(1, 'half')], at(1));
      const again = await models().writer(next);
      expect(await again.checkpoint()).toBe(1);
      expect(await again.load('things', [['a']])).toEqual([{ row: { id: 'a', value: 'half' }, position: 1 }]);
      expect(await models().checkpoint(name)).toBe(3);
    });

    test('that is unfinished is dropped for one of yet another version', async () => {
      const { next } = await grown();
      const unfinished = await models().writer(next);
      await models().writer({ ...next, version: 3 });
      await expect(unfinished.commit([], at(1))).rejects.toThrow(GenerationGoneError);
    });

    test('is rebuilt from zero beside the live one of the same version, and swapped whole', async () => {
      const { old, name } = await grown();
      const rebuilt = await models().rebuild(old.schema);
      expect(await rebuilt.checkpoint()).toBe(0);
      await rebuilt.commit([row(3, 'rebuilt')], at(3));
      expect(await shown(name)).toEqual([{ id: 'a', value: 'old' }]);
      await rebuilt.promote();
      expect(await shown(name)).toEqual([{ id: 'a', value: 'rebuilt' }]);
      expect(await (await models().writer(old.schema)).load('things', [['a']])).toEqual([
        { row: { id: 'a', value: 'rebuilt' }, position: 3 },
      ]);
    });

    test('that was begun before is dropped when a rebuild begins again', async () => {
      const { old } = await grown();
      const first = await models().rebuild(old.schema);
      const second = await models().rebuild(old.schema);
      await expect(first.commit([], at(1))).rejects.toThrow(GenerationGoneError);
      await second.commit([], at(1));
      expect(await second.checkpoint()).toBe(1);
    });

    test('is refused when its tables changed and its version did not', async () => {
      const { old } = await grown();
      await expect(models().writer({ ...old.schema, tables: { things: { key: ['other'] } } })).rejects.toThrow(/raise/);
    });

    test('is swapped between two answers, never inside one', async () => {
      const { old, name } = await grown();
      const many = (value: string) =>
        Array.from({ length: 50 }, (_, n) => put('things', [`k${n}`], n + 1, { id: `k${n}`, value }));
      await old.commit(
        many('old').map((write) => ({ ...write, position: at(4) })),
        at(50),
      );
      const rebuilt = await models().rebuild(old.schema);
      await rebuilt.commit(many('new'), at(60));
      const answers = Array.from({ length: 40 }, () =>
        models().scan(name, { table: 'things', prefix: [], limit: 99, after: ['k'] }),
      );
      const [, ...found] = await Promise.all([rebuilt.promote(), ...answers]);
      for (const { rows, checkpoint } of [
        ...found,
        await models().scan(name, { table: 'things', limit: 99, after: ['k'] }),
      ]) {
        expect(new Set(rows.map(({ value }) => value))).toEqual(new Set([checkpoint === 60 ? 'new' : 'old']));
        expect(rows).toHaveLength(50);
      }
    });
  });
}
