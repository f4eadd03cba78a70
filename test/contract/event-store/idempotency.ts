import { describe, expect, it } from 'vitest';
import type { ExpectedRevision } from '../../../src/domain/kernel/event-store.js';
import type { EventStoreEngine } from './engine.js';
import { appended, event, eventsOf, freshStream, ids, streamEvents } from './events.js';
import { ownLogs, sharedLog } from './opened.js';

/** Events that are there before, and the condition of the append that is repeated. */
const REPEATS: readonly (readonly [before: number, ExpectedRevision])[] = [
  [0, 'no-stream'],
  [0, 'any'],
  [3, 2],
  [3, 'any'],
  [3, 'stream-exists'],
];
const FOR_GOOD = REPEATS.filter(([, expected]) => expected === 'no-stream' || typeof expected === 'number');

export function idempotencyContract(engine: EventStoreEngine): void {
  describe('idempotency', () => {
    const store = sharedLog(engine);
    const ownLog = ownLogs(engine);

    it.each(REPEATS)(
      'behind %i events, expected %s: a repeat is answered as the first time',
      async (before, expected) => {
        const stream = freshStream();
        if (before > 0) await appended(store(), stream, eventsOf(before));
        for (const given of [eventsOf(1), eventsOf(3)].slice(
          0,
          expected === 'any' || expected === 'stream-exists' ? 2 : 1,
        )) {
          const first = await store().append(stream, given, expected);
          expect(first.kind).toBe('committed');
          expect(await store().append(stream, given, expected)).toEqual(first);
          expect(await store().append(stream, given, expected)).toEqual(first);
        }
      },
    );

    it.each(FOR_GOOD)('behind %i events, expected %s: also when the stream has gone on', async (before, expected) => {
      const stream = freshStream();
      if (before > 0) await appended(store(), stream, eventsOf(before));
      const given = eventsOf(3);
      const first = await store().append(stream, given, expected);
      await appended(store(), stream, eventsOf(2));
      expect(await store().append(stream, given, expected)).toEqual(first);
      expect(await streamEvents(store().readStream(stream))).toHaveLength(before + 5);
    });

    it.each(FOR_GOOD)(
      'behind %i events, expected %s: also after the log was opened again',
      async (before, expected) => {
        const log = await ownLog();
        const stream = freshStream();
        if (before > 0) await appended(log.store, stream, eventsOf(before));
        const given = eventsOf(3);
        const first = await log.store.append(stream, given, expected);
        const again = await log.reopen();
        expect(await again.append(stream, given, expected)).toEqual(first);
        expect(await streamEvents(again.readStream(stream))).toHaveLength(before + 3);
      },
    );

    it('16 repeats at once write one append', async () => {
      const stream = freshStream();
      const given = eventsOf(2);
      const outcomes = await Promise.all(Array.from({ length: 16 }, () => store().append(stream, given, 'no-stream')));
      expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
      expect(ids(await streamEvents(store().readStream(stream)))).toEqual(ids(given));
    });

    it('the same events at another revision are a conflict', async () => {
      const stream = freshStream();
      const given = eventsOf(2);
      await appended(store(), stream, given, 'no-stream');
      await appended(store(), stream, eventsOf(2));
      expect(await store().append(stream, given, 1)).toEqual({ kind: 'conflict', revision: 3 });
    });

    it('other events at the same revision are a conflict', async () => {
      const stream = freshStream();
      await appended(store(), stream, eventsOf(1), 'no-stream');
      expect(await store().append(stream, eventsOf(1), 'no-stream')).toEqual({ kind: 'conflict', revision: 0 });
    });

    it.each(['repeated first', 'repeated last'])(
      'an append that is %s, and new otherwise, is a conflict',
      async (which) => {
        const stream = freshStream();
        const known = eventsOf(2);
        await appended(store(), stream, known, 'no-stream');
        const given = which === 'repeated first' ? [...known, event()] : [event(), ...known];
        expect(await store().append(stream, given, 'no-stream')).toEqual({ kind: 'conflict', revision: 1 });
        expect(ids(await streamEvents(store().readStream(stream)))).toEqual(ids(known));
      },
    );

    it('the same events in another order are a conflict', async () => {
      const stream = freshStream();
      const given = eventsOf(2);
      await appended(store(), stream, given, 'no-stream');
      expect(await store().append(stream, given.toReversed(), 'no-stream')).toEqual({ kind: 'conflict', revision: 1 });
    });
  });
}
