import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { propose } from '../../../src/domain/kernel/command.js';
import { catalogue, type FactOf, type EventType } from '../../../src/domain/catalogue/catalogue.js';
import { isParked } from '../../../src/domain/kernel/catalogue.js';
import { streamName, type RecordedEvent, type StreamCategory } from '../../../src/domain/kernel/event.js';
import type { EventStore } from '../../../src/domain/kernel/event-store.js';
import type { Position } from '../../../src/domain/kernel/position.js';
import { openEmbeddedEventStore } from '../../../src/store/embedded/log/embedded-event-store.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { actor, caller, clock, ids, LiveNode } from '../../support/live-node.js';
import { StreamReader } from '../../support/stream-reader.js';

const ROOMS = 3;
/** ada's connections break; bob and carol are live all the time. Only ada's and carol's rights change. */
const USERS = ['ada', 'bob', 'carol'] as const;
type User = (typeof USERS)[number];

/** What can happen while streams open and break. Nobody waits for it. */
type Happening =
  | { readonly kind: 'post' | 'disable' | 'enable'; readonly room: number }
  | { readonly kind: 'join' | 'part' | 'add' | 'remove'; readonly room: number; readonly user: User }
  /** A connection breaks, after its reader has taken whatever it has taken; and another one is opened. */
  | { readonly kind: 'break' | 'open' }
  | { readonly kind: 'turns'; readonly count: number };

const any = fc.nat({ max: ROOMS - 1 });
/** The first room stays as it is, so that there is always something that must not be missed. */
const other = fc.integer({ min: 1, max: ROOMS - 1 });
const user = fc.constantFrom<User>('ada', 'carol');
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('post' as const), room: any }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('join' as const, 'part' as const), room: other, user }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), room: other, user }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('disable' as const, 'enable' as const), room: other }) },
  { weight: 4, arbitrary: fc.constantFrom({ kind: 'break' as const }, { kind: 'open' as const }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 12 }) }) },
);

let node: LiveNode | undefined;
let store: EventStore | undefined;
let folder: string | undefined;

afterEach(async () => {
  await node?.stop();
  await store?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
  node = store = folder = undefined;
});

describe('between catching up and live', () => {
  it(
    'nothing that a reader may have is lost, doubled or out of order, whatever happens meanwhile',
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(happening, { minLength: 20, maxLength: 120 }),
          fc.constantFrom(0, 3, 1_000),
          async (happenings, remembered) => {
            const run = await new Run(remembered).start();
            try {
              for (const one of happenings) await run.happen(one);
              await run.settle();
              run.check();
            } finally {
              await run.stop();
            }
          },
        ),
        { numRuns: 50 },
      );
    },
  );

  it.each([
    ['in memory', () => Promise.resolve(new InMemoryEventStore())],
    ['on disk', async () => openEmbeddedEventStore({ folder: (folder = await mkdtemp(join(tmpdir(), 'hansard-'))) })],
  ])(
    '200 reconnects at random moments under load miss nothing and double nothing, %s',
    { timeout: 60_000 },
    async (_, open) => {
      store = await open();
      node = await new LiveNode({ store, hub: { memory: { events: 50, weight: 1e9 } } }).start();
      const live = node;
      const roomId = await live.room();
      await live.join('ada', roomId);
      let position = live.view.position;
      let posted = 0;
      const enough = new AbortController();
      const posting = (async () => {
        while (!enough.signal.aborted) {
          await Promise.all(Array.from({ length: 1 + (posted % 5) }, () => live.post(roomId, String(posted++))));
          await turn();
        }
      })();
      const texts: unknown[] = [];
      for (let cut = 0; cut < 200; cut += 1) {
        const reader = await StreamReader.open(live.url(caller('ada'), position));
        const wanted = (cut * 7) % 11;
        await vi.waitFor(() => expect(reader.texts.length).toBeGreaterThanOrEqual(wanted), { interval: 1 });
        reader.close();
        texts.push(...reader.texts);
        position = live.sequences.decode(reader.lastId ?? '') ?? position;
      }
      enough.abort();
      await posting;
      const last = await StreamReader.open(live.url(caller('ada'), position));
      await vi.waitFor(() => expect(texts.length + last.texts.length).toBeGreaterThanOrEqual(posted));
      last.close();
      expect([...texts, ...last.texts]).toEqual(Array.from({ length: posted }, (_, n) => String(n)));
    },
  );
});

