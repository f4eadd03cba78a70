import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoomPatch } from '../../../src/domain/room/decide.js';
import { everyWay } from './stepping.js';
import { runInterleaved, type Act, type Run } from './world.js';

const create =
  (name: string, key?: string): Act =>
  (node, { category }) =>
    node.createRoom(category, name, key);
const createInOther =
  (name: string): Act =>
  (node, { other }) =>
    node.createRoom(other, name);
const rename =
  (room: 'alpha' | 'beta', name: string): Act =>
  (node, world) =>
    node.change(world[room], { name });
const change =
  (patch: RoomPatch, ifRevision?: number): Act =>
  (node, { alpha }) =>
    node.change(alpha, patch, ifRevision);
const move =
  (room: 'alpha' | 'beta', name?: string): Act =>
  (node, world) =>
    node.change(world[room], { categoryId: world.other, ...(name !== undefined && { name }) });
const deleteRoom =
  (room: 'alpha' | 'beta'): Act =>
  (node, world) =>
    node.deleteRoom(world[room]);
const deleteOther: Act = (node, { other }) => node.deleteCategory(other);
const createChild =
  (key?: string): Act =>
  (node, { other }) =>
    node.createCategory(other, key);
const inTurn =
  (...acts: readonly Act[]): Act =>
  async (node, world) => {
    for (const act of acts) await act(node, world);
  };

/** How many acts succeeded. */
function successes({ endings }: Run): number {
  return endings.filter(
    (ending) => ending.kind === 'ended' && (ending.result as { readonly kind?: string } | undefined)?.kind === 'done',
  ).length;
}

function isUsed({ world, truth }: Run, name: string): boolean {
  return truth.user(world.category, name) !== undefined;
}

interface Scenario {
  readonly acts: readonly Act[];
  /** What holds in the end when nobody died. */
  readonly then?: (run: Run) => void;
}

const oneTakes = (name: string) => (run: Run) => expect([successes(run), isUsed(run, name)]).toStrictEqual([1, true]);
const oneSucceeds = (run: Run) => expect(successes(run)).toBe(1);
const bothSucceed = (run: Run) => expect(successes(run)).toBe(2);

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'two rooms are created with one name': { acts: [create('gamma'), create('GAMMA')], then: oneTakes('gamma') },
  'two rooms are renamed to one name': {
    acts: [rename('alpha', 'gamma'), rename('beta', 'Gamma')],
    then: oneTakes('gamma'),
  },
  'a room is renamed to the name of one that is created': {
    acts: [rename('alpha', 'gamma'), create('gamma')],
    then: oneTakes('gamma'),
  },
  'a name is taken that a dead creation has left behind': {
    acts: [create('ghost'), rename('alpha', 'ghost')],
    then: oneTakes('ghost'),
  },
  'a name is taken that a dead rename has left behind, while its holder wants it': {
    acts: [create('stale'), rename('beta', 'stale')],
    then: oneTakes('stale'),
  },
  'one room is renamed to two names': { acts: [rename('alpha', 'gamma'), rename('alpha', 'delta')], then: bothSucceed },
  'one room is renamed to one name twice': {
    acts: [rename('alpha', 'gamma'), rename('alpha', 'gamma')],
    then: bothSucceed,
  },
  'a room is renamed and back, while another one wants its name': {
    acts: [rename('alpha', 'gamma'), inTurn(rename('alpha', 'alpha'), create('alpha'))],
  },
  'a room is renamed, and to another spelling of its name': {
    acts: [rename('alpha', 'gamma'), inTurn(rename('alpha', 'ALPHA'), create('alpha'))],
  },
  'a room is renamed on the revision that another node is just writing': {
    acts: [change({ name: 'beta' }, 1), change({ topic: 'new' })],
    then: oneSucceeds,
  },
  'two rooms want to swap names': { acts: [rename('alpha', 'beta'), rename('beta', 'alpha')] },
  'a room is deleted while its name is wanted': { acts: [deleteRoom('alpha'), create('alpha')] },
  'a room is deleted while it is renamed': { acts: [deleteRoom('alpha'), rename('alpha', 'gamma')] },
  'two rooms are moved to where they would have one name': {
    acts: [move('alpha'), move('beta', 'alpha')],
    then: oneSucceeds,
  },
  'a room is moved to where one is created with its name': {
    acts: [move('alpha'), createInOther('alpha')],
    then: oneSucceeds,
  },
  'a room is moved while it is renamed': { acts: [move('alpha'), rename('alpha', 'gamma')], then: bothSucceed },
  'a room is moved while its name is wanted where it was': { acts: [move('alpha'), create('alpha')] },
  'a category is deleted while a room is moved there': { acts: [deleteOther, move('alpha')], then: oneSucceeds },
  'a category is deleted while a room is created there': {
    acts: [deleteOther, createInOther('gamma')],
    then: oneSucceeds,
  },
  'a category is deleted while a category is created below it': {
    acts: [deleteOther, createChild()],
    then: oneSucceeds,
  },
  'one request creates a room on two nodes': {
    acts: [create('gamma', 'key'), create('gamma', 'key')],
    then: bothSucceed,
  },
  'two requests create rooms under one key': {
    acts: [create('gamma', 'key'), create('delta', 'key')],
    then: oneSucceeds,
  },
  'one request creates a category on two nodes': { acts: [createChild('key'), createChild('key')], then: bothSucceed },
  'a request that is repeated elsewhere is outrun by another one': {
    acts: [create('gamma', 'key'), inTurn(create('gamma', 'key'), create('gamma'))],
  },
};

