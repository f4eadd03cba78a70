import type { EventStore } from '../../domain/kernel/event-store.js';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import { eventTime } from './event-time.js';
import { CLOCKS_APART_MS, shifted } from './period.js';

/** So many positions are looked at for one time, should the first events have none. */
const PROBED = 64;

/**
 * A position that no event since this time is at or before, found by halving: a day of a long log begins at once. It reads
 * between positions, which only the embedded log allows, and that is the only one that is read without its server.
 */
export async function positionAt(store: Pick<EventStore, 'head' | 'readAll'>, since: string): Promise<Position> {
  const early = shifted(since, -CLOCKS_APART_MS);
  let [before, behind] = [ORIGIN, await store.head()];
  while (behind - before > PROBED) {
    const middle = Math.floor((before + behind) / 2) as Position;
    const time = await timeBehind(store, middle);
    if (time !== undefined && time < early) before = middle;
    else behind = middle;
  }
  return before;
}

/** Of the first event that has one. */
async function timeBehind(store: Pick<EventStore, 'readAll'>, after: Position): Promise<string | undefined> {
  for await (const { events } of store.readAll({ after, to: (after + PROBED) as Position })) {
    const time = events.map(eventTime).find((one) => one !== undefined);
    if (time !== undefined) return time;
  }
  return undefined;
}
