import { afterEach, describe, expect, it } from 'vitest';
import { onCategory } from '../../../src/api/commands/handling.js';
import type { EventStore } from '../../../src/domain/kernel/event-store.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { context, TestNode } from './node.js';
import { SteppedStore, stepUntil } from './stepping.js';
import { idOf } from './world.js';

const nodes: TestNode[] = [];

async function nodeOn(log: InMemoryEventStore, name: string, through: EventStore = log): Promise<TestNode> {
  const node = new TestNode(log, name, { through });
  nodes.push(node);
  return node.follow();
}

afterEach(() => {
  for (const node of nodes.splice(0)) node.stop();
});

/** Names and a child that nobody came to use. */
async function leaveBehind(node: TestNode, category: string): Promise<void> {
  const reserve = { type: 'ReserveName', roomId: 'never-created' } as const;
  await onCategory(node.services, category, { ...reserve, name: 'oil' }, context());
  await onCategory(node.services, category, { ...reserve, name: 'gas' }, context());
  await onCategory(node.services, category, { type: 'ReserveChild', categoryId: 'never-created' }, context());
}

describe('deleting a category', () => {
  it('releases what was reserved and never used, and keeps the condition of the caller meanwhile', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a');
    const category = idOf(await node.createCategory());
    await leaveBehind(node, category);
    expect(await node.deleteCategory(category, 2)).toMatchObject({ kind: 'rejected', code: 'revision-conflict' });
    expect(await node.deleteCategory(category, 3)).toMatchObject({ kind: 'done' });
  });

  it.each([
    ['a condition is refused', 3, 'revision-conflict'],
    ['no condition succeeds', undefined, undefined],
  ])('that others change while it is emptied: with %s', async (_what, ifRevision, code) => {
    const log = new InMemoryEventStore();
    const store = new SteppedStore(log);
    const [node, other] = [await nodeOn(log, 'a', store), await nodeOn(log, 'b')];
    const category = idOf(await other.createCategory());
    await leaveBehind(other, category);
    let answer: unknown;
    void node.deleteCategory(category, ifRevision).then((deleted) => (answer = deleted));
    await stepUntil(store, () => log.events.some(({ type }) => type === 'NameReservationDropped'));
    await onCategory(other.services, category, { type: 'ChangeCategory', patch: { description: 'new' } }, context());
    await stepUntil(store, () => answer !== undefined);
    expect(answer).toMatchObject(code === undefined ? { kind: 'done' } : { kind: 'rejected', code });
  });

  it('is refused while a room or category is in it', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a');
    const [category, parent] = [idOf(await node.createCategory()), idOf(await node.createCategory())];
    await leaveBehind(node, category);
    await node.createRoom(category, 'One');
    await node.createCategory(parent);
    expect(await node.deleteCategory(category)).toMatchObject({ kind: 'rejected', code: 'category-not-empty' });
    expect(await node.deleteCategory(parent)).toMatchObject({ kind: 'rejected', code: 'category-not-empty' });
  });

  it('takes it from its parent, which can then be deleted', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a');
    const parent = idOf(await node.createCategory());
    await node.deleteCategory(idOf(await node.createCategory(parent)));
    expect(node.directory.category(parent)?.state.children.size).toBe(0);
    expect(await node.deleteCategory(parent)).toMatchObject({ kind: 'done' });
  });
});

describe('creating a category again under one key', () => {
  it('is answered with the first one, on a node that has not heard of it too', async () => {
    const log = new InMemoryEventStore();
    const [one, other] = [await nodeOn(log, 'a'), await nodeOn(log, 'b')];
    const first = await one.createCategory(undefined, 'key');
    expect(await other.createCategory(undefined, 'key')).toMatchObject({ kind: 'done', categoryId: idOf(first) });
    expect(log.events.filter(({ type }) => type === 'CategoryCreated')).toHaveLength(1);
  });

  it('goes on under another id when the first one was given up', async () => {
    const node = await nodeOn(new InMemoryEventStore(), 'a');
    const parent = idOf(await node.createCategory());
    const first = node.services.ids.derived('category', 'key', '0');
    await onCategory(node.services, first, { type: 'AbandonCategory' }, context());
    const made = await node.createCategory(parent, 'key');
    expect(made).toMatchObject({ kind: 'done' });
    expect(idOf(made)).not.toBe(first);
  });
});
