import { catalogue } from '../../domain/catalogue/catalogue.js';
import { isParked } from '../../domain/kernel/catalogue.js';
import { streamName } from '../../domain/kernel/event.js';
import type { EventFilter, EventStore } from '../../domain/kernel/event-store.js';
import type { Position } from '../../domain/kernel/position.js';
import type { Directory } from '../../projections/directory/directory.js';
import { DELIVERED, DELIVERED_FROM, deliveredIn, receivesPast, roomsOf } from './audience.js';
import { Batch, type Frame, type Frames } from './frame.js';
import type { Hub } from './hub.js';
import type { Reader } from './reader.js';

/** What catching up reads from. */
export interface Past {
  readonly hub: Hub;
  readonly store: EventStore;
  readonly directory: Directory;
  readonly frames: Frames;
}

/** Characters of frames that are given at once. */
const BATCH_SIZE = 65_536;

/**
 * Everything behind `after` that the reader may have now, in log order. Pulled: the next stretch is read when the last
 * batch was taken, so a cursor of any age costs bounded memory. When the iteration ends, the reader is live.
 */
export async function* catchUp(
  past: Past,
  reader: Reader,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  for (let from = after; !signal.aborted;) {
    const step = past.hub.advance(reader, from);
    if (step.kind === 'live') return;
    if (step.kind === 'recent') yield step.batch;
    else yield* fromLog(past, reader, from, step.to, signal);
    from = step.to;
  }
}

/** The stretch `(after, to]`. The rooms are those of the beginning, the right to each event is that of its own moment. */
export async function* fromLog(
  { store, directory, frames }: Past,
  reader: Reader,
  after: Position,
  to: Position,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const filter = filterFor([...roomsOf(directory, reader)]);
  if (after >= to || filter.streams?.size === 0) return;
  for await (const { events } of store.readAll({ after, to, filter, signal })) {
    let waiting: Frame[] = [];
    let size = 0;
    for (const recorded of events) {
      const event = catalogue.decode(recorded);
      const roomId = isParked(event) ? undefined : deliveredIn(event);
      if (isParked(event) || roomId === undefined || !receivesPast(directory, reader, roomId, event)) continue;
      const frame = frames.of(event, recorded);
      waiting.push(frame);
      size += frame.size;
      if (size < BATCH_SIZE) continue;
      yield new Batch(waiting);
      [waiting, size] = [[], 0];
    }
    if (waiting.length > 0) yield new Batch(waiting);
  }
}

function filterFor(roomIds: readonly string[]): EventFilter {
  const streams = roomIds.flatMap((id) => DELIVERED_FROM.map((category) => streamName(category, id)));
  return { streams: new Set(streams), types: DELIVERED };
}
