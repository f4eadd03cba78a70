import { afterEach, describe, expect, it } from 'vitest';
import { NameReserved } from '../../../src/domain/catalogue/category.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { truthOf } from './laws.js';
import { actor, context, TestNode, type NodeOptions } from './node.js';
import { SteppedStore, stepUntil } from './stepping.js';
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

describe('creating again under one key', () => {
  it('is answered with the room that stands there, as it was created, whatever became of it', async () => {
    const log = new InMemoryEventStore();
    const [one, other] = [await nodeOn(log, 'a'), await nodeOn(log, 'b')];
    const category = idOf(await one.createCategory());
    const first = await one.createRoom(category, 'Oil', 'key');
    await one.change(idOf(first), { name: 'Gas' });
    await one.createRoom(category, 'Oil');
    const second = await other.createRoom(category, 'Oil', 'key');
    expect(second).toMatchObject({ kind: 'done', roomId: idOf(first), state: { name: 'Oil' }, revision: 0 });
    expect(second).toHaveProperty('position', first.kind === 'done' ? first.position : undefined);
    expect(truthOf(log.events).rooms.size).toBe(2);
  });

  it('goes on under the same id after a crash between name and room', async () => {
    const log = new InMemoryEventStore();
    const store = new SteppedStore(log);
    const [dying, other] = [await nodeOn(log, 'a', { through: store }), await nodeOn(log, 'b')];
    const category = idOf(await other.createCategory());
    void dying.createRoom(category, 'Oil', 'key');
    await stepUntil(store, () => reserved(log, 'oil') !== undefined);
    const roomId = reserved(log, 'oil');
    expect(await other.createRoom(category, 'Oil', 'key')).toMatchObject({ kind: 'done', roomId });
  });

  it('goes on under another id when its first one was given up', async () => {
    const log = new InMemoryEventStore();
    const store = new SteppedStore(log);
    const [dying, other] = [await nodeOn(log, 'a', { through: store }), await nodeOn(log, 'b')];
    const category = idOf(await other.createCategory());
    void dying.createRoom(category, 'Oil', 'key');
    await stepUntil(store, () => reserved(log, 'oil') !== undefined);
    const first = reserved(log, 'oil');
    await other.deleteRoom(idOf(await other.createRoom(category, 'Oil')));
    const made = await other.createRoom(category, 'Oil', 'key');
    expect(made).toMatchObject({ kind: 'done' });
    expect(idOf(made)).not.toBe(first);
  });

  it('with another body is refused', async () => {
    const log = new InMemoryEventStore();
    const [one, other] = [await nodeOn(log, 'a'), await nodeOn(log, 'b')];
    const category = idOf(await one.createCategory());
    await one.createRoom(category, 'Oil', 'key');
    expect(await other.createRoom(category, 'Gas', 'key')).toMatchObject({ code: 'idempotency-mismatch' });
    expect(truthOf(log.events).rooms.size).toBe(1);
  });
});

describe('changing a room', () => {
  it('answers with the revision that the room has then, so that the next change can be made on it', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a');
    const room = idOf(await node.createRoom(idOf(await node.createCategory()), 'One'));
    const renamed = await node.change(room, { name: 'Two' }, 0);
    const revision = renamed?.kind === 'done' ? renamed.revision : -1;
    expect(await node.change(room, { name: 'Three' }, revision)).toMatchObject({ kind: 'done' });
  });

  it('on a revision that it has not is refused, and reserves nothing', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a');
    const category = idOf(await node.createCategory());
    const room = idOf(await node.createRoom(category, 'One'));
    expect(await node.change(room, { name: 'Two' }, 7)).toMatchObject({ kind: 'rejected', code: 'revision-conflict' });
    expect([...(node.directory.category(category)?.state.names.keys() ?? [])]).toStrictEqual(['one']);
  });

  it('on a revision that the node has not heard of yet needs the name as well', async () => {
    const log = new InMemoryEventStore();
    const one = await nodeOn(log, 'a');
    const category = idOf(await one.createCategory());
    const room = idOf(await one.createRoom(category, 'One'));
    await one.createRoom(category, 'Two');
    const behind = await nodeOn(log, 'b');
    const seen = behind.directory.room(room);
    behind.stop();
    await one.change(room, { topic: 'new' });
    expect(behind.directory.room(room)?.revision).toBe(0);
    const changed = seen && (await behind.rooms.change(seen, { name: 'Two' }, context(), 1));
    expect(changed).toMatchObject({ kind: 'rejected', code: 'duplicate-name' });
    truthOf(log.events);
  });

  it('to another spelling of its name needs no other name', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a');
    const category = idOf(await node.createCategory());
    const room = idOf(await node.createRoom(category, 'One'));
    expect(await node.change(room, { name: 'ONE' })).toMatchObject({ kind: 'done', state: { name: 'ONE' } });
    expect(await node.createRoom(category, 'one')).toMatchObject({ code: 'duplicate-name' });
  });

  it('that is deleted meanwhile is refused as one that is not there', async () => {
    const log = new InMemoryEventStore();
    const store = new SteppedStore(log);
    const [node, other] = [await nodeOn(log, 'a', { through: store }), await nodeOn(log, 'b')];
    const category = idOf(await other.createCategory());
    const room = idOf(await other.createRoom(category, 'One'));
    let answer: unknown;
    void node.change(room, { name: 'Two' }).then((changed) => (answer = changed));
    await stepUntil(store, () => reserved(log, 'two') !== undefined);
    await other.deleteRoom(room);
    await stepUntil(store, () => answer !== undefined);
    expect(answer).toMatchObject({ kind: 'rejected', code: 'room-not-found' });
  });
});

describe('moving a room', () => {
  it('is refused where it would shut out somebody who is listed', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a');
    const from = idOf(await node.createCategory());
    const narrow = idOf(await node.createCategory(undefined, undefined, { allowed: [{ user: 'ada' }] }));
    const room = idOf(await node.createRoom(from, 'One', undefined, { members: [{ user: 'ada' }, { user: 'bob' }] }));
    expect(await node.change(room, { categoryId: narrow })).toMatchObject({ kind: 'rejected', code: 'not-in-scope' });
    expect(node.directory.category(narrow)?.state.names.size).toBe(0);
  });

  it('does not mind who moves it, nor who was shut out before', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a');
    const narrow = idOf(await node.createCategory(undefined, undefined, { allowed: [{ user: 'ada' }] }));
    const narrower = idOf(await node.createCategory(narrow));
    const from = idOf(await node.createCategory());
    const room = idOf(await node.createRoom(from, 'One', undefined, { members: [{ user: 'ada' }] }));
    expect(node.directory.room(room)?.state.managers).toContain(`user:${actor.id}`);
    expect(await node.change(room, { categoryId: narrow })).toMatchObject({ kind: 'done' });
    expect(await node.change(room, { categoryId: narrower })).toMatchObject({ kind: 'done' });
  });

  it('to where nothing is, is refused and changes nothing', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a');
    const room = idOf(await node.createRoom(idOf(await node.createCategory()), 'One'));
    expect(await node.change(room, { categoryId: 'nowhere' })).toMatchObject({ code: 'category-not-found' });
  });
});

/** The first room that the name was reserved for. */
function reserved(log: InMemoryEventStore, name: string): string | undefined {
  const reservations = log.events
    .filter(({ type }) => type === 'NameReserved')
    .map(({ data }) => NameReserved.parse(data));
  return reservations.find((one) => one.name === name)?.roomId;
}
