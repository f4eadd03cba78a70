import { categoryOf } from '../../../domain/kernel/event.js';
import type { ReadableLog } from '../dependencies.js';
import type { Position } from '../../../domain/kernel/position.js';
import type { LogState } from './log-state.js';

/** Windows hold every event but those about nodes and about the archive itself. */
export function isArchived(stream: string): boolean {
  const category = categoryOf(stream);
  return category !== 'archive' && category !== 'node';
}

/** Brings the state up to a position. */
export async function foldLog(
  state: LogState,
  to: Position,
  store: ReadableLog,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (state.position >= to) return;
  for await (const { events, position } of store.readAll({ after: state.position, to, ...(signal && { signal }) })) {
    for (const event of events) if (isArchived(event.stream)) state.apply(event);
    state.reached(position);
    state.keep();
  }
  signal?.throwIfAborted();
}

/** What tells one log from another: the id of its first event; "" for an empty one. */
export async function identityOf(store: ReadableLog): Promise<string> {
  const first = await firstEvent(store);
  return first?.id ?? '';
}

export async function firstEvent(store: ReadableLog) {
  for await (const { events } of store.readAll({ after: 0 as Position })) {
    if (events[0]) return events[0];
  }
  return undefined;
}
