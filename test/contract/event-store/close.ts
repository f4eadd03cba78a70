import { describe, expect, it } from 'vitest';
import type { EventStoreEngine } from './engine.js';
import { appended, event, eventsOf, freshStream, ids, streamEvents } from './events.js';
import { Following } from './following.js';
import { ownLogs } from './opened.js';

export function closeContract(engine: EventStoreEngine): void {
  describe('close', () => {
    const ownLog = ownLogs(engine);

    it('lets the appends under way finish', async () => {
      const log = await ownLog();
      const stream = freshStream();
      const given = Array.from({ length: 50 }, () => event());
      const outcomes = given.map((one) => log.store.append(stream, [one], 'any'));
      await log.store.close();
      expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(given.map(() => 'committed'));
      const again = await log.reopen();
      expect(ids(await streamEvents(again.readStream(stream)))).toEqual(ids(given));
    });

    it('refuses appends from then on, and writes nothing of them', async () => {
      const log = await ownLog();
      const stream = freshStream();
      const closing = log.store.close();
      await expect(log.store.append(stream, [event()], 'any')).rejects.toThrow();
      await closing;
      await expect(log.store.append(stream, [event()], 'any')).rejects.toThrow();
      expect(await streamEvents((await log.reopen()).readStream(stream))).toEqual([]);
    });

    it('ends subscriptions that wait, without an error', async () => {
      const { store } = await ownLog();
      const following = new Following(store, { after: 'end' });
      await following.until(({ caughtUp }) => caughtUp === 1);
      await store.close();
      await following.ended;
    });

    it('ends subscriptions that are catching up, without an error', async () => {
      const log = await ownLog();
      const start = await log.store.head();
      const stream = freshStream();
      for (let n = 0; n < 30; n += 1) await appended(log.store, stream, eventsOf(100));
      const store = await log.reopen();
      let closing: Promise<void> | undefined;
      const following = new Following(store, { after: start }, () => {
        closing ??= store.close();
      });
      await following.ended;
      await closing;
      expect(following.events.length).toBeLessThan(3_000);
      expect(following.caughtUp).toBe(0);
    });

    it('a subscription that was asked for and never begun does no harm', async () => {
      const { store } = await ownLog();
      const subscription = store.subscribe({ after: 'end', signal: new AbortController().signal });
      await store.close();
      for await (const item of subscription) expect.unreachable(item.kind);
    });

    it('closes once, however often it is asked to', async () => {
      const { store } = await ownLog();
      await Promise.all([store.close(), store.close()]);
      await store.close();
    });
  });
}
