import fc from 'fast-check';
import type { ArchiveCommand } from '../../src/domain/archive/decide.js';
import { refOf } from '../../src/domain/caller.js';
import type { CategoryCommand } from '../../src/domain/category/decide.js';
import type { PrincipalCommand } from '../../src/domain/principal/decide.js';
import type { RoomCommand } from '../../src/domain/room/decide.js';
import {
  id,
  invitations,
  manifest,
  name,
  number,
  onOff,
  position,
  principal,
  principals,
  privacy,
  roomType,
  settings,
  time,
} from './facts.js';

function bare<Type extends string>(...types: readonly Type[]): fc.Arbitrary<{ readonly type: Type }> {
  return fc.record({ type: fc.constantFrom(...types) });
}

export const createRoom: fc.Arbitrary<RoomCommand> = fc.record({
  type: fc.constant('CreateRoom'),
  by: principal.map(refOf),
  name,
  categoryId: id,
  description: name,
  topic: name,
  privacy,
  roomType,
  invitations,
  members: principals,
  managers: principals,
  presenters: fc.array(principal, { maxLength: 1 }),
});

const lists = fc.constantFrom(
  'AddMember',
  'RemoveMember',
  'AddManager',
  'RemoveManager',
  'AddPresenter',
  'RemovePresenter',
);
/** Everything but the end of a room often, its end seldom. */
export const roomCommand: fc.Arbitrary<RoomCommand> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ type: lists, principal }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('ChangeRoom'),
      patch: fc.record(
        { name, description: name, topic: name, privacy, type: roomType, invitations, categoryId: id },
        { requiredKeys: [] },
      ),
    }),
  },
  { weight: 3, arbitrary: bare('DisableRoom', 'EnableRoom') },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('DropNameReservation'), categoryId: id, name }) },
  { weight: 1, arbitrary: bare('DeleteRoom') },
  { weight: 1, arbitrary: createRoom },
);

export const createCategory: fc.Arbitrary<CategoryCommand> = fc.record(
  {
    type: fc.constant('CreateCategory'),
    name,
    description: name,
    parentId: id,
    allowed: principals,
    denied: principals,
    creators: principals,
    settings,
  },
  { requiredKeys: ['type', 'name', 'description', 'denied', 'creators', 'settings'] },
);

const scope = fc.oneof(principals, fc.constant(null));
export const categoryCommand: fc.Arbitrary<CategoryCommand> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constantFrom('ReserveName', 'ReleaseName'), roomId: id, name }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('TakeName'), roomId: id, name, from: id }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('ReserveChild', 'ReleaseChild'), categoryId: id }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('ChangeCategory'),
      patch: fc.record(
        {
          name,
          description: name,
          allowed: scope,
          denied: principals,
          creators: principals,
          settings: fc.record({ history: onOff, externals: onOff }, { requiredKeys: [] }),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  { weight: 1, arbitrary: bare('DeleteCategory', 'AbandonCategory') },
  { weight: 1, arbitrary: createCategory },
);

export const principalCommand: fc.Arbitrary<PrincipalCommand> = fc.oneof(
  bare('Disable', 'Enable'),
  fc.record({
    type: fc.constant('Register'),
    claims: fc.record({
      id: fc.constant('ada'),
      name,
      email: name,
      internal: fc.boolean(),
      groups: fc.array(id, { maxLength: 3 }),
    }),
  }),
);

export const archiveCommand: fc.Arbitrary<ArchiveCommand> = fc.oneof(
  fc.record({
    type: fc.constant('Seal'),
    adapter: fc.constant('xml'),
    to: position,
    at: time,
    profile: fc.constant('full'),
    software: fc.constant('1.0.0'),
  }),
  fc.record({ type: fc.constant('Publish'), number, folder: name, manifestSha256: manifest, events: position }),
  fc.record({ type: fc.constant('Collect'), number }),
);
