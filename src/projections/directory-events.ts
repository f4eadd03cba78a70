import type { EventOf, HansardEvent } from '../domain/catalogue/catalogue.js';
import type { CategoryFact } from '../domain/category/category.js';
import type { PrincipalFact } from '../domain/principal/principal.js';
import type { RoomFact } from '../domain/room/room.js';

export type CategoryEvent = EventOf<CategoryFact['type']>;
export type RoomEvent = EventOf<RoomFact['type']>;
export type PrincipalEvent = EventOf<PrincipalFact['type']>;

// Records, so that the compiler asks for a type that is added to one of the unions.
const CATEGORY: Readonly<Record<CategoryEvent['type'], true>> = {
  CategoryCreated: true,
  CategoryRenamed: true,
  CategoryDescribed: true,
  CategorySettingsChanged: true,
  CategoryScopeChanged: true,
  CategoryCreatorsChanged: true,
  CategoryDeleted: true,
  NameReserved: true,
  NameReleased: true,
  ChildReserved: true,
  ChildReleased: true,
  CategoryAbandoned: true,
};

const ROOM: Readonly<Record<RoomEvent['type'], true>> = {
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
  NameReservationDropped: true,
};

const PRINCIPAL: Readonly<Record<PrincipalEvent['type'], true>> = {
  PrincipalRegistered: true,
  PrincipalRenamed: true,
  PrincipalGroupsChanged: true,
  PrincipalDisabled: true,
  PrincipalEnabled: true,
};

export function isCategoryEvent(event: HansardEvent): event is CategoryEvent {
  return Object.hasOwn(CATEGORY, event.type);
}

export function isRoomEvent(event: HansardEvent): event is RoomEvent {
  return Object.hasOwn(ROOM, event.type);
}

export function isPrincipalEvent(event: HansardEvent): event is PrincipalEvent {
  return Object.hasOwn(PRINCIPAL, event.type);
}
