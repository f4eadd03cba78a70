import { describe, expect, it } from 'vitest';
import { userRef } from '../../src/domain/caller.js';
import { roomDecider, type CreateRoom } from '../../src/domain/room/decide.js';
import type { RoomFact } from '../../src/domain/room/room.js';
import { fold, metadata, specification } from '../support/decider-specification.js';

const { given } = specification(roomDecider);

const ada = { user: 'ada' };
const bob = { user: 'bob' };
const traders = { group: 'traders' };
const texts = { name: 'Oil', categoryId: 'c1', description: '', topic: '' };

const create: CreateRoom = {
  type: 'CreateRoom',
  by: userRef('ada'),
  ...texts,
  privacy: 'closed',
  roomType: 'normal',
  invitations: 'inherit',
  members: [],
  managers: [],
  presenters: [],
};

function created(data: Partial<Extract<RoomFact, { type: 'RoomCreated' }>['data']> = {}): RoomFact {
  const lists = { members: [], managers: [ada], presenters: [] };
  return {
    type: 'RoomCreated',
    data: { ...texts, privacy: 'closed', type: 'normal', invitations: 'inherit', ...lists, ...data },
  };
}
const auditorium = created({ type: 'auditorium', members: [bob, traders] });
const presents = (principal: typeof bob | typeof traders): RoomFact => ({
  type: 'PresenterAdded',
  data: { principal },
});
const deleted: RoomFact = { type: 'RoomDeleted', data: {} };
const dropped: RoomFact = { type: 'NameReservationDropped', data: { categoryId: 'c1', name: 'oil' } };

describe('creating a room', () => {
  it('makes the creator a manager, once', () => {
    given([]).when(create).then([created()]);
    given([])
      .when({ ...create, managers: [bob, ada, bob], members: [bob, bob] })
      .then([created({ managers: [bob, ada], members: [bob] })]);
  });

  it('happens once, and never again where the room was abandoned or deleted', () => {
    given([created()]).when(create).then('room-exists');
    given([created(), deleted]).when(create).then('room-exists');
    given([dropped]).when(create).then('room-exists');
  });

  it('takes presenters only into an auditorium, and only who is listed exactly', () => {
    const presenters = [bob];
    given([])
      .when({ ...create, members: [bob], presenters })
      .then('presenters-only-in-auditorium');
    given([])
      .when({ ...create, roomType: 'auditorium', members: [traders], presenters })
      .then('presenter-not-member');
    given([])
      .when({ ...create, roomType: 'auditorium', members: [bob], presenters: [bob, ada] })
      .then([created({ type: 'auditorium', members: [bob], presenters: [bob, ada] })]);
  });

  it('says when it was made', () => {
    expect(fold(roomDecider, [created()])).toMatchObject({ kind: 'live', createdAt: metadata.time, disabled: false });
  });
});

