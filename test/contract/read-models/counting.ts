import type { ReadModels, ReadModelSchema, ReadModelWriter, Row, Write } from '../../../src/projections/read-models.js';
import { at } from './engine.js';

/**
 * A read model that shows every event that was folded twice or not at all: event n counts counter n % 7 up and writes
 * line n; every 29th event takes its counter away.
 */
export const COUNTING: ReadModelSchema = {
  name: 'counting',
  version: 1,
  tables: { counters: { key: ['id'] }, lines: { key: ['n'] } },
};

type Counter = Readonly<{ id: number; count: number }>;

function fold(counter: Row | undefined, n: number): Counter | undefined {
  if (n % 29 === 0) return undefined;
  return { id: n % 7, count: Number(counter?.['count'] ?? 0) + 1 };
}

/** Folds the events behind `from` up to `to` in one batch, as a projector would. */
export async function countBatch(writer: ReadModelWriter, from: number, to: number): Promise<void> {
  const ids = [0, 1, 2, 3, 4, 5, 6];
  const stored = await writer.load('counters', ids.map((id) => [id])); // prettier-ignore
  const counters = new Map(ids.map((id) => [id, { row: stored[id]?.row, position: stored[id]?.position ?? 0 }]));
  const writes: Write[] = [];
  for (let n = from + 1; n <= to; n += 1) {
    writes.push({ table: 'lines', key: [n], row: { n }, position: at(n) });
    const counter = counters.get(n % 7);
    if (!counter || counter.position >= n) continue;
    counters.set(n % 7, { row: fold(counter.row, n), position: at(n) });
  }
  for (const [id, { row, position }] of counters)
    if (position > from) writes.push({ table: 'counters', key: [id], row, position: at(position) });
  await writer.commit(writes, at(to));
}

/** What the tables hold when events 1 to `to` were folded once each. */
export function countedTo(to: number): { readonly counters: readonly Row[]; readonly lines: number } {
  const counters = new Map<number, Counter>();
  for (let n = 1; n <= to; n += 1) {
    const counter = fold(counters.get(n % 7), n);
    if (counter) counters.set(n % 7, counter);
    else counters.delete(n % 7);
  }
  return { counters: [...counters.values()].sort((one, other) => one.id - other.id), lines: to };
}

export async function counted(
  models: ReadModels,
): Promise<ReturnType<typeof countedTo> & { readonly checkpoint: number }> {
  const counters = await models.scan(COUNTING.name, { table: 'counters', limit: 10 });
  const lines = await models.scan(COUNTING.name, { table: 'lines', limit: 1_000_000 });
  return { counters: counters.rows, lines: lines.rows.length, checkpoint: counters.checkpoint };
}
