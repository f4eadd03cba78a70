import type { Position } from '../../domain/kernel/position.js';
import type { Projection } from '../../projections/projection.js';
import type { ReadModels, ReadModelSchema, ReadModelWriter } from '../../projections/read-models.js';
import { foldUpTo, type Folding } from './fold-up-to.js';

/** Read models of their own, on the same disk, that nobody reads. */
export interface Scratch {
  readonly models: ReadModels;
  /** What is in it stays for the next time. */
  close(): Promise<void>;
  /** Closes it and leaves nothing behind. */
  remove(): Promise<void>;
}

/** Opens what an earlier attempt left there, if that was made from the same `origin`; else an empty one. */
export type OpenScratch = (name: string, origin: string) => Promise<Scratch>;

/** Only what folding needs: no index is kept, so filling costs less than it does beside the live rows. */
export function scratchSchema({ name, version, tables }: ReadModelSchema): ReadModelSchema {
  const plain = Object.entries(tables).map(([table, { key, scattered }]) => [
    table,
    { key, ...(scattered && { scattered }) },
  ]);
  return { name, version, tables: Object.fromEntries(plain) as ReadModelSchema['tables'] };
}

/** Fills the scratch up to the head of the log, from where it is. */
export async function fill(
  projection: Projection,
  { models }: Scratch,
  folding: Folding,
  signal: AbortSignal,
  onMoved: (position: Position, head: Position) => void,
): Promise<ReadModelWriter> {
  const writer = await models.writer(scratchSchema(projection.schema));
  const head = await folding.store.head();
  await foldUpTo(projection, writer, head, folding, { signal, onMoved: (position) => onMoved(position, head) });
  return writer;
}
