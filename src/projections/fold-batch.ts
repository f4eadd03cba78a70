import { isParked, type ParkedEvent } from '../domain/kernel/catalogue.js';
import type { HansardEvent } from '../domain/catalogue/catalogue.js';
import type { Position } from '../domain/kernel/position.js';
import type { Change, Projection } from './projection.js';
import type { Key, ReadModelWriter, Row, Stored, Write } from './read-models.js';

export type Decoded = HansardEvent | ParkedEvent;

/** A projection threw: a bug of ours, with the event that shows it. */
export class FoldError extends Error {
  override readonly name = 'FoldError';
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;

  constructor(readModel: string, decoded: Decoded, cause: unknown) {
    const { type, stream, revision, position } = isParked(decoded) ? decoded.event : decoded;
    super(`${readModel} cannot fold ${type} (${stream}, revision ${revision}): ${String(cause)}`, { cause });
    this.stream = stream;
    this.revision = revision;
    this.position = position;
  }
}

interface Step {
  readonly decoded: Decoded;
  readonly position: Position;
  readonly fold: Change['fold'];
}

/** One row that the batch touches, and what its events do to it. */
interface Touched {
  readonly table: string;
  readonly key: Key;
  readonly creates: boolean;
  readonly steps: Step[];
}

/**
 * Folds a batch of events in log order into a read model: loads every touched row at once, folds in memory, writes all of
 * them and the checkpoint in one commit. An event that a row has seen already does nothing to it.
 */
export async function foldBatch(
  projection: Projection,
  batch: readonly Decoded[],
  writer: ReadModelWriter,
  checkpoint: Position,
): Promise<void> {
  const touched = touchedBy(projection, batch);
  const stored = await load(touched, writer);
  const writes: Write[] = [];
  for (const row of touched) {
    const write = folded(row, stored.get(row), projection.schema.name);
    if (write) writes.push(write);
  }
  await writer.commit(writes, checkpoint);
}

function touchedBy(projection: Projection, batch: readonly Decoded[]): readonly Touched[] {
  const touched = new Map<string, Touched>();
  for (const decoded of batch) {
    const { position } = isParked(decoded) ? decoded.event : decoded;
    for (const { table, key, fold, creates = false } of changesOf(projection, decoded)) {
      const place = placeOf(table, key);
      const step = { decoded, position, fold };
      const before = touched.get(place);
      if (before) before.steps.push(step);
      else touched.set(place, { table, key, creates, steps: [step] });
    }
  }
  return [...touched.values()];
}

function changesOf(projection: Projection, decoded: Decoded): readonly Change[] {
  try {
    return isParked(decoded) ? (projection.parked?.(decoded) ?? []) : projection.changes(decoded);
  } catch (error) {
    throw new FoldError(projection.schema.name, decoded, error);
  }
}

/** Tables, numbers and strings of any content: no two places are the same text. */
function placeOf(table: string, key: Key): string {
  let place = table;
  for (const part of key) place += typeof part === 'number' ? `#${part}` : `:${part.length}:${part}`;
  return place;
}

async function load(touched: readonly Touched[], writer: ReadModelWriter): Promise<ReadonlyMap<Touched, Stored>> {
  const byTable = new Map<string, Touched[]>();
  for (const row of touched) {
    if (row.creates) continue;
    const others = byTable.get(row.table);
    if (others) others.push(row);
    else byTable.set(row.table, [row]);
  }
  const stored = new Map<Touched, Stored>();
  const loads = [...byTable].map(async ([table, rows]) => {
    const keys = rows.map(({ key }) => key);
    for (const [index, found] of (await writer.load(table, keys)).entries()) {
      const row = rows[index];
      if (row && found) stored.set(row, found);
    }
  });
  await Promise.all(loads);
  return stored;
}

function folded(
  { table, key, creates, steps }: Touched,
  stored: Stored | undefined,
  readModel: string,
): Write | undefined {
  let row: Row | undefined = stored?.row;
  let seen: Position | undefined = stored?.position;
  for (const { position, fold, decoded } of steps) {
    if (seen !== undefined && seen >= position) continue;
    try {
      row = fold(row);
    } catch (error) {
      throw new FoldError(readModel, decoded, error);
    }
    seen = position;
  }
  // What was not loaded may be there all the same, left behind by a crash: even "no row" is written then.
  const unchanged = !creates && row === stored?.row;
  return unchanged || seen === undefined ? undefined : { table, key, row, position: seen };
}
