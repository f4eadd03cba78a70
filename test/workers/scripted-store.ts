import { categoryOf, type RecordedEvent } from '../../src/domain/kernel/event.js';
import type { CaughtUp, EventBatch, EventStore, SubscribeOptions } from '../../src/domain/kernel/event-store.js';
import { ORIGIN, type Position } from '../../src/domain/kernel/position.js';

/** A log in memory that gives its events as the test says, and fails when the test says so. */
export class ScriptedStore implements Pick<EventStore, 'subscribe' | 'head'> {
  readonly events: RecordedEvent[];
  readonly batchSize: number;
  /** Subscriptions break when they get here, once. */
  breakAt: Position | undefined;
  subscriptions = 0;
  /** Events that were handed out, counted once for each subscription. */
  given = 0;
  readonly #wake = new Set<() => void>();

  constructor(events: RecordedEvent[], batchSize = 10) {
    this.events = events;
    this.batchSize = batchSize;
  }

  head(): Promise<Position> {
    return Promise.resolve(this.#head());
  }

  /** Events were put into the list: tells the subscriptions. */
  tell(): void {
    for (const wake of this.#wake) wake();
  }

  async *subscribe({ after, filter, signal }: SubscribeOptions): AsyncGenerator<EventBatch | CaughtUp, undefined> {
    this.subscriptions += 1;
    let position = after === 'end' ? this.#head() : after;
    let caughtUp = false;
    while (!signal.aborted) {
      const from = position;
      const next = this.events.filter((event) => event.position > from).slice(0, this.batchSize);
      const last = next.at(-1);
      if (last) {
        this.#breakIfTold(last.position);
        position = last.position;
        const events = next.filter(({ stream }) => filter?.categories?.includes(categoryOf(stream)) ?? true);
        this.given += events.length;
        yield { kind: 'events', events, position };
      } else if (!caughtUp) {
        caughtUp = true;
        yield { kind: 'caught-up', position };
      } else await this.#more(signal);
    }
  }

  #head(): Position {
    return this.events.at(-1)?.position ?? ORIGIN;
  }

  #breakIfTold(position: Position): void {
    if (this.breakAt === undefined || position < this.breakAt) return;
    this.breakAt = undefined;
    throw new Error('connection lost');
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#wake.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wake.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
