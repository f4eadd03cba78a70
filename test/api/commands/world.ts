import { onCategory } from '../../../src/api/commands/handling.js';
import { catalogue } from '../../../src/domain/catalogue/catalogue.js';
import { NameReserved } from '../../../src/domain/catalogue/category.js';
import { isParked } from '../../../src/domain/kernel/catalogue.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { told, truthOf, type Truth } from './laws.js';
import { context, TestNode } from './node.js';
import { interleave, SteppedStore, type Bounds, type Choose, type Ending } from './stepping.js';

/** What every interleaving begins with: the category has the two rooms `alpha` and `beta`, the other one is empty. */
export interface World {
  readonly log: InMemoryEventStore;
  readonly category: string;
  readonly other: string;
  readonly alpha: string;
  readonly beta: string;
}

let first: Promise<World> | undefined;

/** Made once, then copied. */
export async function makeWorld(): Promise<World> {
  const seed = await (first ??= seeded());
  const log = new InMemoryEventStore();
  for (const recorded of seed.log.events) {
    const event = catalogue.decode(recorded);
    if (!isParked(event)) await log.append(recorded.stream, [event], 'any');
  }
  return { ...seed, log };
}

async function seeded(): Promise<World> {
  const log = new InMemoryEventStore();
  const node = await new TestNode(log, 'seed').follow();
  const category = idOf(await node.createCategory());
  const other = idOf(await node.createCategory());
  const alpha = idOf(await node.createRoom(category, 'Alpha'));
  const beta = idOf(await node.createRoom(category, 'Beta'));
  // Left behind by nodes that died: by a creation that never came to its room, and by a rename of the other room.
  const reserve = (name: string, roomId: string) =>
    onCategory(node.services, category, { type: 'ReserveName', roomId, name }, context());
  await reserve('ghost', 'never-created');
  await reserve('stale', beta);
  node.stop();
  return { log, category, other, alpha, beta };
}

export function idOf(made: { readonly kind: string; readonly roomId?: string; readonly categoryId?: string }): string {
  const id = made.roomId ?? made.categoryId;
  if (id === undefined) throw new Error(`nothing was made but ${JSON.stringify(made)}`);
  return id;
}

/** What one node does. */
export type Act = (node: TestNode, world: World) => Promise<unknown>;

export interface Run {
  readonly world: World;
  /** When all had ended. */
  readonly truth: Truth;
  readonly endings: readonly Ending[];
}

/** Runs each act on a node of its own, interleaved as chosen, and checks every law at every place of the log. */
export async function runInterleaved(acts: readonly Act[], choose: Choose, bounds: Bounds): Promise<Run> {
  const world = await makeWorld();
  const nodes: TestNode[] = [];
  const actors = [];
  for (const [index, act] of acts.entries()) {
    const store = new SteppedStore(world.log);
    const node = await new TestNode(world.log, `n${index}-`, { through: store }).follow();
    nodes.push(node);
    actors.push({ store, act: () => act(node, world) });
  }
  try {
    const endings = await interleave(actors, choose, bounds);
    const truth = truthOf(world.log.events);
    await checkNothingIsLost(world);
    truthOf(world.log.events);
    return { world, truth, endings };
  } catch (error) {
    throw new Error(`in this log:\n${told(world.log.events)}`, { cause: error });
  } finally {
    for (const node of nodes) node.stop();
  }
}

/** A name that no room uses can be had, one that is used cannot, and a category that is empty can be deleted. */
async function checkNothingIsLost({ log }: World): Promise<void> {
  const node = await new TestNode(log, 'late').follow();
  const must = (what: string, made: { readonly kind: string; readonly code?: string } | undefined, isUsed = false) => {
    if (made?.code !== (isUsed ? 'duplicate-name' : undefined))
      throw new Error(`${what} gave ${made?.code ?? made?.kind}`);
  };
  const truth = truthOf(log.events);
  for (const { stream, data } of log.events.filter(({ type }) => type === 'NameReserved')) {
    const categoryId = stream.slice('category-'.length);
    if (!truth.categories.has(categoryId)) continue;
    const { name } = NameReserved.parse(data);
    const isUsed = truthOf(log.events).user(categoryId, name) !== undefined;
    must(`creating ${name} in ${categoryId}`, await node.createRoom(categoryId, name), isUsed);
  }
  for (const roomId of truthOf(log.events).rooms.keys()) must(`deleting ${roomId}`, await node.deleteRoom(roomId));
  for (let left = truthOf(log.events); left.categories.size > 0; left = truthOf(log.events)) {
    const leaf = [...left.categories.keys()].find((id) => left.isEmpty(id)) ?? '';
    must(`deleting ${leaf}`, await node.deleteCategory(leaf));
  }
  node.stop();
}
