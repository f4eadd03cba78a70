import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KeyPart, ReadModelWriter, Row, Scan } from '../../../src/projections/read-models.js';
import { at, put, type ReadModelsEngine } from './engine.js';
import { openedFor } from './opened.js';

type Note = Readonly<{ room: string; seq: number; author: string; size: number }>;

const TABLES = { notes: { key: ['room', 'seq'], indexes: { byAuthor: ['author', 'room'], bySize: ['size'] } } };
const ORDERS = {
  key: ['room', 'seq'],
  byAuthor: ['author', 'room', 'seq'],
  bySize: ['size', 'room', 'seq'],
} as const;
/** Beyond the basic plane UTF-16 order and code point order differ. */
const ROOMS = ['', 'A', 'a', 'a b', 'ab', 'é', '\uffee', '😀'];
const AUTHORS = ['ada', 'bob', '9', '10'];

const NOTES: readonly Note[] = ROOMS.flatMap((room, r) =>
  Array.from({ length: 12 }, (_, n) => ({
    room,
    seq: n - 2,
    author: AUTHORS[(r + n) % AUTHORS.length] ?? '',
    size: ((n * 7 + r) % 5) * 100,
  })),
);

export function scanContract(engine: ReadModelsEngine): void {
  describe('a scan', () => {
    const { models, fresh } = openedFor(engine);
    let writer: ReadModelWriter;
    beforeAll(async () => {
      writer = await fresh(TABLES);
      const shuffled = [...NOTES].sort((one, other) => hash(one) - hash(other));
      await writer.commit(
        shuffled.map((note, index) => put('notes', [note.room, note.seq], index + 1, note)),
        at(NOTES.length),
      );
    });
    const rows = async (scan: Omit<Scan, 'table'>) => {
      const found = await models().scan(writer.schema.name, { table: 'notes', ...scan });
      expect(found.checkpoint).toBe(NOTES.length);
      return found.rows;
    };

    test('gives rows in the order of their key, numbers as numbers and strings by code point', async () => {
      expect(await rows({ limit: 1000 })).toEqual(sorted('key'));
      expect(new Set((await rows({ limit: 1000 })).map(({ room }) => room))).toEqual(new Set(ROOMS));
    });

    test('pages before, after and around a place in a room', async () => {
      const seqs = async (scan: Omit<Scan, 'table'>) => (await rows({ prefix: ['a'], ...scan })).map(({ seq }) => seq);
      expect(await seqs({ after: [3], limit: 3 })).toEqual([4, 5, 6]);
      expect(await seqs({ before: [3], descending: true, limit: 3 })).toEqual([2, 1, 0]);
      expect(await seqs({ after: [2], before: [5], limit: 100 })).toEqual([3, 4]);
      expect(await seqs({ after: [2], before: [5], descending: true, limit: 100 })).toEqual([4, 3]);
      expect(await seqs({ after: [9], limit: 3 })).toEqual([]);
      expect(await seqs({ after: [-10], limit: 2 })).toEqual([-2, -1]);
      expect(await seqs({ descending: true, limit: 2 })).toEqual([9, 8]);
    });

    test('of a whole key as prefix gives that row', async () => {
      expect((await rows({ prefix: ['a', 3], limit: 10 })).map(({ seq }) => seq)).toEqual([3]);
      await expect(rows({ prefix: ['a', 3], after: [1], limit: 10 })).rejects.toThrow(/bound/);
    });

    test('of a prefix that nothing has gives nothing', async () => {
      expect(await rows({ prefix: ['nowhere'], limit: 10 })).toEqual([]);
    });

    test('asked for no rows gives none', async () => {
      expect(await rows({ limit: 0 })).toEqual([]);
    });

    test('page by page along any order gives every row once', async () => {
      for (const index of ['key', 'byAuthor', 'bySize'] as const) {
        for (const descending of [false, true]) {
          const seen: Row[] = [];
          for (let place: readonly KeyPart[] | undefined; ;) {
            const bound = place && (descending ? { before: place } : { after: place });
            const page = await rows({ ...named(index), ...bound, descending, limit: 7 });
            const last = page.at(-1);
            if (!last) break;
            seen.push(...page);
            place = placeOf(last as Note, index);
          }
          expect(seen).toEqual(descending ? sorted(index).reverse() : sorted(index));
        }
      }
    });

    test('is the sorted rows, narrowed: any order, prefix, bounds and direction', async () => {
      const part = fc.constantFrom<KeyPart>(...ROOMS, ...AUTHORS, -3, 0, 2, 5, 100, 200, 1000);
      const bound = fc.option(fc.array(part, { minLength: 1, maxLength: 3 }), { nil: undefined });
      const scans = fc.record({
        index: fc.constantFrom('key', 'byAuthor', 'bySize'),
        prefix: fc.array(part, { maxLength: 1 }),
        after: bound,
        before: bound,
        descending: fc.boolean(),
        limit: fc.integer({ min: 1, max: 30 }),
      });
      await fc.assert(
        fc.asyncProperty(scans, async ({ index, prefix, after, before, descending, limit }) => {
          const scan = {
            prefix: ofOneType(index, 0, prefix),
            after: after && ofOneType(index, prefix.length, after),
            before: before && ofOneType(index, prefix.length, before),
            descending,
            limit,
          };
          const { after: low, before: high, ...rest } = scan;
          const found = await rows({
            ...named(index),
            ...rest,
            ...(low && { after: low }),
            ...(high && { before: high }),
          });
          expect(found).toEqual(expected(index, scan));
        }),
        { numRuns: 300 },
      );
    });

    test('of a read model that was never written is empty, and so is everything else about it', async () => {
      expect(await models().scan('unwritten', { table: 'notes', limit: 5 })).toEqual({ rows: [], checkpoint: 0 });
      expect(await models().get('unwritten', 'notes', ['a', 1])).toBeUndefined();
      expect(await models().checkpoint('unwritten')).toBe(0);
    });

    test('of a table or index that is not there is an error, and harms no other question', async () => {
      const [one, two, three] = await Promise.allSettled([
        models().scan(writer.schema.name, { table: 'nothing', limit: 5 }),
        models().scan(writer.schema.name, { table: 'notes', index: 'nothing', limit: 5 }),
        rows({ limit: 1 }),
      ]);
      expect([one.status, two.status, three.status]).toEqual(['rejected', 'rejected', 'fulfilled']);
    });
  });
}

