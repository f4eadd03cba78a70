import { catalogue, type EventType, type FactOf } from '../../../../src/domain/catalogue/catalogue.js';
import { propose, type Extra } from '../../../../src/domain/kernel/command.js';
import {
  streamName,
  type Actor,
  type EventId,
  type RecordedEvent,
  type StreamCategory,
} from '../../../../src/domain/kernel/event.js';
import type { EventStore } from '../../../../src/domain/kernel/event-store.js';
import type { Position } from '../../../../src/domain/kernel/position.js';
import type { Clock, Ids } from '../../../../src/domain/kernel/ports.js';
import { aesSequences } from '../../../../src/projections/aes-sequences.js';
import { envelopes } from '../../../../src/projections/envelope.js';
import { InMemoryEventStore } from '../../../support/in-memory-event-store.js';
import { systemIds } from '../../../../src/system.js';

export const sequences = aesSequences(Buffer.alloc(32, 7));
export const toEnvelope = envelopes('test', sequences);
export const domain = 'example.org';

/** Ids that count, so that the same story has the same bytes. */
export function countingIds(): Ids {
  let count = 0;
  const next = () => (count += 1).toString(16).padStart(12, '0');
  return { ...systemIds, random: next, randomEvent: () => `00000000-0000-4000-8000-${next()}` as EventId };
}

/** A clock that a test moves. */
export class HandClock implements Clock {
  #time: number;

  constructor(start = '2026-11-23T14:00:00.000Z') {
    this.#time = Date.parse(start);
  }

  now(): string {
    return new Date(this.#time).toISOString();
  }

  pass(milliseconds: number): void {
    this.#time += milliseconds;
  }
}

export function person(id: string, parts: Partial<Actor> = {}): Actor {
  return { id, name: id, email: `${id}@example.org`, internal: true, ...parts };
}

/** Writes a story into a log. */
export class Record {
  readonly store: EventStore;
  readonly clock: HandClock;
  readonly ids: Ids;

  constructor(store: EventStore = new InMemoryEventStore(), clock = new HandClock(), ids = countingIds()) {
    this.store = store;
    this.clock = clock;
    this.ids = ids;
  }

  get rendering() {
    return { store: this.store, sequences, toEnvelope, domain };
  }

  /** A second later. */
  async tell<Type extends EventType>(
    category: StreamCategory,
    id: string,
    type: Type,
    data: FactOf<Type>['data'],
    by: Actor | string = 'ada',
    extra: Extra = {},
  ): Promise<void> {
    this.clock.pass(1_000);
    const actor = typeof by === 'string' ? person(by) : by;
    const stream = streamName(category, id);
    const context = { actor, node: 'n1', correlationId: 'c1' };
    const events = propose(stream, [{ type, data }], context, this, catalogue.versionOf, { extra });
    const { kind } = await this.store.append(stream, events, 'any');
    if (kind !== 'committed') throw new Error(`the append is ${kind}`);
  }

  /** Something that no schema knows, or that is where it does not belong. */
  async tellRaw(stream: string, type: string, data: object, metadata: object): Promise<void> {
    const event = { id: this.ids.randomEvent(), type, data, metadata };
    await this.store.append(stream as RecordedEvent['stream'], [event as never], 'any');
  }

  room(id: string, name: string, by: Actor | string = 'ada'): Promise<void> {
    const lists = { members: [], managers: [{ user: 'ada' }], presenters: [] };
    const data = { name, categoryId: 'c1', description: '', topic: '', privacy: 'open', type: 'normal' } as const;
    return this.tell('room', id, 'RoomCreated', { ...data, invitations: 'inherit', ...lists }, by);
  }

  post(roomId: string, text: string, by: Actor | string = 'ada'): Promise<void> {
    return this.tell('transcript', roomId, 'MessagePosted', { kind: 'normal', text }, by);
  }

  join(roomId: string, by: Actor | string = 'ada'): Promise<void> {
    return this.tell('attendance', roomId, 'ParticipantJoined', {}, by);
  }

  leave(roomId: string, by: Actor | string = 'ada'): Promise<void> {
    return this.tell('attendance', roomId, 'ParticipantLeft', { reason: 'parted' }, by);
  }

  head(): Promise<Position> {
    return this.store.head();
  }
}

/** A bit of everything that can happen, in two rooms. */
export async function everything(record: Record): Promise<void> {
  const settings = { invitations: 'on', fileUpload: 'on', history: 'on', externals: 'off' } as const;
  const lists = { denied: [], creators: [{ group: 'traders' }] };
  await record.tell('category', 'c1', 'CategoryCreated', {
    name: 'Desk "A" & <B>',
    description: '',
    ...lists,
    settings,
  });
  await record.tell('principal', 'p1', 'PrincipalRegistered', {
    id: 'ada',
    name: 'Ada',
    email: 'ada@example.org',
    internal: true,
    groups: [],
  });
  await record.room('r1', 'Größe\n"first"');
  await record.room('r2', 'second');
  await record.join('r1');
  await record.join('r1', person('bob', { name: 'Bob <the> "Builder"', email: '', internal: false }));
  await record.post('r1', 'a < b && c > "d" \' ]]>\r\n\ttab');
  await record.post('r2', 'interleaved', 'bob');
  const story = { kind: 'story', text: 'long', title: 'A title', html: '<p>long</p>', replyTo: 0 } as const;
  await record.tell(
    'transcript',
    'r1',
    'MessagePosted',
    { ...story, files: ['f1', 'f2'], claimedTime: '2001-01-01T00:00:00.000Z' },
    'ada',
    { logged: false },
  );
  await record.tell('transcript', 'r1', 'MessageEdited', { seq: 0, text: 'edited \u0001\ufffe\u241b' });
  await record.tell('transcript', 'r1', 'MessageRedacted', { seq: 1, reason: 'because' }, 'bob');
  await record.tell('attendance', 'r1', 'HistoryViewed', { from: 0, to: 1, via: 'page' });
  await record.tell('room', 'r1', 'RoomRenamed', { name: 'renamed' });
  await record.tell('room', 'r1', 'MemberAdded', { principal: { user: 'eve' } });
  await record.tell('attendance', 'r1', 'ParticipantLeft', { reason: 'node lost', message: 'bye' }, 'bob');
  await record.tell('attendance', 'r1', 'RoomUnfollowed', {}, 'eve');
  await record.tell('receipt', 'k1', 'CommandAccepted', { route: 'POST /v1/joins', answer: { rooms: 2 } });
  await record.post(
    'r1',
    'emoji 👩‍👩‍👧‍👦 עברית e\u0301 \u0000 \ud800 is lone'.replace('\u0000', '\u0002').replace('\ud800', '\u0003'),
    'ada',
  );
}
