import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedEvent, StreamName } from '../../../domain/kernel/event.js';
import type {
  AppendOutcome,
  CaughtUp,
  EventBatch,
  EventStore,
  ReadAllOptions,
  ReadStreamOptions,
  SubscribeOptions,
} from '../../../domain/kernel/event-store.js';
import type { Position } from '../../../domain/kernel/position.js';
import { logBatches, streamBatches } from './batches.js';
import { LogClosedError } from './log-error.js';
import { LogReading } from './log-reading.js';

/** How long after a commit of another process a subscription may learn of it. */
const POLL_MS = 50;

/**
 * The log of another process, or of none that runs now: read and followed, not written. Throws LogUnusableError when there is
 * no log in the folder.
 */
export async function openLogForReading(folder: string): Promise<EventStore> {
  const reading = new LogReading(folder, () => undefined);
  try {
    await reading.head();
  } catch (error) {
    await reading.end();
    throw error;
  }
  return new ReadOnlyEventStore(reading);
}

class ReadOnlyEventStore implements EventStore {
  readonly #reading: LogReading;
  readonly #closing = new AbortController();
  #ended: Promise<void> | undefined;

  constructor(reading: LogReading) {
    this.#reading = reading;
  }

  append(): Promise<AppendOutcome> {
    return Promise.reject(new LogClosedError('the log was opened for reading alone'));
  }

  readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<readonly RecordedEvent[]> {
    return streamBatches(this.#reading, stream, options);
  }

  async *readAll(options: ReadAllOptions): AsyncGenerator<EventBatch, undefined> {
    yield* logBatches(this.#reading, await this.head(), options);
  }

  subscribe({ after, filter = {}, signal }: SubscribeOptions): AsyncIterable<EventBatch | CaughtUp> {
    const start = after === 'end' ? this.head() : Promise.resolve(after);
    // Nobody may ever iterate.
    start.catch(() => undefined);
    return this.#follow(start, filter, AbortSignal.any([signal, this.#closing.signal]));
  }

  head(): Promise<Position> {
    return this.#reading.head();
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#ended ??= this.#reading.end();
    return this.#ended;
  }

  async *#follow(
    start: Promise<Position>,
    filter: NonNullable<SubscribeOptions['filter']>,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch | CaughtUp, undefined> {
    try {
      let position = await start;
      for (let told = false; !signal.aborted;) {
        const behind = position;
        for await (const batch of this.readAll({ after: position, filter, signal })) {
          position = batch.position;
          yield batch;
        }
        if (position > behind) continue;
        if (!told) yield { kind: 'caught-up', position };
        told = true;
        await delay(POLL_MS, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
