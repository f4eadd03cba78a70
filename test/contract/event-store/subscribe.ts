import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventStore } from '../../../src/domain/kernel/event-store.js';
import type { Position } from '../../../src/domain/kernel/position.js';
import type { EventStoreEngine } from './engine.js';
import { appended, event, eventsOf, freshStream, ids } from './events.js';
import { Following } from './following.js';
import { ownLogs, sharedLog } from './opened.js';

export function subscribeContract(engine: EventStoreEngine): void {
  describe('subscribe', () => {
    const store = sharedLog(engine);
    const ownLog = ownLogs(engine);

    it('gives what was there, says that it has caught up, then gives what comes', async () => {
      const start = await store().head();
      const before = eventsOf(3);
      await appended(store(), freshStream(), before);
      const following = new Following(store(), { after: start });
      await following.until(({ caughtUp }) => caughtUp === 1);
      expect(ids(following.events)).toEqual(ids(before));
      expect(following.position).toBe(await store().head());
      const after = eventsOf(2);
      const positions = await appended(store(), freshStream(), after);
      await following.reaches(positions.at(-1));
      expect(ids(following.events)).toEqual(ids([...before, ...after]));
      expect(following.caughtUp).toBe(1);
      await following.stop();
    });

    it('says on an empty stretch, too, that it has caught up', async () => {
      const head = await store().head();
      const following = new Following(store(), { after: head });
      await following.until(({ caughtUp }) => caughtUp === 1);
      expect(following.items).toEqual([{ kind: 'caught-up', position: head }]);
      await following.stop();
    });

    it('from the end gives only what comes behind it', async () => {
      await appended(store(), freshStream(), eventsOf(3));
      const following = new Following(store(), { after: 'end' });
      await following.until(({ caughtUp }) => caughtUp === 1);
      const after = eventsOf(2);
      const positions = await appended(store(), freshStream(), after);
      await following.reaches(positions.at(-1));
      expect(ids(following.events)).toEqual(ids(after));
      await following.stop();
    });

    it('begins behind the position it is given', async () => {
      const given = eventsOf(5);
      const positions = await appended(store(), freshStream(), given);
      const following = new Following(store(), { after: positions[1] ?? (0 as Position) });
      await following.reaches(positions.at(-1));
      expect(ids(following.events)).toEqual(ids(given.slice(2)));
      await following.stop();
    });

    it('gives events as they are read from the log', async () => {
      const start = await store().head();
      const following = new Following(store(), { after: start });
      await following.until(({ caughtUp }) => caughtUp === 1);
      const stream = freshStream();
      const data = { at: new Date(0), nothing: undefined, minusZero: -0, text: '\ud800' };
      const positions = await appended(store(), stream, [event(data), event()]);
      await following.reaches(positions.at(-1));
      const read = [];
      for await (const batch of store().readStream(stream)) read.push(...batch);
      expect(following.events).toStrictEqual(read);
      await following.stop();
    });

    it('loses and doubles nothing where catching up becomes live', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 40 }),
          fc.nat(39),
          async (sizes, when) => {
            const start = await store().head();
            const writing = writeBatches(store(), sizes);
            await writing.reached(Math.min(when, sizes.length - 1));
            const following = new Following(store(), { after: start });
            const written = await writing.done;
            await following.reaches(await store().head());
            expect(ids(following.events)).toEqual(written);
            await following.stop();
          },
        ),
        { numRuns: 15 },
      );
    });

    it('a consumer that takes its time gets everything, once and in order', async () => {
      const start = await store().head();
      const writing = writeBatches(
        store(),
        Array.from({ length: 60 }, () => 30),
      );
      const following = new Following(store(), { after: start }, async () => {
        await appended(store(), freshStream(), eventsOf(1));
      });
      const written = await writing.done;
      await following.until(({ events }) => events.some(({ id }) => id === written.at(-1)));
      const mine = new Set(written);
      expect(ids(following.events).filter((id) => mine.has(id))).toEqual(written);
      expect(new Set(ids(following.events)).size).toBe(following.events.length);
      await following.stop();
    });

    it('a consumer that stands still keeps nobody else waiting, and misses nothing', async () => {
      const start = await store().head();
      let go = (): void => undefined;
      const gate = new Promise<void>((resolve) => (go = resolve));
      const slow = new Following(store(), { after: start }, () => gate);
      await slow.until(({ items }) => items.length > 0);
      const quick = new Following(store(), { after: start });
      const written = await writeBatches(
        store(),
        Array.from({ length: 40 }, () => 50),
      ).done;
      await quick.reaches(await store().head());
      expect(ids(quick.events)).toEqual(written);
      go();
      await slow.reaches(await store().head());
      expect(ids(slow.events)).toEqual(written);
      await Promise.all([slow.stop(), quick.stop()]);
    });

    it('filters, and moves on over what does not match', async () => {
      const start = await store().head();
      const wanted = freshStream('room');
      const filter = { streams: new Set<string>([wanted]), types: new Set(['Wanted']) };
      const following = new Following(store(), { after: start, filter });
      const given = [event({}, 'Wanted'), event({}, 'Other'), event({}, 'Wanted')];
      await appended(store(), wanted, given);
      const last = await appended(store(), freshStream('room'), [event({}, 'Wanted')]);
      await following.reaches(last.at(-1));
      expect(ids(following.events)).toEqual(ids(given.filter(({ type }) => type === 'Wanted')));
      await following.stop();
    });

    it('filters the same way while it catches up', async () => {
      const start = await store().head();
      const given = eventsOf(4);
      await appended(store(), freshStream('receipt'), eventsOf(4));
      await appended(store(), freshStream('archive'), given);
      await appended(store(), freshStream('receipt'), eventsOf(4));
      const following = new Following(store(), { after: start, filter: { categories: ['archive'] } });
      await following.until(({ caughtUp }) => caughtUp === 1);
      expect(ids(following.events)).toEqual(ids(given));
      expect(following.position).toBe(await store().head());
      await following.stop();
    });

    it('resumes behind the last position that was processed, on a log that was opened again', async () => {
      const log = await ownLog();
      const start = await log.store.head();
      const first = eventsOf(20);
      for (const one of first) await appended(log.store, freshStream(), [one]);
      const following = new Following(log.store, { after: start });
      await following.until(({ caughtUp }) => caughtUp === 1);
      await following.stop();
      const missed = eventsOf(3);
      await appended(log.store, freshStream(), missed);
      const again = await log.reopen();
      const resumed = new Following(again, { after: following.position ?? start });
      await resumed.until(({ caughtUp }) => caughtUp === 1);
      const live = eventsOf(2);
      const positions = await appended(again, freshStream(), live);
      await resumed.reaches(positions.at(-1));
      expect(ids([...following.events, ...resumed.events])).toEqual(ids([...first, ...missed, ...live]));
      await resumed.stop();
    });

    it('ends without an error when the signal is aborted: while it waits, within a batch, and before it began', async () => {
      const start = await store().head();
      await appended(store(), freshStream(), eventsOf(3));
      const waiting = new Following(store(), { after: start });
      await waiting.until(({ caughtUp }) => caughtUp === 1);
      await waiting.stop();
      const within = new AbortController();
      let items = 0;
      for await (const item of store().subscribe({ after: start, signal: within.signal })) {
        items += item.kind === 'events' ? 1 : 0;
        within.abort();
      }
      expect(items).toBe(1);
      for await (const item of store().subscribe({ after: start, signal: AbortSignal.abort() })) {
        expect.unreachable(item.kind);
      }
    });

    it('the end of one subscription leaves the others alone', async () => {
      const one = new Following(store(), { after: 'end' });
      const other = new Following(store(), { after: 'end' });
      await Promise.all([one, other].map((each) => each.until(({ caughtUp }) => caughtUp === 1)));
      await one.stop();
      const positions = await appended(store(), freshStream(), eventsOf(1));
      await other.reaches(positions.at(-1));
      expect(other.events).toHaveLength(1);
      await other.stop();
    });
  });
}

/** Appends events in the background, one append after the other. */
function writeBatches(store: EventStore, sizes: readonly number[]) {
  const stream = freshStream();
  const reached = sizes.map(() => deferred());
  const write = async (): Promise<readonly string[]> => {
    const written: string[] = [];
    for (const [index, size] of sizes.entries()) {
      const given = eventsOf(size);
      await appended(store, stream, given);
      written.push(...ids(given));
      reached[index]?.resolve();
    }
    return written;
  };
  return { done: write(), reached: (index: number) => reached[index]?.promise };
}

function deferred() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve: () => resolve() };
}