/** Three readers of three closed rooms, and what they were given over all their connections. */
class Run {
  readonly #store = new InMemoryEventStore();
  readonly #node: LiveNode;
  readonly #rooms: string[] = [];
  readonly #appends: Promise<unknown>[] = [];
  /** No decider disables a room twice. */
  readonly #disabled = new Set<number>();
  readonly #live = new Map<User, StreamReader>();
  readonly #given = new Map<User, Position[]>(USERS.map((name) => [name, []]));
  #opening: Promise<StreamReader> | undefined;
  #cursor: Position | undefined;
  #start = 0;

  constructor(remembered: number) {
    this.#node = new LiveNode({ store: this.#store, hub: { memory: { events: remembered, weight: 1e9 } } });
  }

  async start(): Promise<this> {
    await this.#node.start();
    for (let n = 0; n < ROOMS; n += 1) {
      const members = USERS.map((name) => ({ user: name }));
      const id = await this.#node.room({ privacy: 'closed', members });
      this.#rooms.push(id);
      for (const name of USERS) await this.#node.join(name, id);
    }
    for (const name of ['bob', 'carol'] as const) {
      const reader = await StreamReader.open(this.#node.url(caller(name)));
      await vi.waitFor(() => expect(reader.hello).toBeDefined(), { interval: 1 });
      this.#live.set(name, reader);
    }
    this.#start = this.#node.view.position;
    this.#cursor = this.#node.view.position;
    return this;
  }

  async happen(one: Happening): Promise<void> {
    switch (one.kind) {
      case 'post':
        this.#append('transcript', one.room, 'MessagePosted', { kind: 'normal', text: 'x' });
        break;
      case 'join':
        this.#append('attendance', one.room, 'ParticipantJoined', {}, one.user);
        break;
      case 'part':
        this.#append('attendance', one.room, 'ParticipantLeft', { reason: 'parted' }, one.user);
        break;
      case 'add':
        this.#append('room', one.room, 'MemberAdded', { principal: { user: one.user } });
        break;
      case 'remove':
        this.#append('room', one.room, 'MemberRemoved', { principal: { user: one.user } });
        break;
      case 'disable':
        if (!this.#disabled.has(one.room)) this.#append('room', one.room, 'RoomDisabled', {});
        this.#disabled.add(one.room);
        break;
      case 'enable':
        if (this.#disabled.delete(one.room)) this.#append('room', one.room, 'RoomEnabled', {});
        break;
      case 'open':
        this.#opening ??= StreamReader.open(this.#node.url(caller('ada'), this.#cursor));
        break;
      case 'break':
        await this.#break();
        break;
      case 'turns':
        for (let n = 0; n < one.count; n += 1) await turn();
    }
  }

  /** Everything is in the log, and every reader has taken what there was. */
  async settle(): Promise<void> {
    await Promise.all(this.#appends);
    await this.#break();
    const marker = await this.#node.room();
    for (const name of USERS) await this.#node.join(name, marker);
    const end = await this.#node.post(marker, 'marker');
    this.#live.set('ada', await StreamReader.open(this.#node.url(caller('ada'), this.#cursor)));
    for (const [name, reader] of this.#live) {
      await vi.waitFor(() => expect(this.#places(reader)).toContain(end), { interval: 2 });
      this.#take(name, reader);
    }
  }

  check(): void {
    for (const name of USERS) {
      const given = this.#given.get(name) ?? [];
      expect(given).toEqual([...new Set(given)].toSorted((one, next) => one - next));
      this.#checkAll(name, new Set(given));
    }
  }

  stop(): Promise<void> {
    for (const reader of this.#live.values()) reader.close();
    return this.#node.stop();
  }

  #checkAll(name: User, given: ReadonlySet<Position>): void {
    const rights = entitlements(this.#store.events, this.#rooms, name);
    for (const { position, type, stream } of this.#store.events.slice(this.#start)) {
      const roomId = this.#rooms.find((id) => stream.endsWith(id));
      if (roomId === undefined) continue;
      const [now, ...later] = rights.slice(position).map((of) => of.get(roomId));
      const switching = type === 'RoomDisabled' || type === 'RoomEnabled';
      const may = (right: Right) => right === 'reads' || (switching && right === 'disabled');
      // Who read the room until it was disabled is told so.
      const told = type === 'RoomDisabled' && rights[position - 1]?.get(roomId) === 'reads';
      const seen = { name, position, type, given: given.has(position) };
      if (name !== 'ada') expect(seen).toEqual({ ...seen, given: told || now === 'reads' });
      else if (may(now) && later.every(may)) expect(seen).toEqual({ ...seen, given: true });
      else if (!told && !may(now) && !later.some(may)) expect(seen).toEqual({ ...seen, given: false });
    }
  }

  #append<Type extends EventType>(
    category: StreamCategory,
    at: number,
    type: Type,
    data: FactOf<Type>['data'],
    by = 'root',
  ): void {
    const stream = streamName(category, this.#rooms[at] ?? '');
    const context = { actor: actor(by), node: 'test', correlationId: 'c' };
    const events = propose(stream, [{ type, data }], context, { clock, ids }, catalogue.versionOf);
    this.#appends.push(this.#store.append(stream, events, 'any'));
  }

  async #break(): Promise<void> {
    if (!this.#opening) return;
    const reader = await this.#opening;
    this.#opening = undefined;
    this.#take('ada', reader);
  }

  #take(name: User, reader: StreamReader): void {
    reader.close();
    this.#given.get(name)?.push(...this.#places(reader));
    if (name === 'ada') this.#cursor = this.#node.sequences.decode(reader.lastId ?? '') ?? this.#cursor;
  }

  #places(reader: StreamReader): Position[] {
    return reader.events.flatMap(({ id }) => this.#node.sequences.decode(id ?? '') ?? []);
  }
}

type Right = 'reads' | 'disabled' | undefined;

/** What a user may do in each room, after each event of the log: entry p is how it is from position p on. */
function entitlements(
  events: readonly RecordedEvent[],
  rooms: readonly string[],
  name: User,
): readonly ReadonlyMap<string, Right>[] {
  const state = new Map(rooms.map((id) => [id, { member: true, follows: false, disabled: false }]));
  const rightOf = ({ member, follows, disabled }: { member: boolean; follows: boolean; disabled: boolean }): Right => {
    if (!member || !follows) return undefined;
    return disabled ? 'disabled' : 'reads';
  };
  const snapshot = () => new Map([...state].map(([id, of]) => [id, rightOf(of)]));
  const all = [snapshot()];
  for (const recorded of events) {
    const event = catalogue.decode(recorded);
    const of = state.get(recorded.stream.slice(recorded.stream.indexOf('-') + 1));
    if (of && !isParked(event)) {
      const listed = 'principal' in event.data && 'user' in event.data.principal && event.data.principal.user === name;
      if (event.type === 'MemberAdded' && listed) of.member = true;
      if (event.type === 'MemberRemoved' && listed) of.member = false;
      if (event.type === 'ParticipantJoined' && event.metadata.actor.id === name) of.follows = true;
      if (event.type === 'ParticipantLeft' && event.metadata.actor.id === name) of.follows = false;
      if (event.type === 'RoomDisabled') of.disabled = true;
      if (event.type === 'RoomEnabled') of.disabled = false;
    }
    all.push(snapshot());
  }
  return all;
}
