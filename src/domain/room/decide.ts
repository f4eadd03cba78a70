import { principalOf, refOf, type PrincipalRef } from '../caller.js';
import type { Principal } from '../catalogue/values.js';
import { accept, reject, type Decider, type Decision } from '../kernel/decider.js';
import { foldName } from '../names.js';
import { present } from '../patch.js';
import type { Codes } from '../rejections.js';
import { evolveRoom, initialRoom } from './evolve.js';
import type { LiveRoom, RoomFact, RoomState } from './room.js';

type Changeable = Pick<LiveRoom, 'name' | 'description' | 'topic' | 'privacy' | 'type' | 'invitations' | 'categoryId'>;

/** What is absent stays. */
export type RoomPatch = { readonly [Member in keyof Changeable]?: Changeable[Member] | undefined };

/** Who creates it becomes a manager. The principals listed are in scope: the caller has asked. */
export interface CreateRoom extends Pick<LiveRoom, Exclude<keyof Changeable, 'type'>> {
  readonly type: 'CreateRoom';
  readonly by: PrincipalRef;
  readonly roomType: LiveRoom['type'];
  readonly members: readonly Principal[];
  readonly managers: readonly Principal[];
  readonly presenters: readonly Principal[];
}

export type RoomCommand =
  | CreateRoom
  /** A new name is reserved for the room in the category where it is going to be. */
  | { readonly type: 'ChangeRoom'; readonly patch: RoomPatch }
  | { readonly type: 'AddMember'; readonly principal: Principal }
  | { readonly type: 'RemoveMember'; readonly principal: Principal }
  | { readonly type: 'AddManager'; readonly principal: Principal }
  | { readonly type: 'RemoveManager'; readonly principal: Principal }
  | { readonly type: 'AddPresenter'; readonly principal: Principal }
  | { readonly type: 'RemovePresenter'; readonly principal: Principal }
  | { readonly type: 'DisableRoom' }
  | { readonly type: 'EnableRoom' }
  | { readonly type: 'DeleteRoom' }
  /** `name` is folded. Refused while the room uses it: only what lies unused may be given away. */
  | { readonly type: 'DropNameReservation'; readonly categoryId: string; readonly name: string };

export type RoomRejectionCode = Codes<
  'room-not-found' | 'room-exists' | 'presenters-only-in-auditorium' | 'presenter-not-member' | 'duplicate-name'
>;
type RoomDecision = Decision<RoomFact, RoomRejectionCode>;

export const roomDecider: Decider<RoomState, RoomCommand, RoomFact, RoomRejectionCode> = {
  initialState: initialRoom,
  evolve: evolveRoom,
  decide,
};

function decide(command: RoomCommand, state: RoomState): RoomDecision {
  if (command.type === 'CreateRoom') return create(command, state);
  if (command.type === 'DropNameReservation') return fence(command.categoryId, command.name, state);
  if (state.kind !== 'live') return reject('room-not-found', 'There is no such room.');
  return manage(command, state);
}

function create(command: CreateRoom, state: RoomState): RoomDecision {
  if (state.kind !== 'none') return reject('room-exists', 'A room with this id was already created or given up.');
  const { name, categoryId, description, topic, privacy, roomType: type, invitations } = command;
  const members = unique(command.members);
  const managers = unique([...command.managers, principalOf(command.by)]);
  const presenters = unique(command.presenters);
  const listed = new Set([...members, ...managers].map(refOf));
  for (const presenter of presenters) {
    const refused = presenterRefusal(type, listed, refOf(presenter));
    if (refused) return refused;
  }
  const room = { name, categoryId, description, topic, privacy, type, invitations, members, managers, presenters };
  return accept({ type: 'RoomCreated', data: room });
}

/** As the first event of a stream the fence ends the room; behind that it stops a rename that is still under way. */
function fence(categoryId: string, name: string, state: RoomState): RoomDecision {
  if (state.kind === 'deleted' || state.kind === 'abandoned') return accept();
  if (state.kind === 'live' && state.categoryId === categoryId && foldName(state.name) === name)
    return reject('duplicate-name', 'Another room of the category has this name.');
  return accept({ type: 'NameReservationDropped', data: { categoryId, name } });
}

