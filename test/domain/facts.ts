import fc from 'fast-check';
import type { FactOf, EventType } from '../../src/domain/catalogue/catalogue.js';

/* Few different values, so that random facts and commands meet one another. */

export const id = fc.constantFrom('a', 'b', 'c');
export const name = fc.constantFrom('oil', 'gas', 'Oil', '');
export const principal = fc.oneof(
  id.map((user) => ({ user })),
  id.map((group) => ({ group })),
);
export const principals = fc.array(principal, { maxLength: 4 });
export const privacy = fc.constantFrom('open' as const, 'closed' as const, 'secret' as const);
export const roomType = fc.constantFrom('normal' as const, 'auditorium' as const);
export const invitations = fc.constantFrom('inherit' as const, 'on' as const, 'off' as const);
export const onOff = fc.constantFrom('on' as const, 'off' as const);
export const settings = fc.record(
  { invitations: onOff, fileUpload: onOff, history: onOff, externals: onOff },
  { noNullPrototype: true },
);
export const number = fc.integer({ min: 1, max: 5 });
export const position = fc.nat(20);
export const time = fc.nat(9).map((minute) => `2026-11-23T14:0${minute}:00.000Z`);
export const manifest = fc.constantFrom('a'.repeat(64), 'b'.repeat(64));

const onePrincipal = fc.record({ principal });
const nothing = fc.constant({});
const ofUser = { id };
const nameHeld = fc.record({ roomId: id, name });
const child = fc.record({ categoryId: id });

type Arbitraries = { readonly [Type in EventType]: fc.Arbitrary<FactOf<Type>['data']> };

const DATA: Arbitraries = {
  CategoryCreated: fc.record(
    { name, description: name, parentId: id, allowed: principals, denied: principals, creators: principals, settings },
    { requiredKeys: ['name', 'description', 'denied', 'creators', 'settings'] },
  ),
  CategoryRenamed: fc.record({ name }),
  CategoryDescribed: fc.record({ description: name }),
  CategorySettingsChanged: fc.record({ settings }),
  CategoryScopeChanged: fc.record({ allowed: principals, denied: principals }, { requiredKeys: ['denied'] }),
  CategoryCreatorsChanged: fc.record({ creators: principals }),
  CategoryDeleted: nothing,
  NameReserved: nameHeld,
  NameReleased: nameHeld,
  ChildReserved: child,
  ChildReleased: child,
  CategoryAbandoned: nothing,

  RoomCreated: fc.record({
    name,
    categoryId: id,
    description: name,
    topic: name,
    privacy,
    type: roomType,
    invitations,
    members: principals,
    managers: principals,
    presenters: principals,
  }),
  RoomRenamed: fc.record({ name }),
  RoomDescribed: fc.record({ description: name }),
  TopicChanged: fc.record({ topic: name }),
  PrivacyChanged: fc.record({ privacy }),
  RoomTypeChanged: fc.record({ type: roomType }),
  InvitationsSettingChanged: fc.record({ invitations }),
  RoomMoved: fc.record({ categoryId: id }),
  MemberAdded: onePrincipal,
  MemberRemoved: onePrincipal,
  ManagerAdded: onePrincipal,
  ManagerRemoved: onePrincipal,
  PresenterAdded: onePrincipal,
  PresenterRemoved: onePrincipal,
  RoomDisabled: nothing,
  RoomEnabled: nothing,
  RoomDeleted: nothing,
  NameReservationDropped: fc.record({ categoryId: id, name }),

  MessagePosted: fc.record({ kind: fc.constant('normal' as const), text: name }),
  MessageEdited: fc.record({ seq: position, text: name }),
  MessageRedacted: fc.record({ seq: position }),

  ParticipantJoined: nothing,
  ParticipantLeft: fc.record({ reason: fc.constantFrom('parted' as const, 'idle' as const) }),
  RoomUnfollowed: nothing,
  HistoryViewed: fc.record({ from: position, to: position, via: fc.constant('page' as const) }),

  PrincipalRegistered: fc.record({
    ...ofUser,
    name,
    email: name,
    internal: fc.boolean(),
    groups: fc.array(id, { maxLength: 3 }),
  }),
  PrincipalRenamed: fc.record({ ...ofUser, name, email: name, internal: fc.boolean() }),
  PrincipalGroupsChanged: fc.record({ ...ofUser, groups: fc.array(id, { maxLength: 3 }) }),
  PrincipalDisabled: fc.record(ofUser),
  PrincipalEnabled: fc.record(ofUser),

  CommandAccepted: fc.record({ route: name, answer: fc.constant({}) }),

  WindowSealed: fc.record({
    adapter: fc.constant('xml'),
    number,
    from: position,
    to: position,
    fromTime: time,
    toTime: time,
    profile: fc.constant('full' as const),
    software: fc.constant('1.0.0'),
  }),
  WindowPublished: fc.record({
    adapter: fc.constant('xml'),
    number,
    folder: name,
    manifestSha256: manifest,
    events: position,
  }),
  WindowCollected: fc.record({ adapter: fc.constant('xml'), number }),
};

/** Any fact of the catalogue, whatever stream it belongs to. */
export const anyFact: fc.Arbitrary<{ readonly type: string; readonly data: object }> = fc.oneof(
  ...Object.entries(DATA).map(([type, data]) => fc.record({ type: fc.constant(type), data })),
);
