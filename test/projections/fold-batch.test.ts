import { describe, expect, test, vi } from 'vitest';
import type { Position } from '../../src/domain/kernel/position.js';
import { foldBatch, FoldError } from '../../src/projections/fold-batch.js';
import type { Change, Projection } from '../../src/projections/projection.js';
import type { ReadModelWriter, Row, Stored } from '../../src/projections/read-models.js';
import { Log, typed } from './recorded.js';

const schema = { name: 'lines', version: 1, tables: { lines: { key: ['id'] }, other: { key: ['id', 'n'] } } };

/** A writer that has these rows of every table, and shows what it is asked. */
function writerOf(rows: Readonly<Record<string, Stored>> = {}) {
  const load = vi.fn<ReadModelWriter['load']>((_, keys) => Promise.resolve(keys.map((key) => rows[key.join()])));
  const commit = vi.fn<ReadModelWriter['commit']>(() => Promise.resolve());
  const writer: ReadModelWriter = {
    schema,
    load,
    commit,
    checkpoint: () => Promise.resolve(0 as Position),
    promote: () => Promise.resolve(),
  };
  return { writer, load, commit };
}

/** Events 1, 2, 3, ... and what the projection makes of each. */
async function fold(changes: readonly (readonly Change[])[], { writer }: { writer: ReadModelWriter }, from = 1) {
  const log = new Log();
  for (let n = 1; n < from + changes.length; n += 1)
    log.append('transcript-r', { type: 'MessagePosted', data: { kind: 'normal', text: `${n}` } });
  const projection: Projection = {
    schema,
    categories: undefined,
    changes: ({ position }) => changes[position - from] ?? [],
  };
  const events = log.events.slice(from - 1).map(typed);
  await foldBatch(projection, events, writer, 99 as Position);
}

const append = (id: string, letter: string, creates?: true): Change => ({
  table: 'lines',
  key: [id],
  fold: (row) => ({ id, text: textOf(row) + letter }),
  ...(creates && { creates }),
});
const textOf = (row: Row | undefined) => (typeof row?.['text'] === 'string' ? row['text'] : '');
const gone = (id: string): Change => ({ table: 'lines', key: [id], fold: () => undefined });
const stored = (text: string, position: number): Stored => ({ row: { id: 'a', text }, position: position as Position });

describe('folding a batch', () => {
  test('loads each touched row once, those of a table together, and commits once', async () => {
    const writer = writerOf();
    const other: Change = { table: 'other', key: ['a', 1], fold: () => ({ id: 'a', n: 1 }) };
    await fold([[append('a', 'x'), other], [append('b', 'y')], [append('a', 'z')]], writer);
    expect(writer.load.mock.calls).toEqual([
      ['lines', [['a'], ['b']]],
      ['other', [['a', 1]]],
    ]);
    expect(writer.commit.mock.calls).toEqual([
      [
        [
          { table: 'lines', key: ['a'], row: { id: 'a', text: 'xz' }, position: 3 },
          { table: 'other', key: ['a', 1], row: { id: 'a', n: 1 }, position: 1 },
          { table: 'lines', key: ['b'], row: { id: 'b', text: 'y' }, position: 2 },
        ],
        99,
      ],
    ]);
  });

  test('loads no row that the batch creates', async () => {
    const writer = writerOf();
    await fold([[append('a', 'x', true)], [append('a', 'y')]], writer);
    expect(writer.load).not.toHaveBeenCalled();
    expect(writer.commit.mock.calls[0]?.[0]).toMatchObject([{ row: { text: 'xy' }, position: 2 }]);
  });

  test('leaves out the events that a row has seen, as after a crash between rows and checkpoint', async () => {
    const writer = writerOf({ a: stored('xy', 6) });
    await fold([[append('a', 'x')], [append('a', 'y')], [append('a', 'z')]], writer, 5);
    expect(writer.commit.mock.calls[0]?.[0]).toMatchObject([{ row: { text: 'xyz' }, position: 7 }]);
  });

  test('writes nothing for a row that stays as it is', async () => {
    const writer = writerOf({ a: stored('xy', 1) });
    await fold([[], [{ ...append('a', 'x'), fold: (row) => row }], [gone('never')]], writer);
    expect(writer.commit.mock.calls).toEqual([[[], 99]]);
  });

  test('takes away a row that comes and goes in one batch, in case a crash left it behind', async () => {
    const writer = writerOf();
    await fold([[append('a', 'x', true)], [gone('a')]], writer);
    expect(writer.commit.mock.calls[0]?.[0]).toEqual([{ table: 'lines', key: ['a'], row: undefined, position: 2 }]);
  });

  test('never takes two keys for one', async () => {
    const writer = writerOf();
    const change = (...key: (string | number)[]): Change => ({ table: 'other', key, fold: () => ({ key }) });
    const keys = [['1', 1], [1, '1'], ['a:1:b', ''], ['a', '1:b:'], ['', 'a:1:b']]; // prettier-ignore
    await fold([keys.map((key) => change(...key))], writer);
    expect(writer.commit.mock.calls[0]?.[0].map(({ key }) => key)).toEqual(keys);
  });

  test('says which event it cannot fold, and commits nothing', async () => {
    const writer = writerOf();
    const bug = { ...append('a', 'x'), fold: () => { throw new Error('a bug'); } }; // prettier-ignore
    const failing = fold([[append('b', 'x')], [bug]], writer);
    await expect(failing).rejects.toThrow(FoldError);
    await expect(failing).rejects.toMatchObject({ stream: 'transcript-r', revision: 1, position: 2 });
    expect(writer.commit).not.toHaveBeenCalled();
  });
});
