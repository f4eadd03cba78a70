import { readsContents } from '../../domain/access.js';
import type { Caller } from '../../domain/caller.js';
import type { HansardEvent } from '../../domain/catalogue/catalogue.js';
import { idOf } from '../../domain/kernel/event.js';
import type { LiveRoom } from '../../domain/room/room.js';
import type { Directory } from '../../projections/directory/directory.js';

/** Whether readers of a room are given events of a type: the compiler asks for one that is added to the catalogue. */
const IS_DELIVERED: Readonly<Record<HansardEvent['type'], boolean>> = {
  RoomCreated: true,
  RoomRenamed: true,
  RoomDescribed: true,
  TopicChanged: true,
  PrivacyChanged: true,
  RoomTypeChanged: true,
  InvitationsSettingChanged: true,
  RoomMoved: true,
  MemberAdded: true,
  MemberRemoved: true,
  ManagerAdded: true,
  ManagerRemoved: true,
  PresenterAdded: true,
  PresenterRemoved: true,
  RoomDisabled: true,
  RoomEnabled: true,
  RoomDeleted: true,
  MessagePosted: true,
  MessageEdited: true,
  MessageRedacted: true,
  ParticipantJoined: true,
  ParticipantLeft: true,
  RoomUnfollowed: false,
  HistoryViewed: false,
  NameReservationDropped: false,
  CategoryCreated: false,
  CategoryRenamed: false,
  CategoryDescribed: false,
  CategorySettingsChanged: false,
  CategoryScopeChanged: false,
  CategoryCreatorsChanged: false,
  CategoryDeleted: false,
  CategoryAbandoned: false,
  NameReserved: false,
  NameReleased: false,
  ChildReserved: false,
  ChildReleased: false,
  PrincipalRegistered: false,
  PrincipalRenamed: false,
  PrincipalGroupsChanged: false,
  PrincipalDisabled: false,
  PrincipalEnabled: false,
  CommandAccepted: false,
  WindowSealed: false,
  WindowPublished: false,
  WindowCollected: false,
};

/** Types of events that readers of a room are given. */
export const DELIVERED: ReadonlySet<string> = new Set(
  Object.entries(IS_DELIVERED).flatMap(([type, is]) => (is ? [type] : [])),
);

/** Stream categories that hold them. */
export const DELIVERED_FROM = ['room', 'transcript', 'attendance'] as const;

/** The room whose readers are given the event; undefined: nobody is. */
export function deliveredIn(event: HansardEvent): string | undefined {
  return IS_DELIVERED[event.type] && event.metadata.announced !== false ? idOf(event.stream) : undefined;
}

/** Who reads, and what: the rooms that the user follows, or one room whether followed or not. */
export interface Audience {
  readonly caller: Caller;
  readonly room: string | undefined;
}

/** The rooms that may concern the reader, whether they may be read or not. */
export function roomsOf({ people }: Directory, { caller, room }: Audience): Iterable<string> {
  return room === undefined ? people.followedBy(caller.actor.id) : [room];
}

/** Whether the reader is given what happens in the room from now on. */
export function receives(directory: Directory, audience: Audience, roomId: string): boolean {
  const room = roomConcerning(directory, audience, roomId);
  return room !== undefined && !room.disabled && isReadable(directory, room, audience.caller);
}

/** Whether the reader is given, now, an event that happened before. */
export function receivesPast(directory: Directory, audience: Audience, roomId: string, event: HansardEvent): boolean {
  const room = roomConcerning(directory, audience, roomId);
  if (!room || !isReadable(directory, room, audience.caller)) return false;
  if (room.disabled && event.type !== 'RoomDisabled' && event.type !== 'RoomEnabled') return false;
  return event.metadata.logged !== false || wasThere(directory, audience.caller, roomId, event.metadata.time);
}

/** Whether the caller reads the room's contents now. */
export function reads(directory: Directory, caller: Caller, roomId: string): boolean {
  const room = directory.room(roomId)?.state;
  return room !== undefined && !room.disabled && isReadable(directory, room, caller);
}

function roomConcerning(directory: Directory, { caller, room }: Audience, roomId: string): LiveRoom | undefined {
  const concerned = room === undefined ? directory.people.followedBy(caller.actor.id).has(roomId) : room === roomId;
  return concerned ? directory.room(roomId)?.state : undefined;
}

function isReadable(directory: Directory, room: LiveRoom, caller: Caller): boolean {
  return readsContents(room, directory.chain(room.categoryId), caller);
}

/** What was said in an unlogged room is in no history: it is given again only to who has been there since before. */
function wasThere({ people }: Directory, { actor }: Caller, roomId: string, time: string): boolean {
  const person = people.person(roomId, actor.id);
  return person?.present === true && person.since <= time;
}
