import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORIGIN, type Position } from '../../../../src/domain/kernel/position.js';
import { behind, sizeOf, startOf } from '../../../../src/store/embedded/log/stretch.js';
import { Tail } from '../../../../src/store/embedded/log/tail.js';
import { appended, eventsOf, freshStream, ids } from '../../../contract/event-store/events.js';
import { Following } from '../../../contract/event-store/following.js';
import { freshFolder, openIn } from './engine.js';

describe('the tail', () => {
  it('gives from every position that it covers what lies behind it, and keeps no more than it may', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        sizes,
        fc.nat(50),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 100 }),
        (texts, opened, events, characters) => {
          const tail = new Tail(opened as Position, { events, characters });
          const stream = freshStream();
          for (const [n, text] of texts.entries()) {
            const data = JSON.stringify('x'.repeat(text));
            tail.push(stream, n, [{ id: String(n), type: 'T', data, metadata: '1' }]);
            expect(tail.head).toBe(opened + n + 1);
            expect(tail.covers(tail.head)).toBe(true);
            const covered = texts.slice(0, n + 2).flatMap((_, index) => {
              const position = (opened + index) as Position;
              return tail.covers(position) ? [position] : [];
            });
            expect(covered.length - 1).toBeLessThanOrEqual(events);
            for (const position of covered) {
              expect(tail.take(position).events.map((one) => one.position)).toEqual(
                Array.from({ length: tail.head - position }, (_, index) => position + index + 1),
              );
            }
            const kept = texts.slice(Number(covered[0] ?? tail.head) - opened, n + 1);
            expect(kept.reduce((sum, each) => sum + each + 3, 0)).toBeLessThanOrEqual(characters);
            expect(tail.covers((opened - 1) as Position)).toBe(false);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('gives one and the same object to everybody', () => {
    const tail = new Tail(ORIGIN);
    tail.push(freshStream(), 0, [{ id: 'a', type: 'T', data: '{"a":1}', metadata: '{}' }]);
    expect(tail.take(ORIGIN).events[0]).toBe(tail.take(ORIGIN).events[0]);
    expect(tail.take(ORIGIN).events[0]).toMatchObject({ id: 'a', data: { a: 1 }, revision: 0, position: 1 });
  });
});

describe('a subscriber that falls out of the tail', { timeout: 60_000 }, () => {
  it('reads from disk, comes back, and is told again that it has caught up', async () => {
    const store = await openIn(await freshFolder(), { tail: { events: 4 } });
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const following = new Following(store, { after: ORIGIN }, () => gate);
    await following.until(({ caughtUp }) => caughtUp === 1);
    const given = eventsOf(50);
    const stream = freshStream();
    for (const one of given) await appended(store, stream, [one]);
    go();
    await following.until(({ caughtUp }) => caughtUp === 2);
    expect(ids(following.events)).toEqual(ids(given));
    await following.stop();
  });
});

describe('a stretch', () => {
  const bound = fc.integer({ min: 0, max: 40 });

  it('is its start and what lies behind it, in either direction', () => {
    fc.assert(
      fc.property(
        bound,
        bound,
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom('forward', 'backward'),
        (first, length, size, direction) => {
          const whole = { first, last: first + length - 1 };
          const start = startOf(whole, size, direction);
          const rest = behind(whole, start, direction);
          const parts = direction === 'forward' ? [start, rest] : [rest, start];
          expect(parts.flatMap(numbers)).toEqual(numbers(whole));
          expect(sizeOf(start)).toBe(Math.min(size, length));
        },
      ),
    );
  });

  function numbers({ first, last }: { readonly first: number; readonly last: number }): readonly number[] {
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  }
});