function manage(
  command: Exclude<RoomCommand, { type: 'CreateRoom' | 'DropNameReservation' }>,
  room: LiveRoom,
): RoomDecision {
  switch (command.type) {
    case 'ChangeRoom':
      return accept(...changes(command.patch, room));
    case 'AddMember':
      return onlyIf(!room.members.has(refOf(command.principal)), { type: 'MemberAdded', data: pick(command) });
    case 'RemoveMember':
      return unlist('MemberRemoved', room.members, room.managers, command.principal, room);
    case 'AddManager':
      return onlyIf(!room.managers.has(refOf(command.principal)), { type: 'ManagerAdded', data: pick(command) });
    case 'RemoveManager':
      return unlist('ManagerRemoved', room.managers, room.members, command.principal, room);
    case 'AddPresenter':
      return addPresenter(command.principal, room);
    case 'RemovePresenter':
      return onlyIf(room.presenters.has(refOf(command.principal)), { type: 'PresenterRemoved', data: pick(command) });
    case 'DisableRoom':
      return onlyIf(!room.disabled, { type: 'RoomDisabled', data: {} });
    case 'EnableRoom':
      return onlyIf(room.disabled, { type: 'RoomEnabled', data: {} });
    case 'DeleteRoom':
      return accept({ type: 'RoomDeleted', data: {} });
  }
}

/** One fact for each member that becomes another one. A room that becomes normal loses its presenters by that. */
function changes(patch: RoomPatch, room: LiveRoom): readonly RoomFact[] {
  const { name, description, topic, privacy, type, invitations, categoryId } = { ...room, ...present(patch) };
  const facts: RoomFact[] = [];
  if (categoryId !== room.categoryId) facts.push({ type: 'RoomMoved', data: { categoryId } });
  if (name !== room.name) facts.push({ type: 'RoomRenamed', data: { name } });
  if (description !== room.description) facts.push({ type: 'RoomDescribed', data: { description } });
  if (topic !== room.topic) facts.push({ type: 'TopicChanged', data: { topic } });
  if (privacy !== room.privacy) facts.push({ type: 'PrivacyChanged', data: { privacy } });
  if (type !== room.type) facts.push({ type: 'RoomTypeChanged', data: { type } });
  if (invitations !== room.invitations) facts.push({ type: 'InvitationsSettingChanged', data: { invitations } });
  return facts;
}

function addPresenter(principal: Principal, room: LiveRoom): RoomDecision {
  const ref = refOf(principal);
  const listed = room.members.has(ref) ? room.members : room.managers;
  const refused = presenterRefusal(room.type, listed, ref);
  return refused ?? onlyIf(!room.presenters.has(ref), { type: 'PresenterAdded', data: { principal } });
}

/** Who is on neither list any more stops presenting first, so that every event leaves the room as it must be. */
function unlist(
  type: 'MemberRemoved' | 'ManagerRemoved',
  from: ReadonlySet<PrincipalRef>,
  otherList: ReadonlySet<PrincipalRef>,
  principal: Principal,
  room: LiveRoom,
): RoomDecision {
  const ref = refOf(principal);
  if (!from.has(ref)) return accept();
  const removed: RoomFact = { type, data: { principal } };
  const presents = room.presenters.has(ref) && !otherList.has(ref);
  return presents ? accept({ type: 'PresenterRemoved', data: { principal } }, removed) : accept(removed);
}

function presenterRefusal(type: LiveRoom['type'], listed: ReadonlySet<PrincipalRef>, ref: PrincipalRef) {
  if (type !== 'auditorium') return reject('presenters-only-in-auditorium', 'Only an auditorium has presenters.');
  if (!listed.has(ref)) return reject('presenter-not-member', 'A presenter must be listed as a member or manager.');
  return undefined;
}

function onlyIf(condition: boolean, fact: RoomFact): RoomDecision {
  return condition ? accept(fact) : accept();
}

function pick({ principal }: { readonly principal: Principal }) {
  return { principal };
}

function unique(principals: readonly Principal[]): Principal[] {
  return [...new Set(principals.map(refOf))].map(principalOf);
}