describe('changing a room', () => {
  it('says one fact for each thing that really changes', () => {
    given([created()])
      .when({
        type: 'ChangeRoom',
        patch: {
          name: 'Gas',
          description: 'all about gas',
          topic: 'prices',
          privacy: 'secret',
          type: 'auditorium',
          invitations: 'off',
          categoryId: 'c2',
        },
      })
      .then([
        { type: 'RoomMoved', data: { categoryId: 'c2' } },
        { type: 'RoomRenamed', data: { name: 'Gas' } },
        { type: 'RoomDescribed', data: { description: 'all about gas' } },
        { type: 'TopicChanged', data: { topic: 'prices' } },
        { type: 'PrivacyChanged', data: { privacy: 'secret' } },
        { type: 'RoomTypeChanged', data: { type: 'auditorium' } },
        { type: 'InvitationsSettingChanged', data: { invitations: 'off' } },
      ]);
  });

  it('says nothing when nothing changes', () => {
    given([created()]).when({ type: 'ChangeRoom', patch: {} }).then([]);
    given([created()])
      .when({ type: 'ChangeRoom', patch: { name: undefined, topic: '' } })
      .then([]);
    given([created()])
      .when({ type: 'ChangeRoom', patch: { ...texts, privacy: 'closed' } })
      .then([]);
  });

  it('keeps a new spelling of the same name', () => {
    given([created()])
      .when({ type: 'ChangeRoom', patch: { name: 'OIL' } })
      .then([{ type: 'RoomRenamed', data: { name: 'OIL' } }]);
  });

  it('takes a text away', () => {
    given([created({ topic: 'prices' })])
      .when({ type: 'ChangeRoom', patch: { topic: '' } })
      .then([{ type: 'TopicChanged', data: { topic: '' } }]);
  });

  it('to normal leaves it without presenters, also when it becomes an auditorium again', () => {
    const there: RoomFact = { type: 'RoomTypeChanged', data: { type: 'normal' } };
    const back: RoomFact = { type: 'RoomTypeChanged', data: { type: 'auditorium' } };
    given([auditorium, presents(bob)])
      .when({ type: 'ChangeRoom', patch: { type: 'normal' } })
      .then([there]);
    given([auditorium, presents(bob), there, back])
      .when({ type: 'AddPresenter', principal: bob })
      .then([presents(bob)]);
  });
});

describe('the lists of a room', () => {
  it('take each principal once and give it back once', () => {
    given([created()])
      .when({ type: 'AddMember', principal: bob })
      .then([{ type: 'MemberAdded', data: { principal: bob } }]);
    given([created({ members: [bob] })])
      .when({ type: 'AddMember', principal: bob })
      .then([]);
    given([created({ members: [bob] })])
      .when({ type: 'RemoveMember', principal: bob })
      .then([{ type: 'MemberRemoved', data: { principal: bob } }]);
    given([created()]).when({ type: 'RemoveMember', principal: bob }).then([]);
    given([created()])
      .when({ type: 'AddManager', principal: traders })
      .then([{ type: 'ManagerAdded', data: { principal: traders } }]);
    given([created()]).when({ type: 'AddManager', principal: ada }).then([]);
    given([created()])
      .when({ type: 'RemoveManager', principal: ada })
      .then([{ type: 'ManagerRemoved', data: { principal: ada } }]);
    given([created()]).when({ type: 'RemoveManager', principal: bob }).then([]);
  });

  it('do not take a user for the group of the same name', () => {
    given([created({ members: [{ user: 'traders' }] })])
      .when({ type: 'AddMember', principal: traders })
      .then([{ type: 'MemberAdded', data: { principal: traders } }]);
  });

  it('have presenters only in an auditorium', () => {
    given([created({ members: [bob] })])
      .when({ type: 'AddPresenter', principal: bob })
      .then('presenters-only-in-auditorium');
    given([created({ members: [bob] })])
      .when({ type: 'RemovePresenter', principal: bob })
      .then([]);
  });

  it('let members and managers present, each as they are listed', () => {
    given([auditorium])
      .when({ type: 'AddPresenter', principal: bob })
      .then([presents(bob)]);
    given([auditorium])
      .when({ type: 'AddPresenter', principal: ada })
      .then([{ type: 'PresenterAdded', data: { principal: ada } }]);
    given([auditorium])
      .when({ type: 'AddPresenter', principal: traders })
      .then([presents(traders)]);
    given([auditorium])
      .when({ type: 'AddPresenter', principal: { user: 'traders' } })
      .then('presenter-not-member');
    given([auditorium, presents(bob)])
      .when({ type: 'AddPresenter', principal: bob })
      .then([]);
    given([auditorium, presents(bob)])
      .when({ type: 'RemovePresenter', principal: bob })
      .then([{ type: 'PresenterRemoved', data: { principal: bob } }]);
    given([auditorium]).when({ type: 'RemovePresenter', principal: bob }).then([]);
  });

  it('end presenting with the last listing', () => {
    given([auditorium, presents(bob)])
      .when({ type: 'RemoveMember', principal: bob })
      .then([
        { type: 'PresenterRemoved', data: { principal: bob } },
        { type: 'MemberRemoved', data: { principal: bob } },
      ]);
    const both: RoomFact[] = [auditorium, { type: 'ManagerAdded', data: { principal: bob } }, presents(bob)];
    given(both)
      .when({ type: 'RemoveMember', principal: bob })
      .then([{ type: 'MemberRemoved', data: { principal: bob } }]);
    given([...both, { type: 'MemberRemoved', data: { principal: bob } }])
      .when({ type: 'RemoveManager', principal: bob })
      .then([
        { type: 'PresenterRemoved', data: { principal: bob } },
        { type: 'ManagerRemoved', data: { principal: bob } },
      ]);
  });
});

