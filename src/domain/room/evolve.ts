import { refOf } from '../caller.js';
import type { Evolving } from '../kernel/decider.js';
import { withMember, withoutMember } from '../sets.js';
import { ignoring } from '../unknown-event.js';
import type { LiveRoom, RoomFact, RoomState } from './room.js';

export const initialRoom: RoomState = { kind: 'none' };

export function evolveRoom(state: RoomState, event: Evolving<RoomFact>): RoomState {
  switch (state.kind) {
    case 'none':
      return begin(state, event);
    case 'live':
      return change(state, event);
    case 'abandoned':
    case 'deleted':
      return state;
  }
}

function begin(state: RoomState, event: Evolving<RoomFact>): RoomState {
  if (event.type === 'NameReservationDropped') return { kind: 'abandoned' };
  if (event.type !== 'RoomCreated') return state;
  const { members, managers, presenters, ...rest } = event.data;
  return {
    kind: 'live',
    ...rest,
    members: new Set(members.map(refOf)),
    managers: new Set(managers.map(refOf)),
    presenters: new Set(presenters.map(refOf)),
    disabled: false,
    createdAt: event.metadata.time,
  };
}

function change(room: LiveRoom, event: Evolving<RoomFact>): RoomState {
  switch (event.type) {
    case 'RoomRenamed':
    case 'RoomDescribed':
    case 'TopicChanged':
    case 'PrivacyChanged':
    case 'InvitationsSettingChanged':
    case 'RoomMoved':
      return { ...room, ...event.data };
    case 'RoomTypeChanged':
      return { ...room, ...event.data, presenters: event.data.type === 'normal' ? new Set() : room.presenters };
    case 'MemberAdded':
      return { ...room, members: withMember(room.members, refOf(event.data.principal)) };
    case 'MemberRemoved':
      return { ...room, members: withoutMember(room.members, refOf(event.data.principal)) };
    case 'ManagerAdded':
      return { ...room, managers: withMember(room.managers, refOf(event.data.principal)) };
    case 'ManagerRemoved':
      return { ...room, managers: withoutMember(room.managers, refOf(event.data.principal)) };
    case 'PresenterAdded':
      return { ...room, presenters: withMember(room.presenters, refOf(event.data.principal)) };
    case 'PresenterRemoved':
      return { ...room, presenters: withoutMember(room.presenters, refOf(event.data.principal)) };
    case 'RoomDisabled':
      return { ...room, disabled: true };
    case 'RoomEnabled':
      return { ...room, disabled: false };
    case 'RoomDeleted':
      return { kind: 'deleted', name: room.name, categoryId: room.categoryId };
    case 'RoomCreated':
    case 'NameReservationDropped':
      return room;
    default:
      return ignoring({ state: room, event });
  }
}
