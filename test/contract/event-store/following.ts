import type { RecordedEvent } from '../../../src/domain/kernel/event.js';
import type { CaughtUp, EventBatch, EventStore, SubscribeOptions } from '../../../src/domain/kernel/event-store.js';
import type { Position } from '../../../src/domain/kernel/position.js';

/** A subscription that is consumed in the background; `perBatch` is what the consumer does with each batch. */
export class Following {
  readonly items: (EventBatch | CaughtUp)[] = [];
  readonly events: RecordedEvent[] = [];
  /** Resolves when the subscription has ended, rejects when it failed. */
  readonly ended: Promise<void>;
  readonly #stop = new AbortController();
  #waiting: (() => void)[] = [];

  constructor(
    store: EventStore,
    options: Omit<SubscribeOptions, 'signal'>,
    perItem: (item: EventBatch | CaughtUp) => Promise<void> | void = () => undefined,
  ) {
    this.ended = this.#consume(store.subscribe({ ...options, signal: this.#stop.signal }), perItem);
    this.ended.catch(() => undefined);
  }

  /** The last position it was told of. */
  get position(): Position | undefined {
    return this.items.at(-1)?.position;
  }

  get caughtUp(): number {
    return this.items.filter(({ kind }) => kind === 'caught-up').length;
  }

  /** Waits until the condition holds; fails when the subscription ends before. */
  async until(condition: (following: this) => boolean): Promise<void> {
    const over = this.ended.then(() => 'over' as const);
    while (!condition(this)) {
      const grown = new Promise<void>((resolve) => this.#waiting.push(resolve));
      if ((await Promise.race([grown, over])) === 'over' && !condition(this)) throw new Error('the subscription ended');
    }
  }

  async reaches(position: Position | undefined): Promise<void> {
    await this.until(() => this.position !== undefined && position !== undefined && this.position >= position);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }

  async #consume(
    subscription: AsyncIterable<EventBatch | CaughtUp>,
    perItem: (item: EventBatch | CaughtUp) => Promise<void> | void,
  ): Promise<void> {
    for await (const item of subscription) {
      this.items.push(item);
      if (item.kind === 'events') for (const event of item.events) this.events.push(event);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
      await perItem(item);
    }
  }
}