describe('the end of a room', () => {
  const disabled: RoomFact = { type: 'RoomDisabled', data: {} };
  const enabled: RoomFact = { type: 'RoomEnabled', data: {} };

  it('disables and enables once', () => {
    given([created()]).when({ type: 'DisableRoom' }).then([disabled]);
    given([created(), disabled]).when({ type: 'DisableRoom' }).then([]);
    given([created(), disabled]).when({ type: 'EnableRoom' }).then([enabled]);
    given([created()]).when({ type: 'EnableRoom' }).then([]);
    given([created(), disabled, enabled]).when({ type: 'DisableRoom' }).then([disabled]);
  });

  it('lets a disabled room be managed and deleted', () => {
    given([created(), disabled])
      .when({ type: 'AddMember', principal: bob })
      .then([{ type: 'MemberAdded', data: { principal: bob } }]);
    given([created(), disabled]).when({ type: 'DeleteRoom' }).then([deleted]);
  });

  it.each([
    ['was never created', []],
    ['was abandoned', [dropped]],
    ['was deleted', [created(), deleted]],
  ] as [string, RoomFact[]][])('refuses everything where the room %s', (_, history) => {
    given(history)
      .when({ type: 'ChangeRoom', patch: { topic: 'x' } })
      .then('room-not-found');
    given(history).when({ type: 'ChangeRoom', patch: {} }).then('room-not-found');
    given(history).when({ type: 'AddMember', principal: bob }).then('room-not-found');
    given(history).when({ type: 'RemoveManager', principal: bob }).then('room-not-found');
    given(history).when({ type: 'DisableRoom' }).then('room-not-found');
    given(history).when({ type: 'EnableRoom' }).then('room-not-found');
    given(history).when({ type: 'DeleteRoom' }).then('room-not-found');
  });

  it('remembers name and category, for whoever has to release them', () => {
    const history: RoomFact[] = [created(), { type: 'RoomRenamed', data: { name: 'Gas' } }, deleted];
    expect(fold(roomDecider, history)).toStrictEqual({ kind: 'deleted', name: 'Gas', categoryId: 'c1' });
  });
});

describe('the fence of a name', () => {
  const drop = { type: 'DropNameReservation', categoryId: 'c1', name: 'oil' } as const;

  it('keeps a room that was not created yet from ever being created', () => {
    given([]).when(drop).then([dropped]);
    given([dropped]).when(drop).then([]);
    given([dropped, created()]).when({ type: 'DeleteRoom' }).then('room-not-found');
  });

  it('leaves its mark each time, so that a rename under way meets a conflict', () => {
    const gas = created({ name: 'Gas' });
    given([gas]).when(drop).then([dropped]);
    given([gas, dropped]).when(drop).then([dropped]);
    given([created({ categoryId: 'c2' })])
      .when(drop)
      .then([dropped]);
  });

  it('is refused for the name that the room has, however it is spelt', () => {
    given([created()]).when(drop).then('duplicate-name');
    given([created({ name: 'ＯＩＬ' })])
      .when(drop)
      .then('duplicate-name');
  });

  it('has nothing to do where the room is deleted', () => {
    given([created(), deleted]).when(drop).then([]);
  });
});
