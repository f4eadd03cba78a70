import { describe, expect, it } from 'vitest';
import { ORIGIN } from '../../../../src/domain/kernel/position.js';
import type { RecordedEvent } from '../../../../src/domain/kernel/event.js';
import type { EventStore } from '../../../../src/domain/kernel/event-store.js';
import { openLogForReading } from '../../../../src/store/embedded/log/read-only-event-store.js';
import {
  appended,
  event,
  eventsOf,
  freshStream,
  ids,
  logEvents,
  streamEvents,
} from '../../../contract/event-store/events.js';
import { Following } from '../../../contract/event-store/following.js';
import { AppendingProcess, type Acknowledged } from './appending-process.js';
import { freshFolder, openIn } from './engine.js';

/** Starting processes and threads takes its time on a busy machine. */
const PATIENCE = { timeout: 120_000 };

describe('a process that is killed in the middle of appending', PATIENCE, () => {
  it('leaves every acknowledged event, once, where it was acknowledged, and no gap; time and again', async () => {
    const folder = await freshFolder();
    const acknowledged: Acknowledged[] = [];
    for (const appends of [1, 40, 400]) {
      const child = await AppendingProcess.start(folder);
      await child.untilAcknowledged(appends);
      await child.kill();
      acknowledged.push(...child.acknowledged);
      const store = await openIn(folder);
      const events = await logEvents(store.readAll({ after: ORIGIN }));
      expectWhole(events);
      expectThere(events, acknowledged);
      // The next one goes on behind it.
      const [position] = await appended(store, freshStream(), [event()]);
      expect(position).toBe(events.length + 1);
      await store.close();
    }
  });
});

describe('a second process that wants to write', PATIENCE, () => {
  it('is refused with the number of the first one, and let in as soon as that is gone', async () => {
    const folder = await freshFolder();
    const child = await AppendingProcess.start(folder);
    await expect(openIn(folder)).rejects.toMatchObject({
      name: 'LogUnusableError',
      reason: 'in-use',
      message: `Another process (pid ${child.pid}) already writes to ${folder}: stop it or choose another folder.`,
    });
    await child.kill();
    const store = await openIn(folder);
    await appended(store, freshStream(), [event()]);
  });

  it('is refused within one process, too, until the first store is closed', async () => {
    const folder = await freshFolder();
    const first = await openIn(folder);
    await expect(openIn(folder)).rejects.toThrow(`This process already writes to ${folder}`);
    await appended(first, freshStream(), [event()]);
    await first.close();
    await openIn(folder);
  });
});

describe('a log that is read while another process writes it', PATIENCE, () => {
  it('has everything that was acknowledged before reading began, and no gap', async () => {
    const folder = await freshFolder();
    const child = await AppendingProcess.start(folder);
    const reader = await openLogForReading(folder);
    for (const appends of [50, 200, 400]) {
      await child.untilAcknowledged(appends);
      const acknowledged = [...child.acknowledged];
      const events = await logEvents(reader.readAll({ after: ORIGIN }));
      expectWhole(events);
      expectThere(events, acknowledged);
    }
    const { stream } = child.acknowledged[0] ?? { stream: '' };
    const [last] = await streamEvents(reader.readStream(freshStream(), { limit: 1 }));
    expect(last).toBeUndefined();
    expect(stream).not.toBe('');
    await child.kill();
    await reader.close();
  });

  it('can be followed', async () => {
    const folder = await freshFolder();
    const child = await AppendingProcess.start(folder);
    const reader = await openLogForReading(folder);
    const following = new Following(reader, { after: ORIGIN });
    await child.untilAcknowledged(300);
    await child.kill();
    const head = await reader.head();
    await following.reaches(head);
    await following.until(({ caughtUp }) => caughtUp > 0);
    expectWhole(following.events);
    expectThere(following.events, child.acknowledged);
    await reader.close();
    await following.ended;
  });
});

describe('a log that is opened for reading alone', PATIENCE, () => {
  it('is read when nobody writes it, and takes no appends', async () => {
    const folder = await freshFolder();
    const given = eventsOf(5);
    const stream = freshStream();
    const store = await openIn(folder);
    await appended(store, stream, given);
    await store.close();
    const reader = await openLogForReading(folder);
    expect(await reader.head()).toBe(5);
    expect(ids(await logEvents(reader.readAll({ after: ORIGIN })))).toEqual(ids(given));
    expect(ids(await streamEvents(reader.readStream(stream, { direction: 'backward', limit: 2 })))).toEqual(
      ids(given).toReversed().slice(0, 2),
    );
    await expect(reader.append(stream, given, 'any')).rejects.toThrow('opened for reading alone');
    await reader.close();
    await expect(reader.head()).rejects.toThrow('closed');
  });

  it('sees what the writer of the same process acknowledged', async () => {
    const folder = await freshFolder();
    const store = await openIn(folder);
    const reader = await openLogForReading(folder);
    for (let count = 1; count <= 10; count += 1) {
      await appended(store, freshStream(), [event()]);
      expect(await reader.head()).toBe(count);
    }
    await reader.close();
  });

  it('ends a subscription that waits when it is closed, and one whose signal is aborted', async () => {
    const folder = await freshFolder();
    await fill(folder);
    const reader = await openLogForReading(folder);
    const aborted = new Following(reader, { after: 'end' });
    const closed = new Following(reader, { after: 'end' });
    for (const each of [aborted, closed]) await each.until(({ caughtUp }) => caughtUp === 1);
    await aborted.stop();
    await reader.close();
    await closed.ended;
  });

  it('says so when there is none', async () => {
    const folder = await freshFolder();
    await expect(openLogForReading(folder)).rejects.toMatchObject({ name: 'LogUnusableError', reason: 'missing' });
  });
});

async function fill(folder: string): Promise<void> {
  const store: EventStore = await openIn(folder);
  await appended(store, freshStream(), eventsOf(3));
  await store.close();
}

/** Positions from 1 on, revisions of each stream from 0 on, every id once. */
function expectWhole(events: readonly RecordedEvent[]): void {
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  expect(new Set(ids(events)).size).toBe(events.length);
  const next = new Map<string, number>();
  for (const { stream, revision } of events) {
    expect(revision).toBe(next.get(stream) ?? 0);
    next.set(stream, revision + 1);
  }
}

function expectThere(events: readonly RecordedEvent[], acknowledged: readonly Acknowledged[]): void {
  expect(acknowledged.length).toBeGreaterThan(0);
  for (const { stream, ids: given, positions } of acknowledged) {
    const found = positions.map((position) => events[position - 1]);
    expect(found.map((one) => one?.id)).toEqual(given);
    expect(found.every((one) => one?.stream === stream)).toBe(true);
  }
}
