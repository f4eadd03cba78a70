import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { MAX_TOTAL, type ReadModelWriter, type Row, type Search } from '../../../src/projections/read-models.js';
import type { Term } from '../../../src/projections/search/text-query.js';
import { at, gone, put, type ReadModelsEngine } from './engine.js';
import { openedFor } from './opened.js';
import { CASES, inside, phrase, prefix, searchFor, whole } from './search-cases.js';
import { AUTHORS, CORPUS, KINDS, message, ROOMS, timeOf, type MessageLike } from './search-corpus.js';
import { referenceSearch } from './search-reference.js';

const TABLES = { messages: { key: ['roomId', 'seq'], text: 'messages' } } as const;
const merger = searchFor({ all: [phrase('merger')] });

export function searchContract(engine: ReadModelsEngine): void {
  describe('a search', () => {
    const { models, fresh } = openedFor(engine);
    const search = async ({ schema }: ReadModelWriter, what: Omit<Search, 'table'>) => {
      const { rows, total, exceeded } = await models().search(schema.name, { table: 'messages', ...what });
      return { rows, total, exceeded };
    };
    const places = async (writer: ReadModelWriter, what: Omit<Search, 'table'>) =>
      (await search(writer, what)).rows.map(({ position }) => position);

    describe('over one corpus', () => {
      let writer: ReadModelWriter;
      beforeAll(async () => {
        writer = await fresh(TABLES);
        for (let from = 0; from < CORPUS.length; from += 50) await commit(writer, CORPUS.slice(from, from + 50));
      });

      test.each(CASES)('finds $name', async ({ search: what, finds }) => {
        const found = await search(writer, what);
        expect(found).toEqual(referenceSearch(CORPUS, what));
        if (finds !== undefined) expect(found.total > 0).toBe(finds);
      });

      test('is as of one moment, with its checkpoint', async () => {
        const { checkpoint } = await models().search(writer.schema.name, { table: 'messages', ...merger });
        expect(checkpoint).toBe(CORPUS.at(-1)?.position);
      });

      test('page by page, by place or by number, gives every hit once', async () => {
        const all = await places(writer, searchFor({ all: [phrase('the')] }));
        const byPlace: unknown[] = [];
        for (let before: number | undefined; ;) {
          const page = await places(
            writer,
            searchFor({ all: [phrase('the')] }, { limit: 7, ...(before && { before }) }),
          );
          if (page.length === 0) break;
          byPlace.push(...page);
          before = Number(page.at(-1));
        }
        expect(byPlace).toEqual(all);
        const byNumber: unknown[] = [];
        for (let skip = 0; skip < all.length; skip += 7)
          byNumber.push(...(await places(writer, searchFor({ all: [phrase('the')] }, { limit: 7, skip }))));
        expect(byNumber).toEqual(all);
      });

      test('of a table without words, or that is not there, is an error', async () => {
        const plain = await fresh({ things: { key: ['id'] } });
        await expect(models().search(plain.schema.name, { table: 'things', ...merger })).rejects.toThrow();
        await expect(models().search(plain.schema.name, { table: 'nothing', ...merger })).rejects.toThrow();
      });

      test('of a read model that was never written finds nothing', async () => {
        const found = await models().search('unwritten', { table: 'messages', ...merger });
        expect(found).toEqual({ rows: [], total: 0, exceeded: false, checkpoint: 0 });
      });
    });

    test('shows what is committed, and nothing of what is written meanwhile on pages below', async () => {
      const writer = await fresh(TABLES);
      const rows = Array.from({ length: 60 }, (_, n) => message(n + 1, `word ${n}`));
      await commit(writer, rows.slice(0, 40));
      const what = searchFor({ all: [phrase('word')] }, { limit: 10 });
      const first = await places(writer, what);
      await commit(writer, rows.slice(40));
      const second = await search(writer, { ...what, before: Number(first.at(-1)) });
      expect(second).toEqual(referenceSearch(rows, { ...what, before: Number(first.at(-1)) }));
      expect(second.rows.map(({ seq }) => seq)).toEqual([30, 29, 28, 27, 26, 25, 24, 23, 22, 21]);
      expect(second.total).toBe(60);
    });

    describe('of what changed', () => {
      const old = message(1, 'old words stay-here');
      const other = message(2, 'other words');
      const key = ['desk', 7] as const;
      const place = { roomId: 'desk', seq: 7 };
      const written = async (...rows: readonly (readonly [number, (MessageLike & Row) | undefined])[]) => {
        const writer = await fresh(TABLES);
        for (const [position, row] of [[1, { ...other, roomId: 'legal' }] as const, ...rows]) {
          const write =
            row === undefined ? gone('messages', key, position) : put('messages', keyOf(row), position, row);
          await writer.commit([write], at(position));
        }
        return writer;
      };
      const finds = async (writer: ReadModelWriter, word: string) =>
        (await search(writer, searchFor({ all: [phrase(word)] }))).total;

      test('finds an edited text by its new words only', async () => {
        const writer = await written([2, { ...old, ...place }], [3, { ...old, ...place, text: 'new words' }]);
        expect(await finds(writer, 'old')).toBe(0);
        expect(await finds(writer, 'here')).toBe(0);
        expect(await finds(writer, 'new')).toBe(1);
        expect(await finds(writer, 'words')).toBe(2);
        expect((await search(writer, searchFor({ all: [inside('tay')] }))).total).toBe(0);
      });

      test('finds nothing of a text that was redacted, nor of a row that is gone', async () => {
        for (const after of [{ ...old, ...place, text: '', redactedAt: timeOf(9) }, undefined]) {
          const writer = await written([2, { ...old, ...place }], [3, after]);
          for (const word of ['old', 'stay', 'here']) expect(await finds(writer, word)).toBe(0);
          expect((await search(writer, searchFor({ all: [inside('old')] }))).total).toBe(0);
          expect((await search(writer, searchFor({ all: [prefix('ol')] }))).total).toBe(0);
          expect((await search(writer, searchFor({ labels: [['room:desk']] }))).total).toBe(0);
          expect(await finds(writer, 'words')).toBe(1);
        }
      });

      test('finds a row that came back', async () => {
        const writer = await written([2, { ...old, ...place }], [3, undefined], [4, { ...old, ...place }]);
        expect(await finds(writer, 'old')).toBe(1);
        expect((await search(writer, searchFor({ all: [inside('tay')] }))).total).toBe(1);
      });

      test('follows a row to another place, other labels and another time', async () => {
        const moved = { ...old, ...place, position: 999_999, kind: 'story', time: timeOf(501) };
        const writer = await written([2, { ...old, ...place }], [3, moved]);
        expect(await places(writer, searchFor({ all: [phrase('words')] }))).toEqual([999_999, other.position]);
        expect(await places(writer, searchFor({ all: [phrase('old')], labels: [['kind:story']] }))).toEqual([999_999]);
        expect(await places(writer, searchFor({ all: [phrase('old')], withoutLabels: ['kind:story'] }))).toEqual([]);
        expect(await places(writer, searchFor({ all: [phrase('old')], from: timeOf(499) }))).toEqual([999_999]);
        expect(await places(writer, searchFor({ all: [phrase('old')], until: timeOf(499) }))).toEqual([]);
      });

      test('is the last of many changes in one commit', async () => {
        const writer = await fresh(TABLES);
        const texts = ['one', 'two', '', 'three four', 'four'];
        const writes = texts.map((text, n) => put('messages', key, n + 1, { ...old, ...place, text }));
        await writer.commit([...writes, gone('messages', keyOf(other), 6)], at(6));
        for (const word of ['one', 'two', 'three']) expect(await finds(writer, word)).toBe(0);
        expect(await finds(writer, 'four')).toBe(1);
      });

      test('does not change when a batch is seen again, early or late', async () => {
        const writer = await fresh(TABLES);
        const first = [put('messages', key, 1, { ...old, ...place }), put('messages', keyOf(other), 2, other)];
        const second = [put('messages', key, 3, { ...old, ...place, text: 'new' }), gone('messages', keyOf(other), 4)];
        await writer.commit(first, at(2));
        await writer.commit(first, at(2));
        expect(await finds(writer, 'words')).toBe(2);
        await writer.commit(second, at(4));
        for (const batch of [first, second, first]) {
          await writer.commit(batch, at(4));
          expect([await finds(writer, 'words'), await finds(writer, 'new')]).toEqual([0, 1]);
        }
      });

      test('stays when a stored row is of a later position', async () => {
        const writer = await fresh(TABLES);
        await writer.commit([put('messages', key, 5, { ...old, ...place })], at(5));
        const late = put('messages', key, 6, { ...old, ...place, text: 'late' });
        const early = { ...put('messages', key, 4, { ...old, ...place, text: 'early' }) };
        await writer.commit([late, early], at(8));
        expect([await finds(writer, 'late'), await finds(writer, 'early')]).toEqual([1, 0]);
      });

      test('is not seen of a commit that is refused', async () => {
        const writer = await fresh(TABLES);
        const writes = [put('messages', key, 1, { ...old, ...place }), put('messages', ['half'], 2, other)];
        await expect(writer.commit(writes, at(2))).rejects.toThrow();
        expect(await finds(writer, 'old')).toBe(0);
      });
    });

    test('is served by the live generation while another one is built, and then by that one', async () => {
      const writer = await fresh(TABLES);
      await commit(writer, [message(1, 'word old')]);
      const rebuilt = await models().rebuild(writer.schema);
      await commit(rebuilt, [message(1, 'word new'), message(2, 'word newer')]);
      expect(await places(writer, searchFor({ all: [phrase('word')] }))).toEqual([message(1, '').position]);
      await commit(writer, [message(3, 'word meanwhile')]);
      expect((await search(writer, searchFor({ all: [phrase('word')] }))).total).toBe(2);
      await rebuilt.promote();
      expect(await search(writer, searchFor({ all: [phrase('word')] }))).toEqual(
        referenceSearch([message(1, 'word new'), message(2, 'word newer')], searchFor({ all: [phrase('word')] })),
      );
      expect((await search(writer, searchFor({ all: [phrase('old')] }))).total).toBe(0);
      expect((await search(writer, searchFor({ labels: [ROOMS.map((room) => `room:${room}`)] }))).total).toBe(2);
    });

    test('finds rows of a version with a text index when that takes the place of one without', async () => {
      const plain = await fresh({ messages: { key: ['roomId', 'seq'] } });
      await commit(plain, [message(1, 'word')]);
      await expect(models().search(plain.schema.name, { table: 'messages', ...merger })).rejects.toThrow();
      const next = await models().writer({ ...plain.schema, version: 2, tables: TABLES });
      await commit(next, [message(1, 'word')]);
      await next.promote();
      expect((await search(next, searchFor({ all: [phrase('word')] }))).total).toBe(1);
    });

    describe('of many hits', { timeout: 120_000 }, () => {
      let writer: ReadModelWriter;
      const rows = Array.from({ length: MAX_TOTAL + 30 }, (_, n) =>
        message(n + 1, n % 97 === 0 ? 'common common rare' : n < MAX_TOTAL ? 'common exact few' : 'common few', {
          position: 5 + n * 2,
        }),
      );
      beforeAll(async () => {
        writer = await fresh(TABLES);
        for (let from = 0; from < rows.length; from += 1000) await commit(writer, rows.slice(from, from + 1000));
      }, 120_000);

      test.each([
        ['common', {}],
        ['common', { before: 9000 }],
        ['common', { skip: 9990, limit: 50 }],
        ['exact', {}],
        ['rare', {}],
        ['common', { order: 'relevance' }],
        ['common', { order: 'relevance', limit: 50, skip: 985 }],
        ['common', { order: 'relevance', limit: 50, skip: 3000 }],
        ['common', { order: 'relevance', limit: 30, before: 9000 }],
        ['common', { order: 'relevance', limit: 1500 }],
      ] as const)('counts up to the bound, and ranks the newest: %s, %o', async (word, more) => {
        const what = searchFor({ all: [phrase(word)] }, { limit: 20, ...more });
        expect(await search(writer, what)).toEqual(referenceSearch(rows, what));
      });

      test('tells that there are more, or exactly as many', async () => {
        const total = async (text: string) => {
          const found = await search(writer, searchFor({ all: [phrase(text)] }, { limit: 1 }));
          return [found.total, found.exceeded];
        };
        expect(await total('common')).toEqual([MAX_TOTAL, true]);
        const exact = searchFor({ all: [phrase('common')], until: rows[MAX_TOTAL]?.time ?? '' }, { limit: 1 });
        const reference = referenceSearch(rows, exact);
        expect(await search(writer, exact)).toEqual(reference);
      });
    });

    test('is what looking at every row would find: any corpus, changes and queries', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(batches, fc.array(searches, { minLength: 20, maxLength: 20 }), async (written, asked) => {
          const writer = await fresh(TABLES);
          const rows = new Map<number, MessageLike & Row>();
          let position = 0;
          for (const batch of written) {
            const writes = batch.map(({ seq, ...rest }) => {
              position += 1;
              if (rest.isGone) {
                rows.delete(seq);
                return gone('messages', [ROOMS[0] ?? '', seq], position);
              }
              const row = message(seq, rest.words.join(' '), {
                roomId: ROOMS[0] ?? '',
                position: placeOf(seq),
                ...rest,
              });
              rows.set(seq, row);
              return put('messages', keyOf(row), position, row);
            });
            await writer.commit(writes, at(position));
          }
          for (const what of asked)
            expect(await search(writer, what)).toEqual(referenceSearch([...rows.values()], what));
        }),
        { numRuns: 25 },
      );
    });
  });
}

