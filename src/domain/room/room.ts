import type { EventType, FactOf } from '../catalogue/catalogue.js';
import type { Privacy, RoomType } from '../catalogue/room.js';
import type { PrincipalRef } from '../caller.js';

/** What a room's own stream says of it. */
export type RoomState =
  | { readonly kind: 'none' }
  /** Its creation did not finish and its name was given away: it can never be created. */
  | { readonly kind: 'abandoned' }
  | LiveRoom
  | { readonly kind: 'deleted'; readonly name: string; readonly categoryId: string };

export interface LiveRoom {
  readonly kind: 'live';
  readonly name: string;
  readonly categoryId: string;
  readonly description: string;
  readonly topic: string;
  readonly privacy: Privacy;
  readonly type: RoomType;
  readonly invitations: 'inherit' | 'on' | 'off';
  readonly members: ReadonlySet<PrincipalRef>;
  readonly managers: ReadonlySet<PrincipalRef>;
  readonly presenters: ReadonlySet<PrincipalRef>;
  readonly disabled: boolean;
  /** RFC 3339 */
  readonly createdAt: string;
}

export type RoomFact = FactOf<
  Extract<
    EventType,
    | 'RoomCreated'
    | 'RoomRenamed'
    | 'RoomDescribed'
    | 'TopicChanged'
    | 'PrivacyChanged'
    | 'RoomTypeChanged'
    | 'InvitationsSettingChanged'
    | 'RoomMoved'
    | 'MemberAdded'
    | 'MemberRemoved'
    | 'ManagerAdded'
    | 'ManagerRemoved'
    | 'PresenterAdded'
    | 'PresenterRemoved'
    | 'RoomDisabled'
    | 'RoomEnabled'
    | 'RoomDeleted'
    | 'NameReservationDropped'
  >
>;
