import type { Key, ReadModelReader, Row } from './read-models.js';
import {
  BUCKETS,
  dayUsageRow,
  participantsRow,
  roomUsageRow,
  userUsageRow,
  visitedRow,
  type DayUsageRow,
  type RoomUsageRow,
  type UserUsageRow,
} from './usage.js';

/** `participants`: distinct users who were ever in the room. No `lastActivity`: nothing was posted yet. */
export interface RoomUsage {
  readonly room: { readonly id: string; readonly name: string };
  readonly messages: number;
  readonly participants: number;
  readonly lastActivity?: string;
}

/** `rooms`: distinct rooms that the user was ever in. */
export interface UserUsage {
  readonly user: { readonly id: string; readonly name: string };
  readonly messages: number;
  readonly rooms: number;
  readonly lastActivity?: string;
}

export type DayUsage = DayUsageRow;

/** Which report holds which items. */
export interface Reports {
  readonly rooms: RoomUsage;
  readonly users: UserUsage;
  readonly days: DayUsage;
}

export type ReportName = keyof Reports;
export const REPORT_NAMES = ['rooms', 'users', 'days'] as const satisfies readonly ReportName[];

export interface ReportPlace {
  /** Goes on behind the item with this key. */
  readonly after?: Key | undefined;
  readonly limit: number;
  /** UTC days, for `days`: from this one on, and before that one. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface ReportPage<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; `undefined`: there is none. */
  readonly next: Key | undefined;
}

type Models = Pick<ReadModelReader, 'scan' | 'get'>;

/** A page of rooms or users, the most active first, or of days in their order. */
export function reportPage(
  models: Models,
  name: ReportName,
  place: ReportPlace,
): Promise<ReportPage<Reports[ReportName]>> {
  switch (name) {
    case 'rooms':
      return mostActive(models, 'rooms', place, (row) => roomUsage(models, roomUsageRow(row)), roomKey);
    case 'users':
      return mostActive(models, 'users', place, (row) => userUsage(models, userUsageRow(row)), userKey);
    case 'days':
      return days(models, place);
  }
}

async function mostActive<Item>(
  models: Models,
  table: 'rooms' | 'users',
  { after, limit }: ReportPlace,
  itemOf: (row: Row) => Promise<Item>,
  keyOf: (row: Row) => Key,
): Promise<ReportPage<Item>> {
  const bound = after && { before: after }; // the index is walked downwards
  const { rows } = await models.scan('usage', { table, index: 'active', descending: true, limit: limit + 1, ...bound });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: await Promise.all(page.map(itemOf)),
    next: last && rows.length > limit ? keyOf(last) : undefined,
  };
}

async function roomUsage(models: Models, { roomId, name, messages, lastActivity }: RoomUsageRow): Promise<RoomUsage> {
  const { rows } = await models.scan('usage', { table: 'participants', prefix: [roomId], limit: BUCKETS });
  const participants = rows.reduce((sum, row) => sum + participantsRow(row).users.length, 0);
  return { room: { id: roomId, name }, messages, participants, ...(lastActivity !== '' && { lastActivity }) };
}

async function userUsage(models: Models, { userId, name, messages, lastActivity }: UserUsageRow): Promise<UserUsage> {
  const visited = await models.get('usage', 'visited', [userId]);
  const rooms = visited ? visitedRow(visited).rooms.length : 0;
  return { user: { id: userId, name }, messages, rooms, ...(lastActivity !== '' && { lastActivity }) };
}

async function days(models: Models, { after, limit, since, until }: ReportPlace): Promise<ReportPage<DayUsage>> {
  const from = after ?? (since === undefined ? undefined : [justBefore(since)]);
  const { rows } = await models.scan('usage', {
    table: 'days',
    limit: limit + 1,
    ...(from && { after: from }),
    ...(until !== undefined && { before: [until] }),
  });
  const items = rows.slice(0, limit).map(dayUsageRow);
  const last = items.at(-1);
  return { items, next: last && rows.length > limit ? [last.day] : undefined };
}

/** Bounds of a scan are exclusive: this one sorts behind the day before, and before the day. */
function justBefore(day: string): string {
  const last = day.length - 1;
  return `${day.slice(0, last)}${String.fromCharCode(day.charCodeAt(last) - 1)}~`;
}

function roomKey(row: Row): Key {
  const { messages, roomId } = roomUsageRow(row);
  return [messages, roomId];
}

function userKey(row: Row): Key {
  const { messages, userId } = userUsageRow(row);
  return [messages, userId];
}
