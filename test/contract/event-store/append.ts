import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidAppendError, MAX_APPEND_BYTES, type ExpectedRevision } from '../../../src/domain/kernel/event-store.js';
import type { EventStoreEngine } from './engine.js';
import { appended, event, eventsOf, freshStream, ids, metadata, streamEvents } from './events.js';
import { sharedLog } from './opened.js';

/** Revision of the last event before the append, what is expected, and whether that is right. */
const EXPECTATIONS: readonly (readonly [last: number | undefined, ExpectedRevision, 'committed' | 'conflict'])[] = [
  [undefined, 'any', 'committed'],
  [undefined, 'no-stream', 'committed'],
  [undefined, 'stream-exists', 'conflict'],
  [undefined, 0, 'conflict'],
  [undefined, -1, 'conflict'],
  [0, 'any', 'committed'],
  [0, 'no-stream', 'conflict'],
  [0, 'stream-exists', 'committed'],
  [0, 0, 'committed'],
  [0, 1, 'conflict'],
  [4, 'any', 'committed'],
  [4, 'no-stream', 'conflict'],
  [4, 'stream-exists', 'committed'],
  [4, 4, 'committed'],
  [4, 3, 'conflict'],
  [4, 5, 'conflict'],
];

export function appendContract(engine: EventStoreEngine): void {
  describe('append', () => {
    const store = sharedLog(engine);

    it.each(EXPECTATIONS)('a stream at revision %s, expected %s: %s', async (last, expected, kind) => {
      const stream = freshStream();
      const before = last === undefined ? [] : eventsOf(last + 1);
      if (before.length > 0) await appended(store(), stream, before);
      const given = eventsOf(2);
      const outcome = await store().append(stream, given, expected);
      if (kind === 'committed') {
        expect(outcome).toMatchObject({ kind, revision: before.length + 1 });
        expect(ids(await streamEvents(store().readStream(stream)))).toEqual(ids([...before, ...given]));
      } else {
        expect(outcome).toEqual({ kind, revision: last });
        expect(ids(await streamEvents(store().readStream(stream)))).toEqual(ids(before));
      }
    });

    it('gives revisions from 0 on, and the positions at which the events are read', async () => {
      const stream = freshStream();
      const first = await appended(store(), stream, eventsOf(3));
      const second = await appended(store(), stream, eventsOf(2));
      const read = await streamEvents(store().readStream(stream));
      expect(read.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
      expect(read.map(({ position }) => position)).toEqual([...first, ...second]);
      expect(read.map(({ position }) => position)).toEqual([...first, ...second].sort((a, b) => a - b));
      expect(new Set([...first, ...second]).size).toBe(5);
    });

    it('moves the head to the last event, and leaves it when there was a conflict', async () => {
      const stream = freshStream();
      const positions = await appended(store(), stream, eventsOf(2));
      expect(await store().head()).toBe(positions.at(-1));
      await store().append(stream, eventsOf(2), 'no-stream');
      expect(await store().head()).toBe(positions.at(-1));
    });

    it('gives back what was given', async () => {
      const stream = freshStream();
      const given = event({ text: 'Grüße', nested: { list: [1, null, { a: true }] } }, 'AnyType');
      const [position] = await appended(store(), stream, [given]);
      const { id, type, data } = given;
      expect(await streamEvents(store().readStream(stream))).toStrictEqual([
        { id, type, data, metadata, stream, revision: 0, position },
      ]);
    });

    it('keeps any JSON as it is', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { maxKeys: 4 }), {
            minLength: 1,
            maxLength: 4,
          }),
          async (values) => {
            const stream = freshStream();
            const written = values.map((value) => JSON.parse(JSON.stringify(value)) as object);
            await appended(
              store(),
              stream,
              written.map((value) => event(value)),
            );
            const read = await streamEvents(store().readStream(stream));
            expect(read.map(({ data }) => data)).toStrictEqual(written);
          },
        ),
        { numRuns: 25 },
      );
    });

    it.each(['', '\u0000', '\ud800', '\u2028\u2029', '\ufffd', '"\\\n', '𝄞 👩‍👩‍👧', 'א\u202e'])(
      'keeps the text %j',
      async (text) => {
        const stream = freshStream();
        await appended(store(), stream, [event({ text })]);
        const [read] = await streamEvents(store().readStream(stream));
        expect(read).toMatchObject({ data: { text } });
        expect(read).not.toHaveProperty('damagedSha256');
      },
    );

    it('refuses an append without events', async () => {
      await expect(store().append(freshStream(), [], 'any')).rejects.toThrow(InvalidAppendError);
    });

    it.each([
      ['a bigint', { n: 1n }],
      ['a circle', circle()],
      ['a function', () => undefined],
    ])('refuses %s, and writes nothing of the append', async (_, data) => {
      const stream = freshStream();
      const outcome = store().append(stream, [event(), event(data)], 'any');
      await expect(outcome).rejects.toThrow(InvalidAppendError);
      expect(await streamEvents(store().readStream(stream))).toEqual([]);
    });

    it('refuses the same id twice in one append', async () => {
      const stream = freshStream();
      const one = event();
      await expect(store().append(stream, [one, event(), one], 'any')).rejects.toThrow(InvalidAppendError);
      expect(await streamEvents(store().readStream(stream))).toEqual([]);
    });

    it('takes an append of exactly the limit, and refuses one byte more', async () => {
      const stream = freshStream();
      const [full, over] = [0, 1].map((more) => {
        const room = MAX_APPEND_BYTES - bytes(metadata) - bytes({ text: '' }) + more;
        return event({ text: `${'ü'.repeat(100)}${'x'.repeat(room - 200)}` });
      });
      if (!full || !over) throw new Error('two events');
      await expect(store().append(stream, [over], 'any')).rejects.toThrow(InvalidAppendError);
      await appended(store(), stream, [full], 'no-stream');
      expect(ids(await streamEvents(store().readStream(stream)))).toEqual([full.id]);
    });

    it('counts all events of an append against the limit', async () => {
      const half = 'x'.repeat(MAX_APPEND_BYTES / 2);
      const append = store().append(freshStream(), [event({ half }), event({ half })], 'any');
      await expect(append).rejects.toThrow(InvalidAppendError);
    });

    it('16 writers to one stream lose nothing', async () => {
      const stream = freshStream();
      const writers = Array.from({ length: 16 }, async (_, writer) => {
        const given = Array.from({ length: 20 }, (__, n) => [event({ writer, n }), event({ writer, n, second: true })]);
        for (const pair of given) await appended(store(), stream, pair);
        return given.flat();
      });
      const given = (await Promise.all(writers)).flat();
      const read = await streamEvents(store().readStream(stream));
      expect(read.map(({ revision }) => revision)).toEqual(given.map((_, index) => index));
      expect(ids(read).toSorted()).toEqual(ids(given).toSorted());
      for (let index = 0; index < read.length; index += 2) {
        expect(read[index + 1]?.data).toStrictEqual({ ...Object(read[index]?.data), second: true });
      }
    });

    it('of 16 writers that expect the same revision one succeeds, and the others are told where the stream is', async () => {
      const stream = freshStream();
      const given = Array.from({ length: 16 }, () => event());
      const outcomes = await Promise.all(given.map((one) => store().append(stream, [one], 'no-stream')));
      expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'conflict')).toEqual(
        Array.from({ length: 15 }, () => ({ kind: 'conflict', revision: 0 })),
      );
      expect(await streamEvents(store().readStream(stream))).toHaveLength(1);
    });

    it('16 writers that try again after each conflict lose nothing', async () => {
      const stream = freshStream();
      const given = Array.from({ length: 16 }, () => event());
      await Promise.all(
        given.map(async (one) => {
          for (let expected: ExpectedRevision = 'no-stream'; ;) {
            const outcome = await store().append(stream, [one], expected);
            if (outcome.kind === 'committed') return;
            if (outcome.kind === 'conflict') expected = outcome.revision ?? 'no-stream';
          }
        }),
      );
      expect(ids(await streamEvents(store().readStream(stream))).toSorted()).toEqual(ids(given).toSorted());
    });

    it('appends to different streams do not disturb one another', async () => {
      const streams = Array.from({ length: 50 }, () => freshStream());
      const outcomes = await Promise.all(
        streams.map((stream, index) => store().append(stream, eventsOf(2), index % 2 === 0 ? 'no-stream' : 7)),
      );
      expect(outcomes.map(({ kind }) => kind)).toEqual(
        streams.map((_, index) => (index % 2 === 0 ? 'committed' : 'conflict')),
      );
    });
  });
}

function circle(): object {
  const self: { self?: object } = {};
  self.self = self;
  return self;
}

function bytes(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
