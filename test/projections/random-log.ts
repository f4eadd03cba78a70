import fc from 'fast-check';
import type { EventType, FactOf } from '../../src/domain/catalogue/catalogue.js';
import type { Principal } from '../../src/domain/catalogue/values.js';
import { ADA, BOB, Log, seconds, type Around } from './recorded.js';

interface Step {
  readonly stream: string;
  readonly fact: FactOf<EventType> | undefined;
  readonly around: Around;
}

const id = fc.constantFrom('1', '2', '3');
const seq = fc.integer({ min: 0, max: 12 });
const text = fc.constantFrom('', 'x', 'Hello 😀', 'line\nbreak', '"');
const name = fc.constantFrom('news', 'talk');
const principal = fc.constantFrom<Principal>({ user: 'ada' }, { user: 'bob' }, { group: 'g' });
const principals = fc.array(principal, { maxLength: 3 });
const nothing = fc.constant({});

function fact<Type extends EventType>(type: Type, data: fc.Arbitrary<FactOf<Type>['data']>) {
  return data.map((value) => ({ type, data: value }) as FactOf<EventType>);
}

const transcript = fc.oneof(
  fact(
    'MessagePosted',
    fc.record({ kind: fc.constantFrom('normal', 'story'), text, html: text }, { requiredKeys: ['kind', 'text'] }),
  ),
  fact('MessageEdited', fc.record({ seq, text })),
  fact('MessageRedacted', fc.record({ seq })),
);

const attendance = fc.oneof(
  fact('ParticipantJoined', nothing),
  fact('ParticipantLeft', fc.record({ reason: fc.constantFrom('parted', 'idle', 'removed') })),
  fact('RoomUnfollowed', nothing),
  fact('HistoryViewed', fc.record({ from: seq, to: seq, via: fc.constant('page' as const) })),
);

const settings = fc.constant({ invitations: 'on', fileUpload: 'on', history: 'on', externals: 'off' } as const);
const category = fc.oneof(
  fact(
    'CategoryCreated',
    fc.record({ name: text, description: text, denied: principals, creators: principals, settings }),
  ),
  fact('CategoryRenamed', fc.record({ name: text })),
  fact('CategoryScopeChanged', fc.record({ allowed: principals, denied: principals }, { requiredKeys: ['denied'] })),
  fact('NameReserved', fc.record({ roomId: id, name })),
  fact('NameReleased', fc.record({ roomId: id, name })),
  fact('ChildReserved', fc.record({ categoryId: id })),
  fact('CategoryDeleted', nothing),
  fact('CategoryAbandoned', nothing),
);

const room = fc.oneof(
  fact(
    'RoomCreated',
    fc.record({
      name: text,
      categoryId: id,
      description: text,
      topic: text,
      privacy: fc.constantFrom('open', 'secret'),
      type: fc.constantFrom('normal', 'auditorium'),
      invitations: fc.constant('inherit' as const),
      members: principals,
      managers: principals,
      presenters: principals,
    }),
  ),
  fact('MemberAdded', fc.record({ principal })),
  fact('MemberRemoved', fc.record({ principal })),
  fact('RoomTypeChanged', fc.record({ type: fc.constantFrom('normal', 'auditorium') })),
  fact('RoomDisabled', nothing),
  fact('RoomDeleted', nothing),
  fact('NameReservationDropped', fc.record({ categoryId: id, name })),
);

const user = fc.oneof(
  fact(
    'PrincipalRegistered',
    fc.record({ id, name: text, email: text, internal: fc.boolean(), groups: fc.constant(['g']) }),
  ),
  fact('PrincipalGroupsChanged', fc.record({ id, groups: fc.array(id) })),
  fact('PrincipalDisabled', fc.record({ id })),
);

const window = fc.record({ adapter: fc.constantFrom('xml', 'jsonl'), number: fc.integer({ min: 1, max: 4 }) });
const archive = fc.oneof(
  fact(
    'WindowSealed',
    window.map((of) => ({
      ...of,
      from: 0,
      to: 9,
      fromTime: seconds(0),
      toTime: seconds(9),
      profile: 'full',
      software: '1',
    })),
  ),
  fact('WindowPublished', window.map((of) => ({ ...of, folder: 'f', manifestSha256: 'a'.repeat(64), events: 3 }))), // prettier-ignore
  fact('WindowCollected', window),
);

const around = fc.record(
  {
    actor: fc.constantFrom(ADA, BOB),
    idempotency: fc.record({ key: fc.constantFrom('k1', 'k2', 'k3'), fingerprint: fc.constantFrom('f', 'g') }),
    logged: fc.constant(false as const),
  },
  { requiredKeys: [] },
);

function in_(streamCategory: string, facts: fc.Arbitrary<FactOf<EventType> | undefined>, weight: number) {
  return { weight, arbitrary: fc.record({ stream: id.map((one) => `${streamCategory}-${one}`), fact: facts, around }) };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  in_('transcript', transcript, 5),
  in_('attendance', attendance, 5),
  in_('category', category, 4),
  in_('room', room, 4),
  in_('principal', user, 2),
  in_('archive', archive, 2),
  in_('strange', fc.constant(undefined), 1),
);

/** Any events in any order, many of them such as no command would write: rows are a function of the log all the same. */
export const randomLog: fc.Arbitrary<Log> = fc.array(step, { maxLength: 120, size: 'max' }).map((steps) => {
  const log = new Log();
  for (const { stream, fact: given, around: with_ } of steps) {
    if (given) log.append(stream, given, with_);
    else log.raw(stream, 'Unheard', null, null);
  }
  return log;
});