type Order = keyof typeof ORDERS;

function named(index: Order) {
  return index === 'key' ? {} : { index };
}

function placeOf(note: Note, index: Order): readonly KeyPart[] {
  return ORDERS[index].map((member) => note[member]);
}

function compare(one: readonly KeyPart[], other: readonly KeyPart[]): number {
  for (const [index, part] of one.entries()) {
    const against = other[index];
    if (against === undefined) return 0;
    const difference =
      typeof part === 'number' && typeof against === 'number'
        ? part - against
        : Buffer.compare(Buffer.from(String(part)), Buffer.from(String(against)));
    if (difference !== 0) return difference;
  }
  return 0;
}

function sorted(index: Order): Note[] {
  return [...NOTES].sort((one, other) => compare(placeOf(one, index), placeOf(other, index)));
}

interface Narrowing {
  readonly prefix: readonly KeyPart[];
  readonly after: readonly KeyPart[] | undefined;
  readonly before: readonly KeyPart[] | undefined;
  readonly descending: boolean;
  readonly limit: number;
}

function expected(index: Order, { prefix, after, before, descending, limit }: Narrowing): readonly Note[] {
  const narrowed = sorted(index).filter((note) => {
    const place = placeOf(note, index);
    const behind = place.slice(prefix.length);
    return (
      compare(prefix, place) === 0 &&
      (!after || compare(behind.slice(0, after.length), after) > 0) &&
      (!before || compare(behind.slice(0, before.length), before) < 0)
    );
  });
  return (descending ? narrowed.reverse() : narrowed).slice(0, limit);
}

/** Members are of one type each: what was drawn becomes one, and no more parts than there are members. */
function ofOneType(index: Order, from: number, key: readonly KeyPart[]): readonly KeyPart[] {
  return key.slice(0, ORDERS[index].length - from).map((part, offset) => {
    const member = ORDERS[index][from + offset];
    const isNumber = member === 'seq' || member === 'size';
    if (isNumber) return typeof part === 'number' ? part : part.length;
    return String(part);
  });
}

function hash({ room, seq }: Note): number {
  return (Buffer.from(room).reduce((sum, byte) => sum * 31 + byte, 7) * 131 + seq * 7919) % 1009;
}
