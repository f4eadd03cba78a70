import { announcing } from '../../domain/attendance/announcing.js';
import type { HansardEvent } from '../../domain/catalogue/catalogue.js';
import { idOf, type EventId } from '../../domain/kernel/event.js';
import type { People } from '../../projections/directory/people.js';
import type { ViewListener } from '../node-view.js';

interface Change {
  readonly roomId: string;
  readonly by: 1 | -1;
}

/**
 * Says of each join and leave whether readers are told of it. What a room is in follows the log; joins and leaves that this
 * node has written and not yet seen come on top, so that a crowd that comes all at once is counted.
 */
export class Announcer implements ViewListener {
  readonly #people: People;
  readonly #limit: number;
  /** Rooms that passed the limit and have not come back below 80 % of it. */
  readonly #silent = new Set<string>();
  readonly #underWay = new Map<EventId, Change>();
  readonly #sums = new Map<string, number>();

  constructor(people: People, limit: number) {
    this.#people = people;
    this.#limit = limit;
  }

  /** Whether a join (1) or leave (-1) that is written next is told to readers. */
  isTold(roomId: string, by: 1 | -1): boolean {
    const count = this.#people.count(roomId);
    const on = !this.#silent.has(roomId) && count <= this.#limit;
    return announcing({ count, on }, count + (this.#sums.get(roomId) ?? 0) + by, this.#limit).on;
  }

  /** It is being written. */
  begin(id: EventId, change: Change): void {
    this.#underWay.set(id, change);
    this.#add(change.roomId, change.by);
  }

  /** It was seen in the log, or was not written. */
  end(id: EventId): void {
    const change = this.#underWay.get(id);
    if (!change) return;
    this.#underWay.delete(id);
    this.#add(change.roomId, -change.by);
  }

  onEvent(event: HansardEvent): void {
    if (event.type !== 'ParticipantJoined' && event.type !== 'ParticipantLeft') return;
    this.end(event.id);
    const roomId = idOf(event.stream);
    const count = this.#people.count(roomId);
    if (announcing({ count, on: !this.#silent.has(roomId) }, count, this.#limit).on) this.#silent.delete(roomId);
    else this.#silent.add(roomId);
  }

  onBatch(): void {
    // Nothing waits for the end of a batch.
  }

  #add(roomId: string, by: number): void {
    const sum = (this.#sums.get(roomId) ?? 0) + by;
    if (sum === 0) this.#sums.delete(roomId);
    else this.#sums.set(roomId, sum);
  }
}
