import { describe, expect, it } from 'vitest';
import { HistoryViews } from '../../../src/api/live/history-views.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { actor, caller, clock, ids } from '../../support/live-node.js';

const context = { actor: actor('ada'), node: 'n1', correlationId: 'c1' };

function recorder() {
  const store = new InMemoryEventStore();
  const time = { now: 0 };
  const views = new HistoryViews(store, { clock, ids }, () => time.now);
  const view = (from: number, to: number, user = 'ada', room = 'r1') =>
    views.viewed(caller(user), room, from, to, 'page', context);
  return { store, time, view };
}

describe('a view of history', () => {
  it('is recorded before it is given', async () => {
    const { store, view } = recorder();
    await view(3, 7);
    expect(store.events).toMatchObject([
      {
        stream: 'attendance-r1',
        type: 'HistoryViewed',
        data: { from: 3, to: 7, via: 'page' },
        metadata: { actor: { id: 'ada' } },
      },
    ]);
  });

  it('of what was recorded within the last minute is the same view', async () => {
    const { store, time, view } = recorder();
    await view(0, 9);
    await view(10, 19);
    time.now = 59_999;
    for (const [from, to] of [
      [0, 9],
      [4, 4],
      [5, 15],
      [0, 19],
    ] as const)
      await view(from, to);
    expect(store.events).toHaveLength(2);
    await view(15, 20);
    expect(store.events).toHaveLength(3);
    time.now = 60_000;
    await view(0, 9);
    expect(store.events).toHaveLength(4);
  });

  it('by somebody else, or of another room, is another one', async () => {
    const { store, view } = recorder();
    await view(0, 9);
    await view(0, 9, 'bob');
    await view(0, 9, 'ada', 'r2');
    expect(store.events).toHaveLength(3);
  });

  it('with a hole in what was recorded is recorded', async () => {
    const { store, view } = recorder();
    await view(0, 4);
    await view(6, 9);
    await view(0, 9);
    expect(store.events).toHaveLength(3);
  });

  it('is not given when it cannot be recorded, and is not remembered as if it were', async () => {
    const { store, view } = recorder();
    await store.close();
    await expect(view(0, 9)).rejects.toThrow();
    await expect(view(0, 9)).rejects.toThrow();
  });
});
