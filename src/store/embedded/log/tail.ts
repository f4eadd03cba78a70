import { categoryOf, type RecordedEvent } from '../../../domain/kernel/event.js';
import type { EventFilter } from '../../../domain/kernel/event-store.js';
import type { Position } from '../../../domain/kernel/position.js';
import type { Written } from './log-writer.js';

/** Events that are kept in memory at least; twice as many at most. */
const KEPT = 8_192;
/** Events that a subscription is given at once. */
const BATCH = 512;

/** The end of the log in memory, and those who wait for it to grow. */
export class Tail {
  #events: RecordedEvent[] = [];
  #start: Position;
  #head: Position;
  #waiting: (() => void)[] = [];

  constructor(head: Position) {
    this.#start = head;
    this.#head = head;
  }

  get head(): Position {
    return this.#head;
  }

  /** Whether everything behind the position is here. */
  covers(after: Position): boolean {
    return after >= this.#start;
  }

  add(written: readonly Written[]): void {
    for (const { stream, events, revision, position } of written) {
      for (const [index, { id, type, data, metadata }] of events.entries()) {
        this.#head = (position + index) as Position;
        this.#events.push({ id, type, data, metadata, stream, revision: revision + index, position: this.#head });
      }
    }
    if (this.#events.length > 2 * KEPT) this.#trim();
    this.wake();
  }

  /** The next events behind the position, and up to where they reach. */
  after(
    position: Position,
    filter: EventFilter | undefined,
  ): { readonly events: readonly RecordedEvent[]; readonly position: Position } {
    const from = position - this.#start; // positions have no gaps
    const found = this.#events.slice(from, from + BATCH);
    const events = filter ? found.filter((event) => matches(filter, event)) : found;
    return { events, position: found.at(-1)?.position ?? position };
  }

  /** Resolves when there may be more than there was. */
  grown(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #trim(): void {
    this.#events = this.#events.slice(-KEPT);
    const [first] = this.#events;
    if (first) this.#start = (first.position - 1) as Position;
  }
}

function matches({ categories, streams, types }: EventFilter, { stream, type }: RecordedEvent): boolean {
  return (
    (!types || types.has(type)) &&
    (!streams || streams.has(stream)) &&
    (!categories || categories.includes(categoryOf(stream)))
  );
}
