import type { EventOf } from '../domain/catalogue/catalogue.js';
import { idOf } from '../domain/kernel/event.js';
import type { Change, Projection } from './projection.js';
import type { Row } from './read-models.js';

/** `lastActivity`: time of the last message posted, "" when there is none. */
export type RoomUsageRow = Readonly<{ roomId: string; name: string; messages: number; lastActivity: string }>;
export type UserUsageRow = Readonly<{ userId: string; name: string; messages: number; lastActivity: string }>;
/** A UTC day, by server time. Days without a message have no row. */
export type DayUsageRow = Readonly<{ day: string; messages: number }>;

/** Ids of users who were ever in the room, in the order of their first coming; cut in buckets so that no row grows long. */
export type ParticipantsRow = Readonly<{ roomId: string; bucket: number; users: readonly string[] }>;
/** Ids of rooms the user was ever in. */
export type VisitedRow = Readonly<{ userId: string; rooms: readonly string[] }>;

export const BUCKETS = 16;

/**
 * Who says how much where. A message is counted when it is posted, logged or not, and stays counted when it is redacted;
 * an edit is no message. A post touches three short rows, all of which it shares with the other posts of its batch; the
 * rows with sets in them are touched by joins alone, and posting implies joining.
 */
export const usage: Projection = {
  schema: {
    name: 'usage',
    version: 1,
    tables: {
      rooms: { key: ['roomId'], indexes: { active: ['messages'] } },
      users: { key: ['userId'], indexes: { active: ['messages'] } },
      days: { key: ['day'] },
      participants: { key: ['roomId', 'bucket'] },
      visited: { key: ['userId'] },
    },
  },
  categories: ['transcript', 'attendance', 'room', 'principal'],
  changes(event) {
    switch (event.type) {
      case 'MessagePosted':
        return posted(event);
      case 'ParticipantJoined':
        return joined(event);
      case 'RoomCreated':
      case 'RoomRenamed':
        return [roomNamed(idOf(event.stream), event.data.name)];
      case 'PrincipalRegistered':
      case 'PrincipalRenamed':
        return [userNamed(event.data.id, event.data.name)];
      default:
        return [];
    }
  },
};

// Made by this projection, and by it alone.
export const roomUsageRow = (row: Row) => row as RoomUsageRow;
export const userUsageRow = (row: Row) => row as UserUsageRow;
export const dayUsageRow = (row: Row) => row as DayUsageRow;
export const participantsRow = (row: Row) => row as ParticipantsRow;
export const visitedRow = (row: Row) => row as VisitedRow;

function posted({ stream, metadata: { time, actor } }: EventOf<'MessagePosted'>): readonly Change[] {
  const roomId = idOf(stream);
  const day = time.slice(0, 10);
  return [
    {
      table: 'rooms',
      key: [roomId],
      fold: (row) => counted(row ? roomUsageRow(row) : { roomId, name: '', messages: 0, lastActivity: '' }, time),
    },
    {
      table: 'users',
      key: [actor.id],
      fold: (row) =>
        counted(row ? userUsageRow(row) : { userId: actor.id, name: actor.name, messages: 0, lastActivity: '' }, time),
    },
    {
      table: 'days',
      key: [day],
      fold: (row) => ({ day, messages: (row ? dayUsageRow(row).messages : 0) + 1 }),
    },
  ];
}

/** Times of one form compare as text. Clocks of nodes differ, so the last event is not always the latest. */
function counted<R extends RoomUsageRow | UserUsageRow>(row: R, time: string): R {
  return { ...row, messages: row.messages + 1, lastActivity: time > row.lastActivity ? time : row.lastActivity };
}

function joined({ stream, metadata: { actor } }: EventOf<'ParticipantJoined'>): readonly Change[] {
  const roomId = idOf(stream);
  const bucket = bucketOf(actor.id);
  return [
    {
      table: 'participants',
      key: [roomId, bucket],
      fold(row) {
        const users = row ? participantsRow(row).users : [];
        return row && users.includes(actor.id) ? row : { roomId, bucket, users: [...users, actor.id] };
      },
    },
    {
      table: 'visited',
      key: [actor.id],
      fold(row) {
        const rooms = row ? visitedRow(row).rooms : [];
        return row && rooms.includes(roomId) ? row : { userId: actor.id, rooms: [...rooms, roomId] };
      },
    },
  ];
}

function roomNamed(roomId: string, name: string): Change {
  return {
    table: 'rooms',
    key: [roomId],
    fold: (row) => ({ ...(row ? roomUsageRow(row) : { roomId, messages: 0, lastActivity: '' }), name }),
  };
}

function userNamed(userId: string, name: string): Change {
  return {
    table: 'users',
    key: [userId],
    fold: (row) => ({ ...(row ? userUsageRow(row) : { userId, messages: 0, lastActivity: '' }), name }),
  };
}

function bucketOf(id: string): number {
  let sum = 0;
  for (let at = 0; at < id.length; at += 1) sum = (sum * 31 + id.charCodeAt(at)) % 65_521;
  return sum % BUCKETS;
}