const word = fc.constantFrom(
  'a',
  'b',
  'ab',
  'abc',
  'abcd',
  'bcd',
  'a-b',
  'ab-abc',
  '"',
  '*',
  'é',
  '会',
  '😀',
  '\ud800',
);
const words = fc.array(word, { minLength: 1, maxLength: 3 });
const term: fc.Arbitrary<Term> = fc.oneof(
  words.map((list) => phrase(...list)),
  words.map((list) => whole(...list)),
  words.map((list) => prefix(...list)),
  fc.constantFrom('abc', 'bcd', 'b-a', 'zzz').map(inside),
);
const label = fc.constantFrom(
  ...KINDS.map((kind) => `kind:${kind}`),
  ...AUTHORS.map((id) => `author:${id}`),
  'room:lobby',
  'x',
);
const time = fc.option(fc.integer({ min: 0, max: 41 }).map(timeOf), { nil: undefined });
const searches = fc
  .record({
    all: fc.array(term, { maxLength: 2 }),
    none: fc.array(term, { maxLength: 1 }),
    labels: fc.array(fc.array(label, { minLength: 1, maxLength: 6 }), { maxLength: 2 }),
    withoutLabels: fc.array(label, { maxLength: 1 }),
    from: time,
    until: time,
    order: fc.constantFrom('newest', 'relevance'),
    skip: fc.integer({ min: 0, max: 5 }),
    limit: fc.integer({ min: 0, max: 20 }),
    below: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  })
  .map(({ order, skip, limit, below, ...query }) =>
    searchFor(query, { order, skip, limit, ...(below !== undefined && { before: placeOf(below) }) }),
  );
const batches = fc.array(
  fc.array(
    fc.record({
      seq: fc.integer({ min: 1, max: 40 }),
      isGone: fc.integer({ min: 0, max: 4 }).map((drawn) => drawn === 0),
      words: fc.array(word, { maxLength: 6 }),
      kind: fc.constantFrom(...KINDS),
    }),
    { maxLength: 40 },
  ),
  { maxLength: 4 },
);

function placeOf(seq: number): number {
  return seq * 2741;
}

function keyOf({ roomId, seq }: MessageLike): readonly [string, number] {
  return [roomId, seq];
}

/** Rows as they come from their events: one after the other. */
async function commit(writer: ReadModelWriter, rows: readonly (MessageLike & Row)[]): Promise<void> {
  const last = Math.max(...rows.map(({ position }) => position));
  await writer.commit(
    rows.map((row) => put('messages', keyOf(row), row.position, row)),
    at(last),
  );
}
