import { z } from 'zod';
import type { EventDefinition, Schema, TypedEvent } from '../kernel/catalogue.js';
import { makeCatalogue } from '../kernel/catalogue.js';
import type { EventMetadata } from '../kernel/event.js';
import * as archive from './archive.js';
import * as attendance from './attendance.js';
import * as category from './category.js';
import * as principal from './principal.js';
import * as receipt from './receipt.js';
import * as room from './room.js';
import * as transcript from './transcript.js';
import { time } from './values.js';

const metadata: Schema<EventMetadata> = z.strictObject({
  version: z.int().min(1),
  time,
  actor: z.strictObject({ id: z.string(), name: z.string(), email: z.string(), internal: z.boolean() }),
  correlationId: z.string(),
  causationId: z.string().optional(),
  node: z.string(),
  idempotency: z.strictObject({ key: z.string(), fingerprint: z.string() }).optional(),
  announced: z.literal(false).optional(),
  logged: z.literal(false).optional(),
});

function first<Data extends object>(schema: Schema<Data>): EventDefinition<Data> {
  return { version: 1, schema, upcasters: [] };
}

/** Every event of the log, by type. Adding an optional member keeps the version; anything else is a new one with an upcaster. */
const DEFINITIONS = {
  CategoryCreated: first(category.CategoryCreated),
  CategoryRenamed: first(category.CategoryRenamed),
  CategoryDescribed: first(category.CategoryDescribed),
  CategorySettingsChanged: first(category.CategorySettingsChanged),
  CategoryScopeChanged: first(category.CategoryScopeChanged),
  CategoryCreatorsChanged: first(category.CategoryCreatorsChanged),
  CategoryDeleted: first(category.CategoryDeleted),
  NameReserved: first(category.NameReserved),
  NameReleased: first(category.NameReleased),
  ChildReserved: first(category.ChildReserved),
  ChildReleased: first(category.ChildReleased),
  CategoryAbandoned: first(category.CategoryAbandoned),

  RoomCreated: first(room.RoomCreated),
  RoomRenamed: first(room.RoomRenamed),
  RoomDescribed: first(room.RoomDescribed),
  TopicChanged: first(room.TopicChanged),
  PrivacyChanged: first(room.PrivacyChanged),
  RoomTypeChanged: first(room.RoomTypeChanged),
  InvitationsSettingChanged: first(room.InvitationsSettingChanged),
  RoomMoved: first(room.RoomMoved),
  MemberAdded: first(room.MemberAdded),
  MemberRemoved: first(room.MemberRemoved),
  ManagerAdded: first(room.ManagerAdded),
  ManagerRemoved: first(room.ManagerRemoved),
  PresenterAdded: first(room.PresenterAdded),
  PresenterRemoved: first(room.PresenterRemoved),
  RoomDisabled: first(room.RoomDisabled),
  RoomEnabled: first(room.RoomEnabled),
  RoomDeleted: first(room.RoomDeleted),
  NameReservationDropped: first(room.NameReservationDropped),

  MessagePosted: first(transcript.MessagePosted),
  MessageEdited: first(transcript.MessageEdited),
  MessageRedacted: first(transcript.MessageRedacted),

  ParticipantJoined: first(attendance.ParticipantJoined),
  ParticipantLeft: first(attendance.ParticipantLeft),
  RoomUnfollowed: first(attendance.RoomUnfollowed),
  HistoryViewed: first(attendance.HistoryViewed),

  PrincipalRegistered: first(principal.PrincipalRegistered),
  PrincipalRenamed: first(principal.PrincipalRenamed),
  PrincipalGroupsChanged: first(principal.PrincipalGroupsChanged),
  PrincipalDisabled: first(principal.PrincipalDisabled),
  PrincipalEnabled: first(principal.PrincipalEnabled),

  CommandAccepted: first(receipt.CommandAccepted),

  WindowSealed: first(archive.WindowSealed),
  WindowPublished: first(archive.WindowPublished),
  WindowCollected: first(archive.WindowCollected),
} as const;

/** A typed event of the log. */
export type HansardEvent = TypedEvent<typeof DEFINITIONS>;
export type EventType = HansardEvent['type'];

/** The typed events of some types. */
export type EventOf<Type extends EventType> = Extract<HansardEvent, { readonly type: Type }>;

/** What a decider says: type and data. */
export type FactOf<Type extends EventType> = { [T in Type]: Pick<EventOf<T>, 'type' | 'data'> }[Type];

export const catalogue = makeCatalogue(DEFINITIONS, metadata);
