import type { CaughtUp, EventBatch, EventFilter, ReadAllOptions } from '../../../domain/kernel/event-store.js';
import type { Position } from '../../../domain/kernel/position.js';
import type { Tail } from './tail.js';

export interface Followed {
  readonly tail: Tail;
  /** True when the log was closed; throws when it failed. */
  readonly ended: () => boolean;
  readonly readAll: (options: ReadAllOptions) => AsyncIterable<EventBatch>;
}

/**
 * From the tail where it reaches, from disk where it does not. The place is a position all the time, so a consumer that
 * falls out of the tail comes back to it with nothing lost or doubled.
 */
export async function* follow(
  { tail, ended, readAll }: Followed,
  after: Position,
  filter: EventFilter,
  signal: AbortSignal,
): AsyncGenerator<EventBatch | CaughtUp, undefined> {
  let wake = () => {};
  const changed = () => wake();
  const over = () => signal.aborted || ended();
  tail.listen(changed);
  signal.addEventListener('abort', changed);
  try {
    let position = after;
    let told = false;
    while (!over()) {
      if (!tail.covers(position)) {
        told = false;
        for await (const batch of readAll({ after: position, to: tail.head, filter, signal })) {
          position = batch.position;
          yield batch;
          if (over() || tail.covers(position)) break;
        }
      } else if (position < tail.head) {
        const taken = tail.take(position, filter);
        position = taken.position;
        yield { kind: 'events', ...taken };
      } else if (!told) {
        told = true;
        yield { kind: 'caught-up', position };
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
  } catch (error) {
    if (!over()) throw error;
  } finally {
    tail.unlisten(changed);
    signal.removeEventListener('abort', changed);
  }
}
