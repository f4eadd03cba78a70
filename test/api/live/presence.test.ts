import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { actor, caller, LiveNode, type LiveNodeOptions } from '../../support/live-node.js';
import { StreamReader } from '../../support/stream-reader.js';

const nodes: LiveNode[] = [];
let now = 0;

async function started(options: LiveNodeOptions = {}): Promise<LiveNode> {
  const presence = { now: () => now, sweepMs: 1e6, ...options.presence };
  const node = await new LiveNode({ ...options, presence }).start();
  nodes.push(node);
  return node;
}

const context = { actor: actor('root'), node: 'n1', correlationId: 'c1' };

/** The attendance of a room as the log has it: who, what, why, told or not. */
function attendance(node: LiveNode, roomId: string): string[] {
  const events = node.heard.filter(({ stream }) => stream === `attendance-${roomId}`);
  return events.map((event) => {
    const reason = event.type === 'ParticipantLeft' ? ` ${event.data.reason}` : '';
    return `${event.metadata.actor.id} ${event.type}${reason}${event.metadata.announced === false ? ' untold' : ''}`;
  });
}

/** Until everything that was begun is in the log. */
async function settled(node: LiveNode): Promise<void> {
  for (let n = 0; n < 10; n += 1) await turn();
  await node.view.reached(await node.store.head());
}

afterEach(async () => {
  for (const node of nodes.splice(0)) {
    await node.stop();
    expect(node.errors).toEqual([]);
  }
  now = 0;
});

describe('entering a room', () => {
  it('is one event, however often and concurrently', async () => {
    const node = await started();
    const room = await node.room();
    const positions = await Promise.all(
      Array.from({ length: 20 }, () => node.presence.enter(caller('ada'), room, context)),
    );
    await node.presence.enter(caller('ada'), room, context);
    expect(attendance(node, room)).toEqual(['ada ParticipantJoined']);
    for (const position of positions) expect(position).toBeLessThanOrEqual(node.view.position);
    expect(node.directory.people.person(room, 'ada')).toMatchObject({ present: true, following: true });
  });

  it('is undone when the right is taken away meanwhile', async () => {
    const node = await started();
    const room = await node.room({ privacy: 'closed', members: [{ user: 'ada' }] });
    const entering = node.presence.enter(caller('ada'), room, context);
    await Promise.all([node.write('room', room, 'MemberRemoved', { principal: { user: 'ada' } }), entering]);
    await settled(node);
    expect(node.directory.people.person(room, 'ada')?.present).toBe(false);
    expect(attendance(node, room).at(-1)).toBe('ada ParticipantLeft removed');
  });

  it('after a leave that is being written begins a new presence', async () => {
    const node = await started();
    const room = await node.room();
    await node.presence.enter(caller('ada'), room, context);
    now += 300_000;
    node.presence.sweep();
    const again = node.presence.enter(caller('ada'), room, context);
    await again;
    await settled(node);
    expect(node.directory.people.person(room, 'ada')?.present).toBe(true);
    expect(attendance(node, room)).toEqual([
      'ada ParticipantJoined',
      'ada ParticipantLeft idle',
      'ada ParticipantJoined',
    ]);
  });
});

describe('parting', () => {
  it('leaves and unfollows, or only unfollows, or is nothing', async () => {
    const node = await started();
    const room = await node.room();
    await node.presence.part(caller('ada'), room, context);
    expect(attendance(node, room)).toEqual([]);
    await node.presence.enter(caller('ada'), room, context);
    await node.presence.part(caller('ada'), room, context);
    expect(node.directory.people.person(room, 'ada')).toBeUndefined();
    await node.presence.enter(caller('ada'), room, context);
    now += 300_000;
    node.presence.sweep();
    await settled(node);
    await node.presence.part(caller('ada'), room, context);
    expect(attendance(node, room).slice(2)).toEqual([
      'ada ParticipantJoined',
      'ada ParticipantLeft idle',
      'ada RoomUnfollowed',
    ]);
  });

  it('and entering at once are done in the order in which they were asked', async () => {
    const node = await started();
    const room = await node.room();
    const ada = caller('ada');
    await Promise.all([
      node.presence.enter(ada, room, context),
      node.presence.part(ada, room, context),
      node.presence.enter(ada, room, context),
      node.presence.part(ada, room, context),
    ]);
    expect(attendance(node, room).map((line) => line.split(' ')[1])).toEqual([
      'ParticipantJoined',
      'ParticipantLeft',
      'ParticipantJoined',
      'ParticipantLeft',
    ]);
  });
});

