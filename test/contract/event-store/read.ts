import { beforeAll, describe, expect, it } from 'vitest';
import type { ProposedEvent, StreamName } from '../../../src/domain/kernel/event.js';
import type { ReadStreamOptions } from '../../../src/domain/kernel/event-store.js';
import type { EventStoreEngine } from './engine.js';
import { appended, eventsOf, freshStream, ids, streamEvents } from './events.js';
import { sharedLog } from './opened.js';

/** Enough to need several batches of any engine. */
const MANY = 2_500;

const READS: readonly (readonly [ReadStreamOptions, revisions: readonly number[]])[] = [
  [{}, [0, 1, 2, 3, 4]],
  [{ from: 0 }, [0, 1, 2, 3, 4]],
  [{ from: 3 }, [3, 4]],
  [{ from: 5 }, []],
  [{ from: 50 }, []],
  [{ limit: 2 }, [0, 1]],
  [{ from: 1, limit: 2 }, [1, 2]],
  [{ from: 3, limit: 10 }, [3, 4]],
  [{ direction: 'backward' }, [4, 3, 2, 1, 0]],
  [{ direction: 'backward', from: 2 }, [2, 1, 0]],
  [{ direction: 'backward', from: 0 }, [0]],
  [{ direction: 'backward', from: 50 }, [4, 3, 2, 1, 0]],
  [{ direction: 'backward', limit: 2 }, [4, 3]],
  [{ direction: 'backward', from: 3, limit: 2 }, [3, 2]],
  [{ direction: 'backward', from: 1, limit: 10 }, [1, 0]],
];

export function readStreamContract(engine: EventStoreEngine): void {
  describe('read a stream', () => {
    const store = sharedLog(engine);
    let five: StreamName;
    let long: StreamName;
    let longEvents: readonly ProposedEvent[];

    beforeAll(async () => {
      five = freshStream();
      await appended(store(), five, eventsOf(5));
      long = freshStream();
      longEvents = eventsOf(MANY);
      for (let from = 0; from < MANY; from += 100) await appended(store(), long, longEvents.slice(from, from + 100));
    });

    it.each(READS)('of five events, %o gives revisions %o', async (options, revisions) => {
      const read = await streamEvents(store().readStream(five, options));
      expect(read.map(({ revision }) => revision)).toEqual(revisions);
    });

    it('a stream that does not exist gives nothing', async () => {
      expect(await streamEvents(store().readStream(freshStream()))).toEqual([]);
      expect(await streamEvents(store().readStream(freshStream(), { direction: 'backward', limit: 1 }))).toEqual([]);
    });

    it('a long stream comes whole and in order, forward', async () => {
      expect(ids(await streamEvents(store().readStream(long)))).toEqual(ids(longEvents));
    });

    it('a long stream comes whole and in order, backward', async () => {
      const read = await streamEvents(store().readStream(long, { direction: 'backward' }));
      expect(ids(read)).toEqual(ids(longEvents).toReversed());
    });

    it.each([1, 999, 1_000, 1_001, MANY - 1, MANY, MANY + 1])('a limit of %i is kept over batches', async (limit) => {
      const read = await streamEvents(store().readStream(long, { limit }));
      expect(ids(read)).toEqual(ids(longEvents.slice(0, limit)));
    });

    it('events of a megabyte come one by one or together, but all', async () => {
      const stream = freshStream();
      const given = eventsOf(6).map((one) => ({ ...one, data: { text: 'x'.repeat(900_000) } }));
      for (const one of given) await appended(store(), stream, [one]);
      expect(ids(await streamEvents(store().readStream(stream)))).toEqual(ids(given));
      const backward = await streamEvents(store().readStream(stream, { direction: 'backward', limit: 4 }));
      expect(ids(backward)).toEqual(ids(given).toReversed().slice(0, 4));
    });

    it('sees what was acknowledged before it began', async () => {
      const stream = freshStream();
      for (let count = 1; count <= 20; count += 1) {
        await appended(store(), stream, eventsOf(1));
        expect(await streamEvents(store().readStream(stream))).toHaveLength(count);
      }
    });

    it('a reader that stops early leaves the store usable', async () => {
      for await (const [first] of store().readStream(long)) {
        expect(first?.revision).toBe(0);
        break;
      }
      expect(await streamEvents(store().readStream(five))).toHaveLength(5);
    });

    it('ends when the signal is aborted', async () => {
      const reading = new AbortController();
      let seen = 0;
      for await (const batch of store().readStream(long, { signal: reading.signal })) {
        seen += batch.length;
        reading.abort();
      }
      expect(seen).toBeGreaterThan(0);
      expect(seen).toBeLessThan(MANY);
    });
  });
}
