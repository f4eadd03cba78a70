import type { EventOf } from '../domain/catalogue/catalogue.js';
import { idOf } from '../domain/kernel/event.js';
import type { Position } from '../domain/kernel/position.js';
import type { Change, Projection } from './projection.js';
import type { Row } from './read-models.js';

/** One user's relation to one room; there is no row for one who is neither present nor following. */
export type PersonRow = Readonly<{
  roomId: string;
  userId: string;
  name: string;
  email: string;
  internal: boolean;
  present: boolean;
  /** RFC 3339; since when present, "" when not. */
  since: string;
  following: boolean;
  /** Of the last event folded in. */
  position: Position;
}>;

type Attending = EventOf<'ParticipantJoined' | 'ParticipantLeft' | 'RoomUnfollowed'>;

/** Who is in which room and who follows it. No index by user: the directory answers that from memory, at no write's cost. */
export const attendance: Projection = {
  schema: { name: 'attendance', version: 1, tables: { people: { key: ['roomId', 'userId'] } } },
  categories: ['attendance'],
  changes(event) {
    switch (event.type) {
      case 'ParticipantJoined':
        return [change(event, join)];
      case 'ParticipantLeft':
        return [change(event, (before) => leave(before, event))];
      case 'RoomUnfollowed':
        return [change(event, (before) => before && { ...before, following: false })];
      default:
        return [];
    }
  },
};

export function personRow(row: Row): PersonRow {
  return row as PersonRow; // made by this projection, and by it alone
}

function change<E extends Attending>(
  event: E,
  fold: (before: PersonRow | undefined, event: E) => PersonRow | undefined,
): Change {
  return {
    table: 'people',
    key: [idOf(event.stream), event.metadata.actor.id],
    fold(row) {
      const person = fold(row && personRow(row), event);
      return person && (person.present || person.following) ? { ...person, position: event.position } : undefined;
    },
  };
}

/** Joining twice is one presence, since the first time. */
function join(before: PersonRow | undefined, { stream, metadata, position }: EventOf<'ParticipantJoined'>): PersonRow {
  const { id, name, email, internal } = metadata.actor;
  const since = before?.present ? before.since : metadata.time;
  return { roomId: idOf(stream), userId: id, name, email, internal, present: true, since, following: true, position };
}

function leave(before: PersonRow | undefined, { data }: EventOf<'ParticipantLeft'>): PersonRow | undefined {
  return before && { ...before, present: false, since: '', following: before.following && data.reason !== 'parted' };
}
