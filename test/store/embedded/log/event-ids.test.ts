import { describe, expect, it } from 'vitest';
import {
  appended,
  event,
  eventsOf,
  freshStream,
  ids,
  positionsOf,
  streamEvents,
} from '../../../contract/event-store/events.js';
import { sharedLog } from '../../../contract/event-store/opened.js';
import { embedded } from './engine.js';

/** Beyond the contract: the embedded log knows every event id for good, whatever revision was expected. */
describe('an event id is in the log once', { timeout: 60_000 }, () => {
  const store = sharedLog(embedded('embedded'));

  it.each(['any', 'no-stream'] as const)('an id of another stream is a conflict (expected: %s)', async (expected) => {
    const given = event();
    await appended(store(), freshStream(), [given]);
    const stream = freshStream();
    const head = await store().head();
    expect(await store().append(stream, [event(), given], expected)).toEqual({ kind: 'conflict', revision: undefined });
    expect(await store().append(stream, [given], expected)).toEqual({ kind: 'conflict', revision: undefined });
    expect(await streamEvents(store().readStream(stream))).toEqual([]);
    expect(await store().append(stream, [event()], 'stream-exists')).toEqual({ kind: 'conflict', revision: undefined });
    expect(await store().head()).toBe(head);
    const positions = await appended(store(), stream, eventsOf(2), 'no-stream');
    expect(positions).toEqual([head + 1, head + 2]);
  });

  it.each([
    ['the first of two', 0],
    ['the second of two', 1],
  ])('any revision, and %s is known already: a conflict that writes nothing', async (_, which) => {
    const stream = freshStream();
    const known = event();
    await appended(store(), stream, [known]);
    const given = which === 0 ? [known, event()] : [event(), known];
    expect(await store().append(stream, given, 'any')).toEqual({ kind: 'conflict', revision: 0 });
    expect(ids(await streamEvents(store().readStream(stream)))).toEqual([known.id]);
    const [position] = await appended(store(), stream, [event()], 0);
    expect(position).toBe(await store().head());
  });

  it('any revision: known events one behind the other are a repeat, with the positions they have', async () => {
    const stream = freshStream();
    const given = eventsOf(3);
    const positions = [];
    for (const one of given) {
      positions.push(...(await appended(store(), stream, [one])));
      await appended(store(), freshStream(), [event()]);
    }
    expect(await store().append(stream, given, 'any')).toEqual({ kind: 'committed', revision: 2, positions });
    expect(await store().append(stream, given.slice(1), 'stream-exists')).toEqual({
      kind: 'committed',
      revision: 2,
      positions: positions.slice(1),
    });
    const conflict = { kind: 'conflict', revision: 2 };
    expect(await store().append(stream, given.toReversed(), 'any')).toEqual(conflict);
    expect(await store().append(stream, [...given.slice(0, 1), ...given.slice(2)], 'any')).toEqual(conflict);
  });

  it('of two appends with one id in one group the second meets the first', async () => {
    const [stream, other] = [freshStream(), freshStream()];
    const given = event();
    const [first, repeat, elsewhere, next] = await Promise.all([
      store().append(stream, [given], 'any'),
      store().append(stream, [given], 'any'),
      store().append(other, [given], 'any'),
      store().append(stream, [event()], 0),
    ]);
    expect(first.kind).toBe('committed');
    expect(repeat).toEqual(first);
    expect(elsewhere).toEqual({ kind: 'conflict', revision: undefined });
    expect(next).toMatchObject({ kind: 'committed', revision: 1 });
    expect(positionsOf(next)).toEqual([(positionsOf(first)[0] ?? 0) + 1]);
  });
});
