import type { RecordedEvent, StreamName } from '../../../domain/kernel/event.js';
import type { EventBatch, ReadAllOptions, ReadStreamOptions } from '../../../domain/kernel/event-store.js';
import type { Position } from '../../../domain/kernel/position.js';
import { filterText } from './event-filter.js';
import type { LogReading } from './log-reading.js';

export async function* streamBatches(
  reading: LogReading,
  stream: StreamName,
  { from, direction = 'forward', limit = Number.MAX_SAFE_INTEGER, signal }: ReadStreamOptions,
): AsyncGenerator<readonly RecordedEvent[], undefined> {
  const start = from ?? (direction === 'forward' ? 0 : Number.MAX_SAFE_INTEGER);
  for await (const { events } of reading.read({ kind: 'stream', stream, from: start, direction, limit }, signal)) {
    if (events.length > 0) yield events;
  }
}

/** Behind `head` there is nothing that could have been looked at, so it is where reading ends at the latest. */
export async function* logBatches(
  reading: LogReading,
  head: Position,
  { after, to = head, filter = {}, signal }: ReadAllOptions,
): AsyncGenerator<EventBatch, undefined> {
  const end = to < head ? to : head;
  if (after >= end) return;
  const range = { kind: 'all', after, to: end, filter: filterText(filter) } as const;
  for await (const { events, rest } of reading.read(range, signal)) {
    yield { kind: 'events', events, position: rest?.kind === 'all' ? (rest.after as Position) : end };
  }
}