describe('at every interleaving of two nodes', () => {
  it.each(Object.entries(SCENARIOS))('%s', { timeout: 120_000 }, async (_name, { acts, then }) => {
    await everyWay(async (choose) => {
      const run = await runInterleaved(acts, choose, { preemptions: 2, crashes: 0 });
      then?.(run);
    });
  });
});

describe('when one of two nodes dies at any step', () => {
  it.each(Object.entries(SCENARIOS))('%s', { timeout: 120_000 }, async (_name, { acts }) => {
    await everyWay(async (choose) => {
      const { endings } = await runInterleaved(acts, choose, { preemptions: 0, crashes: 1 });
      expect(endings.some(({ kind }) => kind === 'ended')).toBe(true);
    });
  });
});

const names = fc.constantFrom('alpha', 'ALPHA', 'beta', 'gamma', 'ghost', 'stale');
const rooms = fc.constantFrom('alpha' as const, 'beta' as const);
const keys = fc.option(fc.constantFrom('key1', 'key2'), { nil: undefined });
const act = fc.oneof(
  fc.tuple(names, keys).map(([name, key]) => create(name, key)),
  names.map(createInOther),
  fc.tuple(rooms, names).map(([room, name]) => rename(room, name)),
  fc.tuple(rooms, fc.option(names, { nil: undefined })).map(([room, name]) => move(room, name)),
  rooms.map(deleteRoom),
  fc.constant(deleteOther),
  keys.map(createChild),
);
const node = fc.array(act, { minLength: 1, maxLength: 3 }).map((acts) => inTurn(...acts));

describe('at random interleavings of three nodes that do anything', () => {
  it('keeps the laws, whoever dies', { timeout: 120_000 }, async () => {
    const choices = fc.infiniteStream(fc.nat({ max: 5 }));
    const everything = fc.asyncProperty(
      fc.array(node, { minLength: 3, maxLength: 3 }),
      choices,
      async (acts, chosen) => {
        const choose = (options: number) => Number(chosen.next().value) % options;
        await runInterleaved(acts, choose, { preemptions: 20, crashes: 2 });
      },
    );
    await fc.assert(everything, { numRuns: 200 });
  });
});
