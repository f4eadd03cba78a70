import { eventsIn, selected } from '../../api/log-lines.js';
import type { LogReading } from '../../composition.js';
import type { RecordedEvent, StreamName } from '../../domain/kernel/event.js';
import type { EventBatch } from '../../domain/kernel/event-store.js';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import { CliFailure, EXIT } from '../exit.js';
import { eventTime } from './event-time.js';
import { isOver, isWithin, type Period } from './period.js';
import { positionAt } from './position-at.js';
import { findRoom, streamsOfRoom, type NamedRoom } from './rooms.js';

export interface FolderSelection extends Period {
  /** Sequence to go on after. */
  readonly after?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly streams?: readonly string[] | undefined;
  /** Id or name. */
  readonly room?: string | undefined;
}

const NO_TIME = '';

/** Batches of a data folder's log, as selected; with a signal it goes on with what is written until that. */
export async function* folderBatches(
  { store, sequences }: Pick<LogReading, 'store' | 'sequences'>,
  { after, room, streams, types, ...period }: FolderSelection,
  follow?: AbortSignal,
): AsyncGenerator<EventBatch> {
  const from = after === undefined ? ORIGIN : positionOf(sequences.decode(after));
  const begin = period.since === undefined ? ORIGIN : await positionAt(store, period.since);
  const selection = {
    after: from > begin ? from : begin,
    types,
    streams: room === undefined ? streams : streamsOfRoom(await roomInFolder({ store }, room)),
  };
  for await (const batch of selected(store, selection, follow)) {
    yield { ...batch, events: within(batch.events, period) };
    if (batch.events.some((event) => isOver(eventTime(event) ?? NO_TIME, period))) return;
  }
}

/** Batches of one stream, the last event first; `after`: those before this event. */
export async function* folderStreamBackward(
  { store, sequences }: Pick<LogReading, 'store' | 'sequences'>,
  stream: string,
  { after, types, ...period }: Omit<FolderSelection, 'room' | 'streams'>,
): AsyncGenerator<readonly RecordedEvent[]> {
  const before = after === undefined ? undefined : positionOf(sequences.decode(after));
  const matches = ({ position, type }: RecordedEvent) =>
    (before === undefined || position < before) && (!types || types.includes(type));
  let isEmpty = true;
  for await (const events of store.readStream(stream as StreamName, { direction: 'backward' })) {
    isEmpty = false;
    yield within(events.filter(matches), period);
  }
  if (isEmpty) throw new CliFailure(`There is no stream ${stream}.`);
}

function within(events: readonly RecordedEvent[], period: Period): readonly RecordedEvent[] {
  if (period.since === undefined && period.until === undefined) return events;
  return events.filter((event) => isWithin(eventTime(event) ?? NO_TIME, period));
}

function positionOf(decoded: Position | undefined): Position {
  if (decoded === undefined) throw new CliFailure('--after is no sequence of this deployment.', EXIT.usage);
  return decoded;
}

export async function roomInFolder({ store }: Pick<LogReading, 'store'>, wanted: string): Promise<string> {
  const named = selected(store, { after: ORIGIN, types: ['RoomCreated', 'RoomRenamed'], streams: ['room-*'] });
  return findRoom(wanted, namesIn(eventsIn(named)));
}

async function* namesIn(batches: AsyncIterable<readonly RecordedEvent[]>): AsyncGenerator<NamedRoom> {
  for await (const events of batches) yield* events;
}
