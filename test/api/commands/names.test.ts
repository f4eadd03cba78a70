import { afterEach, describe, expect, it } from 'vitest';
import { onCategory } from '../../../src/api/commands/handling.js';
import type { ProposedEvent, StreamName } from '../../../src/domain/kernel/event.js';
import type { AppendOutcome, ExpectedRevision } from '../../../src/domain/kernel/event-store.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { told, truthOf } from './laws.js';
import { context, TestNode, type NodeOptions } from './node.js';
import { quiet, SteppedStore, stepUntil } from './stepping.js';
import { idOf } from './world.js';

const nodes: TestNode[] = [];

async function nodeOn(log: InMemoryEventStore, name: string, options?: NodeOptions): Promise<TestNode> {
  const node = new TestNode(log, name, options);
  nodes.push(node);
  return node.follow();
}

afterEach(() => {
  for (const node of nodes.splice(0)) node.stop();
});

/** Waiting for a reservation is a failure. */
const impatient: NodeOptions = { patienceMs: 2_000, wait: () => Promise.reject(new Error('waited for a reservation')) };

async function reserve(node: TestNode, categoryId: string, name: string, roomId: string): Promise<void> {
  await onCategory(node.services, categoryId, { type: 'ReserveName', roomId, name }, context());
}

describe('a name that several want', () => {
  it('goes to exactly one of ten creations on one node, and nobody waits', async () => {
    const node = await nodeOn(new SlowForRooms(), 'a', impatient);
    const category = idOf(await node.createCategory());
    const made = await Promise.all(Array.from({ length: 10 }, () => node.createRoom(category, 'Oil')));
    const codes = made.map((one) => (one.kind === 'rejected' ? one.code : one.kind)).sort();
    expect(codes).toStrictEqual(['done', ...Array.from({ length: 9 }, () => 'duplicate-name')]);
    expect(node.directory.category(category)?.state.names.size).toBe(1);
  });

  it('goes to exactly one of ten creations on two nodes', async () => {
    const log = new InMemoryEventStore();
    const [one, other] = [await nodeOn(log, 'a', { patienceMs: 2_000 }), await nodeOn(log, 'b', { patienceMs: 2_000 })];
    const category = idOf(await one.createCategory());
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? one : other).createRoom(category, 'Oil')),
    );
    expect(made.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(truthOf(log.events).rooms.size).toBe(1);
  });

  it('does not keep a hundred others from being given out at once', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a', impatient);
    const category = idOf(await node.createCategory());
    const made = await Promise.all(
      Array.from({ length: 100 }, (_, index) => node.createRoom(category, `room ${index}`)),
    );
    expect(made.map(({ kind }) => kind)).toStrictEqual(made.map(() => 'done'));
  });
});

describe('a holder that does not use its name yet', () => {
  it('is waited for when it is only slow, and keeps it', async () => {
    const log = new InMemoryEventStore();
    const slowly = new SteppedStore(log);
    const slow = await nodeOn(log, 'slow', { through: slowly });
    const seed = await nodeOn(log, 'seed');
    const category = idOf(await seed.createCategory());
    const creating = slow.createRoom(category, 'Oil');
    await stepUntil(slowly, () => log.events.some(({ type }) => type === 'NameReserved'));
    let looks = 0;
    const wait = async () => {
      looks += 1;
      if (looks < 39) return;
      await stepUntil(slowly, () => log.events.some(({ type }) => type === 'RoomCreated'));
    };
    const other = await nodeOn(log, 'b', { patienceMs: 2_000, wait });
    expect(await other.createRoom(category, 'oil')).toMatchObject({ kind: 'rejected', code: 'duplicate-name' });
    expect(await creating).toMatchObject({ kind: 'done' });
    expect(log.events.map(({ type }) => type)).not.toContain('NameReservationDropped');
  });

  it('is waited for as long as the patience is, and no longer', async () => {
    const log = new InMemoryEventStore();
    let waited = 0;
    const wait = (ms: number) => Promise.resolve((waited += ms));
    const node = await nodeOn(log, 'a', { patienceMs: 2_000, wait });
    const category = idOf(await node.createCategory());
    await reserve(node, category, 'oil', 'died-before-it-was-created');
    expect(await node.createRoom(category, 'Oil')).toMatchObject({ kind: 'done' });
    expect(waited).toBe(2_000);
  });

  it('is not waited for when it was deleted', async () => {
    const log = new InMemoryEventStore();
    const node = await nodeOn(log, 'a', impatient);
    const category = idOf(await node.createCategory());
    const room = idOf(await node.createRoom(category, 'Gas'));
    await reserve(node, category, 'oil', room);
    await node.deleteRoom(room);
    expect(await node.createRoom(category, 'Oil')).toMatchObject({ kind: 'done' });
  });
});