describe('a lease', () => {
  it('ends five minutes after the last act', async () => {
    const node = await started();
    const room = await node.room();
    await node.presence.enter(caller('ada'), room, context);
    now += 200_000;
    await node.presence.enter(caller('ada'), room, context);
    now += 299_999;
    node.presence.sweep();
    await settled(node);
    expect(attendance(node, room)).toEqual(['ada ParticipantJoined']);
    now += 1;
    node.presence.sweep();
    node.presence.sweep();
    await settled(node);
    expect(attendance(node, room)).toEqual(['ada ParticipantJoined', 'ada ParticipantLeft idle']);
    expect(node.directory.people.person(room, 'ada')).toMatchObject({ present: false, following: true });
  });

  it('is kept by a stream, and for 30 seconds after the last one broke', async () => {
    const node = await started({ watched: true });
    const [room, other] = [await node.room(), await node.room()];
    for (const one of [room, other]) {
      await node.join('ada', one);
      await node.write('attendance', one, 'ParticipantLeft', { reason: 'idle' }, 'ada');
    }
    const open = async () => {
      const reader = await StreamReader.open(node.url(caller('ada')));
      await vi.waitFor(() => expect(node.directory.people.presentIn('ada').size).toBe(2));
      return reader;
    };
    const first = await open();
    const second = await open();
    expect(attendance(node, room).slice(2)).toEqual(['ada ParticipantJoined']);
    first.close();
    await vi.waitFor(() => expect(node.hub.counters.readers).toBe(1));
    now += 1_000_000;
    node.presence.sweep();
    second.close();
    await vi.waitFor(() => expect(node.hub.counters.readers).toBe(0));
    now += 29_999;
    node.presence.sweep();
    const third = await open();
    third.close();
    await vi.waitFor(() => expect(node.hub.counters.readers).toBe(0));
    now += 29_999;
    node.presence.sweep();
    await settled(node);
    expect(attendance(node, room).slice(2)).toEqual(['ada ParticipantJoined']);
    now += 1;
    node.presence.sweep();
    await settled(node);
    for (const one of [room, other]) {
      expect(attendance(node, one).slice(2)).toEqual(['ada ParticipantJoined', 'ada ParticipantLeft disconnected']);
    }
  });

  it('of a stream is only of rooms that its user may read', async () => {
    const node = await started({ watched: true });
    const [open, closed] = [await node.room(), await node.room({ privacy: 'closed' })];
    for (const one of [open, closed]) {
      await node.join('ada', one);
      await node.write('attendance', one, 'ParticipantLeft', { reason: 'idle' }, 'ada');
    }
    const reader = await StreamReader.open(node.url(caller('ada')));
    await vi.waitFor(() => expect(node.directory.people.presentIn('ada')).toEqual(new Set([open])));
    reader.close();
  });

  it('of a gone process is adopted: who comes back stays, who does not was lost', async () => {
    const store = new InMemoryEventStore();
    const before = await started({ store });
    const room = await before.room();
    for (const user of ['ada', 'bob', 'carol']) await before.join(user, room);
    const node = await started({ store });
    node.presence.adopt();
    await node.presence.enter(caller('ada'), room, context);
    now += 30_000;
    node.presence.sweep();
    await settled(node);
    expect(attendance(node, room).slice(3).sort()).toEqual([
      'bob ParticipantLeft node lost',
      'carol ParticipantLeft node lost',
    ]);
  });

  it('is held on against another node that lets go', async () => {
    const node = await started();
    const room = await node.room();
    await node.presence.enter(caller('ada'), room, context);
    await node.write('attendance', room, 'ParticipantLeft', { reason: 'disconnected' }, 'ada');
    await settled(node);
    expect(node.directory.people.person(room, 'ada')?.present).toBe(true);
    await node.write('attendance', room, 'ParticipantLeft', { reason: 'removed' }, 'ada');
    await settled(node);
    expect(node.directory.people.person(room, 'ada')?.present).toBe(false);
  });

  it('ends with an orderly stop and with the disabling of its user', async () => {
    const node = await started();
    const room = await node.room();
    await node.register('bob');
    for (const user of ['ada', 'bob']) await node.presence.enter(caller(user), room, context);
    await node.write('principal', 'bob', 'PrincipalDisabled', { id: 'bob' });
    await settled(node);
    await node.presence.leaveAll();
    expect(attendance(node, room).slice(2)).toEqual([
      'bob ParticipantLeft removed',
      'ada ParticipantLeft disconnected',
    ]);
  });
});

