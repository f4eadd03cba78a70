import { categoryFilter } from '../category-filter.js';
import type { RecordedEvent } from '../../domain/kernel/event.js';
import type { EventStore } from '../../domain/kernel/event-store.js';
import type { Position } from '../../domain/kernel/position.js';
import { foldBatch, type Decoded } from '../../projections/fold-batch.js';
import type { Projection } from '../../projections/projection.js';
import type { ReadModelWriter } from '../../projections/read-models.js';

export interface Folding {
  readonly store: Pick<EventStore, 'readAll' | 'head'>;
  readonly decode: (event: RecordedEvent) => Decoded;
  /** Folded in one go: as long as requests on the same thread may have to wait. */
  readonly maxEvents: number;
}

/** Folds what the log holds behind the writer's checkpoint, up to a position. Throws when the signal is aborted. */
export async function foldUpTo(
  projection: Projection,
  writer: ReadModelWriter,
  to: Position,
  { store, decode, maxEvents }: Folding,
  { signal, onMoved }: { readonly signal: AbortSignal; readonly onMoved?: (position: Position) => void },
): Promise<void> {
  const after = await writer.checkpoint();
  if (after >= to) return;
  for await (const { events, position } of store.readAll({ after, to, signal, ...categoryFilter(projection) })) {
    for (let from = 0; from === 0 || from < events.length; from += maxEvents) {
      const some = events.slice(from, from + maxEvents);
      const last = from + maxEvents >= events.length ? position : (some.at(-1)?.position ?? position);
      await foldBatch(projection, some.map(decode), writer, last);
      signal.throwIfAborted();
      onMoved?.(last);
    }
  }
  signal.throwIfAborted();
}