describe('a name that a room gave up', () => {
  it('can be had at once after a rename, a move or a deletion', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a', impatient);
    const category = idOf(await node.createCategory());
    const other = idOf(await node.createCategory());
    const [one, two, three] = [
      idOf(await node.createRoom(category, 'One')),
      idOf(await node.createRoom(category, 'Two')),
      idOf(await node.createRoom(category, 'Three')),
    ];
    await node.change(one, { name: 'Four' });
    await node.change(two, { categoryId: other });
    await node.deleteRoom(three);
    for (const name of ['one', 'two', 'three'])
      expect(await node.createRoom(category, name)).toMatchObject({ kind: 'done' });
  });

  it('is the one it had when it was deleted, whatever the node had heard', async () => {
    const log = new InMemoryEventStore();
    const node = await nodeOn(log, 'a', impatient);
    const category = idOf(await node.createCategory());
    const room = idOf(await node.createRoom(category, 'One'));
    const before = node.directory.room(room);
    await node.change(room, { name: 'Two' });
    if (before) await node.rooms.delete(before, context());
    expect(await node.createRoom(category, 'Two')).toMatchObject({ kind: 'done' });
  });

  it('is had later where it could not be released, and the rename stands', async () => {
    const log = new FailingOnce(['NameReleased']);
    const node = await nodeOn(log, 'a');
    const category = idOf(await node.createCategory());
    const room = idOf(await node.createRoom(category, 'One'));
    expect(await node.change(room, { name: 'Two' })).toMatchObject({ kind: 'done', state: { name: 'Two' } });
    expect(node.warnings).toHaveLength(1);
    expect(await node.createRoom(category, 'One')).toMatchObject({ kind: 'done' });
    truthOf(log.events);
  });

  it('does not keep the deletion of a room or category from being done', async () => {
    const log = new FailingOnce(['NameReleased', 'ChildReleased']);
    const node = await nodeOn(log, 'a');
    const parent = idOf(await node.createCategory());
    const child = idOf(await node.createCategory(parent));
    const room = idOf(await node.createRoom(child, 'One'));
    expect(await node.deleteRoom(room)).toMatchObject({ kind: 'done' });
    expect(await node.deleteCategory(child)).toMatchObject({ kind: 'done' });
    expect(await node.deleteCategory(parent)).toMatchObject({ kind: 'done' });
    expect(node.warnings).toHaveLength(2);
  });

  it('is not taken from a busy category by fencing the room again and again', async () => {
    const log = new InMemoryEventStore();
    const store = new SteppedStore(log);
    const [node, busy] = [await nodeOn(log, 'a', { through: store }), await nodeOn(log, 'b')];
    const category = idOf(await busy.createCategory());
    const room = idOf(await busy.createRoom(category, 'One'));
    await reserve(busy, category, 'two', room);
    let answer: unknown;
    void node.createRoom(category, 'Two').then((made) => (answer = made));
    for (let step = 0; answer === undefined; step += 1) {
      if (step % 5 === 0 && step < 60) await busy.createRoom(category, `other ${step}`);
      store.step();
      await quiet();
    }
    expect(answer).toMatchObject({ kind: 'done' });
    expect(
      log.events.filter(({ type }) => type === 'NameReservationDropped'),
      told(log.events),
    ).toHaveLength(1);
  });
});

/** A log whose first append of each of these types throws. */
class FailingOnce extends InMemoryEventStore {
  readonly #left: Set<string>;

  constructor(types: readonly string[]) {
    super();
    this.#left = new Set(types);
  }

  override append(
    stream: StreamName,
    events: readonly ProposedEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendOutcome> {
    if (events.some(({ type }) => this.#left.delete(type))) return Promise.reject(new Error('the disk is full'));
    return super.append(stream, events, expected);
  }
}

/** A log in which everything else goes on before a room is written. */
class SlowForRooms extends InMemoryEventStore {
  override async append(
    stream: StreamName,
    events: readonly ProposedEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendOutcome> {
    for (let turn = 0; turn < 50 && stream.startsWith('room-'); turn += 1) await quiet();
    return super.append(stream, events, expected);
  }
}
