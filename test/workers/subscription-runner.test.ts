import { describe, expect, test } from 'vitest';
import type { CaughtUp, EventBatch } from '../../src/domain/kernel/event-store.js';
import type { Position } from '../../src/domain/kernel/position.js';
import { readAhead, type Waiting } from '../../src/workers/subscription-runner.js';
import { Log } from '../projections/recorded.js';
import { ScriptedStore } from './scripted-store.js';

function logOf(count: number): Log {
  const log = new Log();
  for (let n = 0; n < count; n += 1)
    log.append('transcript-r', { type: 'MessagePosted', data: { kind: 'normal', text: `${n}` } });
  return log;
}

const never = new AbortController().signal;
const positions = (waiting: readonly Waiting[]) =>
  waiting.flatMap(({ events }) => events.map(({ position }) => position));

describe('reading ahead', () => {
  test('gives everything that came while the consumer was at work as one, in order and once', async () => {
    const store = new ScriptedStore(logOf(50).events, 5);
    const seen: Waiting[] = [];
    const subscribe = (signal: AbortSignal) => store.subscribe({ after: 0 as Position, signal });
    for await (const waiting of readAhead(subscribe, { maxEvents: 1000, signal: never })) {
      seen.push(waiting);
      if (seen.length === 1) await until(() => store.given === 50);
      if (waiting.caughtUp) break;
    }
    expect(seen).toHaveLength(2);
    expect(positions(seen)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(seen.at(-1)?.position).toBe(50);
  });

  test('pauses when enough waits: a slow consumer costs bounded memory', async () => {
    const store = new ScriptedStore(logOf(100).events, 5);
    const subscribe = (signal: AbortSignal) => store.subscribe({ after: 0 as Position, signal });
    const sizes: number[] = [];
    for await (const { events, caughtUp } of readAhead(subscribe, { maxEvents: 12, signal: never })) {
      sizes.push(events.length);
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (caughtUp) break;
    }
    expect(Math.max(...sizes)).toBe(15);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(100);
  });

  test('ends without an error when the signal is aborted, also while nothing comes', async () => {
    const store = new ScriptedStore(logOf(3).events);
    const ending = new AbortController();
    const seen: Waiting[] = [];
    const subscribe = (signal: AbortSignal) => store.subscribe({ after: 0 as Position, signal });
    for await (const waiting of readAhead(subscribe, { maxEvents: 10, signal: ending.signal })) {
      seen.push(waiting);
      if (seen.some(({ caughtUp }) => caughtUp)) setImmediate(() => ending.abort());
    }
    expect(positions(seen)).toEqual([1, 2, 3]);
  });

  test('ends the subscription when the consumer stops early', async () => {
    const store = new ScriptedStore(logOf(100).events, 5);
    let ended: AbortSignal | undefined;
    const subscribe = (signal: AbortSignal) => {
      ended = signal;
      return store.subscribe({ after: 0 as Position, signal });
    };
    for await (const waiting of readAhead(subscribe, { maxEvents: 10, signal: never }))
      if (waiting.events.length > 0) break;
    expect(ended?.aborted).toBe(true);
  });

  test('fails when the subscription fails, after what came before', async () => {
    async function* broken(): AsyncGenerator<EventBatch | CaughtUp, undefined> {
      yield { kind: 'events', events: logOf(2).events, position: 2 as Position };
      await Promise.resolve();
      throw new Error('connection lost');
    }
    const seen: Waiting[] = [];
    const reading = async () => {
      for await (const waiting of readAhead(broken, { maxEvents: 10, signal: never })) seen.push(waiting);
    };
    await expect(reading()).rejects.toThrow('connection lost');
    expect(positions(seen)).toEqual([1, 2]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