describe('evicting', () => {
  it('puts out exactly those who are not entitled any more', async () => {
    const node = await started();
    await node.register('ada', 'sales');
    await node.register('bob');
    await node.register('carol');
    const members = [{ group: 'sales' }, { user: 'bob' }, { user: 'carol' }];
    const room = await node.room({ privacy: 'closed', members });
    for (const one of [caller('ada', 'sales'), caller('bob'), caller('carol')])
      await node.presence.enter(one, room, context);
    await node.write('room', room, 'MemberRemoved', { principal: { user: 'carol' } });
    await node.presence.evict([room], context);
    expect(attendance(node, room).slice(3)).toEqual(['carol ParticipantLeft removed']);
    await node.write('room', room, 'MemberRemoved', { principal: { group: 'sales' } });
    await node.presence.evict([room], context);
    expect(attendance(node, room).slice(4)).toEqual(['ada ParticipantLeft removed']);
  });

  it.each(['RoomDisabled', 'RoomDeleted'] as const)('after %s puts out everybody', async (type) => {
    const node = await started();
    const room = await node.room();
    for (const user of ['ada', 'bob']) await node.presence.enter(caller(user), room, context);
    await node.write('room', room, type, {});
    await node.presence.evict([room], context);
    expect(node.directory.people.count(room)).toBe(0);
    expect(node.directory.people.person(room, 'ada')?.following).toBe(true);
  });
});

describe('readers are told who comes and goes', () => {
  it('up to the limit, and again when less than 80 % of it are there', async () => {
    const node = await started({ limit: 10 });
    const room = await node.room();
    const users = Array.from({ length: 15 }, (_, n) => caller(`u${n}`));
    await Promise.all(users.map((one) => node.presence.enter(one, room, context)));
    const told = () => attendance(node, room).map((line) => !line.endsWith('untold'));
    expect(told()).toEqual([...Array<boolean>(10).fill(true), ...Array<boolean>(5).fill(false)]);
    await Promise.all(users.slice(0, 10).map((one) => node.presence.part(one, room, context)));
    // 15 were there; the leave after which 7 are left is the first that is told again
    expect(told().slice(15)).toEqual([...Array<boolean>(7).fill(false), ...Array<boolean>(3).fill(true)]);
    await node.presence.enter(caller('late'), room, context);
    expect(told().at(-1)).toBe(true);
  });

  it('in a room that was above the limit before the node began', async () => {
    const store = new InMemoryEventStore();
    const before = await started({ store });
    const room = await before.room();
    for (let n = 0; n < 12; n += 1) await before.join(`u${n}`, room);
    const node = await started({ store, limit: 10 });
    await node.presence.enter(caller('late'), room, context);
    expect(attendance(node, room).at(-1)).toBe('late ParticipantJoined untold');
  });
});

it('what cannot be written is tried again', async () => {
  const store = new InMemoryEventStore();
  const node = await started({ store });
  const room = await node.room();
  await node.presence.enter(caller('ada'), room, context);
  const append = vi.spyOn(store, 'append').mockRejectedValueOnce(new Error('no disk'));
  now += 300_000;
  node.presence.sweep();
  await vi.waitFor(() => expect(node.errors).toHaveLength(1));
  append.mockRestore();
  node.errors.length = 0;
  now += 30_000;
  node.presence.sweep();
  await settled(node);
  expect(attendance(node, room).at(-1)).toBe('ada ParticipantLeft idle');
  expect(node.directory.people.count(room)).toBe(0);
});
