import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { ProposedEvent, StreamName } from '../../../src/domain/kernel/event.js';
import type { EventFilter } from '../../../src/domain/kernel/event-store.js';
import type { Position } from '../../../src/domain/kernel/position.js';
import type { EventStoreEngine } from './engine.js';
import { all, appended, event, eventsOf, freshStream, ids, logEvents } from './events.js';
import { sharedLog } from './opened.js';

interface Placed {
  readonly stream: StreamName;
  readonly event: ProposedEvent;
  readonly position: Position;
}

const MANY = 2_400;

export function readAllContract(engine: EventStoreEngine): void {
  describe('read the whole log', () => {
    const store = sharedLog(engine);
    const streams = [freshStream('room'), freshStream('transcript'), freshStream('transcript'), freshStream('receipt')];
    const placed: Placed[] = [];
    let start: Position;
    let end: Position;
    const read = async (filter?: EventFilter) =>
      ids(await logEvents(store().readAll({ after: start, to: end, ...(filter && { filter }) })));
    const having = (matches: (one: Placed) => boolean) => ids(placed.filter(matches).map((one) => one.event));

    beforeAll(async () => {
      start = await store().head();
      for (let n = 0; n < MANY; n += 12) {
        const stream = streams[(n / 12) % streams.length] ?? freshStream();
        const given = Array.from({ length: 12 }, (_, index) => event({ n: n + index }, `Type${index % 3}`));
        const positions = await appended(store(), stream, given);
        for (const [index, one] of given.entries()) {
          placed.push({ stream, event: one, position: positions[index] ?? start });
        }
      }
      end = await store().head();
    });

    it('gives every event once, in the order of the log', async () => {
      const events = await logEvents(store().readAll({ after: start }));
      expect(ids(events)).toEqual(having(() => true));
      expect(events.map(({ position }) => position)).toEqual(placed.map(({ position }) => position));
      expect(events.map(({ stream }) => stream)).toEqual(placed.map(({ stream }) => stream));
    });

    it('any cuts of the log make the same whole', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(MANY - 1), { maxLength: 6 }), async (cuts) => {
          const positions = cuts.map((cut) => placed[cut]?.position ?? end);
          const bounds = [start, ...positions.toSorted((a, b) => a - b), end];
          const parts: string[] = [];
          for (const [index, to] of bounds.slice(1).entries()) {
            parts.push(...ids(await logEvents(store().readAll({ after: bounds[index] ?? start, to }))));
          }
          expect(parts).toEqual(having(() => true));
        }),
        { numRuns: 15 },
      );
    });

    it('the position of each batch is that of what was looked at, the last one is `to`', async () => {
      const to = placed[MANY - 5]?.position ?? end;
      const batches = await all(store().readAll({ after: start, to }));
      expect(batches.at(-1)?.position).toBe(to);
      let last = start;
      for (const { events, position } of batches) {
        for (const one of events) {
          expect(one.position).toBeGreaterThan(last);
          last = one.position;
        }
        expect(position).toBeGreaterThanOrEqual(last);
        last = position;
      }
    });

    it('the last position is `to` also where nothing matched', async () => {
      const batches = await all(store().readAll({ after: start, to: end, filter: { types: new Set(['Nothing']) } }));
      expect(batches.flatMap(({ events }) => events)).toEqual([]);
      expect(batches.at(-1)?.position).toBe(end);
    });

    it('stops at the head of its beginning', async () => {
      const head = await store().head();
      let grown = false;
      let last: Position | undefined;
      for await (const { position } of store().readAll({ after: start })) {
        if (!grown) await appended(store(), freshStream(), eventsOf(3));
        grown = true;
        last = position;
      }
      expect(last).toBe(head);
    });

    it('behind the head, or behind `to`, there is nothing', async () => {
      const head = await store().head();
      expect(await logEvents(store().readAll({ after: head }))).toEqual([]);
      expect(await logEvents(store().readAll({ after: end, to: start }))).toEqual([]);
    });

    it('filters by stream category', async () => {
      const [room] = streams;
      expect(await read({ categories: ['room'] })).toEqual(having(({ stream }) => stream === room));
      expect(await read({ categories: ['room', 'transcript'] })).toEqual(having(({ stream }) => stream !== streams[3]));
      expect(await read({ categories: ['transcrip'] })).toEqual([]);
      expect(await read({ categories: [] })).toEqual([]);
    });

    it('filters by stream', async () => {
      const wanted = new Set<string>(streams.slice(1, 3));
      expect(await read({ streams: wanted })).toEqual(having(({ stream }) => wanted.has(stream)));
      expect(await read({ streams: new Set() })).toEqual([]);
    });

    it('filters by event type', async () => {
      const types = new Set(['Type0', 'Type2']);
      expect(await read({ types })).toEqual(having((one) => types.has(one.event.type)));
    });

    it('gives what matches every part of a filter', async () => {
      const streamSet = new Set<string>(streams.slice(0, 2));
      const filter = { categories: ['transcript'], streams: streamSet, types: new Set(['Type1']) };
      expect(await read(filter)).toEqual(
        having(({ stream, event: one }) => stream === streams[1] && one.type === 'Type1'),
      );
    });

    it('ends when the signal is aborted', async () => {
      const reading = new AbortController();
      const batches: number[] = [];
      for await (const { events } of store().readAll({ after: start, signal: reading.signal })) {
        batches.push(events.length);
        reading.abort();
      }
      expect(batches).toHaveLength(1);
    });
  });
}
