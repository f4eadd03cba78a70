import type { RecordedEvent } from '../domain/kernel/event.js';
import type { CaughtUp, EventBatch } from '../domain/kernel/event-store.js';
import { ORIGIN, type Position } from '../domain/kernel/position.js';

/** Everything that came while the consumer was at work, in log order. */
export interface Waiting {
  readonly events: readonly RecordedEvent[];
  /** Everything up to here was looked at. */
  readonly position: Position;
  /** The subscription was caught up at some place of this stretch. */
  readonly caughtUp: boolean;
}

export interface ReadAheadOptions {
  /** Reading pauses while so many events wait: bounded memory, and the size of the consumer's transactions. */
  readonly maxEvents: number;
  readonly signal: AbortSignal;
}

/**
 * A subscription that reads on while its consumer works. A consumer that is behind is given everything that waits as one,
 * so that its transactions grow and it catches up; one that keeps up is given each batch as it comes.
 *
 * Ends when the subscription ends or the signal is aborted; a failure of the subscription comes after what came before it.
 */
export async function* readAhead(
  subscribe: (signal: AbortSignal) => AsyncIterable<EventBatch | CaughtUp>,
  { maxEvents, signal }: ReadAheadOptions,
): AsyncGenerator<Waiting, undefined> {
  const ending = new AbortController();
  const inbox = new Inbox(maxEvents);
  const stop = () => ending.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const reading = fill(inbox, subscribe(ending.signal));
  try {
    for (let waiting = await inbox.take(); waiting; waiting = await inbox.take()) yield waiting;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    inbox.close();
    await reading;
  }
}

async function fill(inbox: Inbox, subscription: AsyncIterable<EventBatch | CaughtUp>): Promise<void> {
  try {
    for await (const item of subscription) {
      inbox.put(item);
      await inbox.room();
      if (inbox.closed) break;
    }
    inbox.end();
  } catch (error) {
    inbox.end(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Between one who puts and one who takes. */
class Inbox {
  readonly #max: number;
  #events: RecordedEvent[] = [];
  #position = ORIGIN;
  #caughtUp = false;
  #filled = false;
  #ended = false;
  #failure: Error | undefined;
  #wakeTaker: (() => void) | undefined;
  #wakeReader: (() => void) | undefined;
  closed = false;

  constructor(max: number) {
    this.#max = max;
  }

  put(item: EventBatch | CaughtUp): void {
    if (item.kind === 'caught-up') this.#caughtUp = true;
    else for (const event of item.events) this.#events.push(event);
    this.#position = item.position;
    this.#filled = true;
    this.#wakeTaker?.();
  }

  async room(): Promise<void> {
    while (this.#events.length >= this.#max && !this.closed)
      await new Promise<void>((resolve) => (this.#wakeReader = resolve));
  }

  /** `undefined`: ended, and everything was taken. */
  async take(): Promise<Waiting | undefined> {
    while (!this.#filled && !this.#ended) await new Promise<void>((resolve) => (this.#wakeTaker = resolve));
    if (this.#filled) return this.#empty();
    if (this.#failure) throw this.#failure;
    return undefined;
  }

  end(failure?: Error): void {
    this.#ended = true;
    this.#failure = failure;
    this.#wakeTaker?.();
  }

  /** Nothing is taken any more. */
  close(): void {
    this.closed = true;
    this.#wakeReader?.();
  }

  #empty(): Waiting {
    const waiting = { events: this.#events, position: this.#position, caughtUp: this.#caughtUp };
    this.#events = [];
    this.#caughtUp = false;
    this.#filled = false;
    this.#wakeReader?.();
    return waiting;
  }
}
