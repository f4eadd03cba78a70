import type { ReadableLog } from '../dependencies.js';
import type { Position } from '../../../domain/kernel/position.js';
import { isArchived } from '../state/fold-log.js';

/** Events that the window of this range holds. */
export async function countEvents(store: ReadableLog, from: number, to: number): Promise<number> {
  let count = 0;
  if (from >= to) return count;
  for await (const { events } of store.readAll({ after: from as Position, to: to as Position }))
    for (const { stream } of events) if (isArchived(stream)) count += 1;
  return count;
}
