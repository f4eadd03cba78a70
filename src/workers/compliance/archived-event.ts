import { createHash } from 'node:crypto';
import { catalogue, type EventType, type HansardEvent } from '../../domain/catalogue/catalogue.js';
import { isParked } from '../../domain/kernel/catalogue.js';
import { categoryOf, idOf, type RecordedEvent, type StreamCategory } from '../../domain/kernel/event.js';
import { isInstant } from './instants.js';

/** An event on its way into a window. */
export interface ArchivedEvent {
  readonly recorded: RecordedEvent;
  /** `undefined`: no schema knows it, its time is none, or it is where such an event cannot be. */
  readonly event: HansardEvent | undefined;
  /** Of the room that it happened in. */
  readonly roomId: string | undefined;
}

/** Events that formats have own forms for count as known only in streams of their kind. */
const PLACES: Partial<Record<EventType, StreamCategory>> = {
  MessagePosted: 'transcript',
  MessageEdited: 'transcript',
  MessageRedacted: 'transcript',
  ParticipantJoined: 'attendance',
  ParticipantLeft: 'attendance',
  HistoryViewed: 'attendance',
};

const ROOM_CATEGORIES = new Set(['room', 'transcript', 'attendance']);

export function archivedEvent(recorded: RecordedEvent): ArchivedEvent {
  return { recorded, event: known(recorded), roomId: roomOf(recorded.stream) };
}

export function roomOf(stream: string): string | undefined {
  return ROOM_CATEGORIES.has(categoryOf(stream)) ? idOf(stream) : undefined;
}

function known(recorded: RecordedEvent): HansardEvent | undefined {
  const decoded = catalogue.parse(recorded);
  if (isParked(decoded) || !isInstant(decoded.metadata.time)) return undefined;
  const place = PLACES[decoded.type];
  return place === undefined || place === categoryOf(recorded.stream) ? decoded : undefined;
}

/** Of data and metadata, one after the other, as stored; of their JSON where the log gave values. */
export function bytesHash({ damagedSha256, data, metadata }: RecordedEvent): string {
  if (damagedSha256 !== undefined) return damagedSha256;
  return createHash('sha256')
    .update(`${JSON.stringify(data)}${JSON.stringify(metadata)}`)
    .digest('hex');
}
