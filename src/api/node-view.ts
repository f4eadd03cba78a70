import { setTimeout as delay } from 'node:timers/promises';
import type { HansardEvent } from '../domain/catalogue/catalogue.js';
import { catalogue } from '../domain/catalogue/catalogue.js';
import { isParked } from '../domain/kernel/catalogue.js';
import type { RecordedEvent } from '../domain/kernel/event.js';
import type { EventBatch, EventStore } from '../domain/kernel/event-store.js';
import type { Position } from '../domain/kernel/position.js';
import type { Directory } from '../projections/directory/directory.js';
import type { Logger } from './logger.js';

/** Hears every event behind the start, in log order, after the directory has taken it in. */
export interface ViewListener {
  onEvent(event: HansardEvent, recorded: RecordedEvent): void;
  /** Everything of a batch was heard; the directory's position is that of the batch. */
  onBatch(): void;
}

interface Waiter {
  readonly position: Position;
  readonly resolve: () => void;
}

/** Keeps the directory current by one subscription and tells the listeners: the only way in which a node learns what happened. */
export class NodeView {
  readonly #listeners: ViewListener[] = [];
  readonly directory: Directory;
  readonly #store: EventStore;
  readonly #logger: Logger;
  #waiters: Waiter[] = [];

  constructor(directory: Directory, store: EventStore, logger: Logger) {
    this.directory = directory;
    this.#store = store;
    this.#logger = logger;
  }

  get position(): Position {
    return this.directory.position;
  }

  listen(listener: ViewListener): void {
    this.#listeners.push(listener);
  }

  /** Resolves when everything up to `position` was taken in. */
  reached(position: Position): Promise<void> {
    if (position <= this.position) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ position, resolve }));
  }

  /** False when the time is over first. */
  async reachedWithin(position: Position, timeoutMs: number): Promise<boolean> {
    if (position <= this.position) return true;
    const over = new AbortController();
    const late = delay(timeoutMs, false, { signal: over.signal }).catch(() => false);
    const reached = await Promise.race([this.reached(position).then(() => true), late]);
    over.abort();
    return reached;
  }

  /** Follows the log from where the directory is, until the signal; `onCaughtUp` is called the first time it is current. */
  async follow(signal: AbortSignal, onCaughtUp: () => void): Promise<void> {
    let announced = false;
    for await (const item of this.#store.subscribe({ after: this.position, signal })) {
      if (item.kind === 'events') this.#take(item);
      else if (!announced) {
        announced = true;
        onCaughtUp();
      }
    }
  }

  #take({ events, position }: EventBatch): void {
    for (const recorded of events) {
      const event = catalogue.decode(recorded);
      if (isParked(event)) {
        const { stream, revision, position: at } = recorded;
        this.#logger.error({ stream, revision, position: at, reason: event.reason }, 'event parked');
      } else {
        this.directory.apply(event);
        this.directory.advance(recorded.position);
        for (const listener of this.#listeners) listener.onEvent(event, recorded);
      }
    }
    this.directory.advance(position);
    for (const listener of this.#listeners) listener.onBatch();
    this.#wake();
  }

  #wake(): void {
    if (this.#waiters.length === 0) return;
    const due = this.#waiters.filter((waiter) => waiter.position <= this.position);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.position > this.position);
    for (const { resolve } of due) resolve();
  }
}
