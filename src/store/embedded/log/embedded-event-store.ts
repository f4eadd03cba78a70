import { mkdir } from 'node:fs/promises';
import type { ProposedEvent, RecordedEvent, StreamName } from '../../../domain/kernel/event.js';
import type {
  AppendOutcome,
  CaughtUp,
  EventBatch,
  EventStore,
  ExpectedRevision,
  ReadAllOptions,
  ReadStreamOptions,
  SubscribeOptions,
} from '../../../domain/kernel/event-store.js';
import type { Position } from '../../../domain/kernel/position.js';
import { logBatches, streamBatches } from './batches.js';
import { eventTexts } from './event-text.js';
import { follow } from './following.js';
import { asUnusable, LogFailedError } from './log-error.js';
import { LogReading } from './log-reading.js';
import { openLogWriting, type LogWriting } from './log-writing.js';
import type { TailLimits } from './tail.js';

export interface EmbeddedEventStoreOptions {
  /** Holds `log.db`; made when it is not there. */
  readonly folder: string;
  /**
   * Called once when the disk or a thread failed. Appends under way were rejected, none of them was acknowledged, and the
   * process has to end: what the file holds now is known only after it was opened again. The message is one sentence.
   */
  readonly onFatal?: ((error: Error) => void) | undefined;
  /** Called for each transaction that was synced, with the number of appends in it. */
  readonly onGroup?: ((appends: number) => void) | undefined;
  /** How far subscriptions may lag before they read from disk; default: 2,048 events, 8 million characters. */
  readonly tail?: TailLimits | undefined;
  /** The file grows to so many pages of 4 KiB at most; what comes then is what a full disk does. */
  readonly maxPages?: number | undefined;
}

/**
 * The log in one SQLite file. One thread writes, another one reads, and the event loop waits for no disk. Positions count
 * events from 1. Throws LogUnusableError when the log cannot be opened, also when another process writes to it.
 */
export async function openEmbeddedEventStore(options: EmbeddedEventStoreOptions): Promise<EventStore> {
  const { folder, onFatal } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw asUnusable(error, folder, 'written');
  });
  let store: EmbeddedEventStore | undefined;
  const onFailure = (error: Error) => store?.fail(error);
  // The reader opens the file when it is first asked, so both threads may start at once.
  const reading = new LogReading(folder, onFailure);
  try {
    store = new EmbeddedEventStore(await openLogWriting({ ...options, onFailure }), reading, onFatal);
    return store;
  } catch (error) {
    await reading.end();
    throw error;
  }
}

class EmbeddedEventStore implements EventStore {
  readonly #writing: LogWriting;
  readonly #reading: LogReading;
  readonly #onFatal: ((error: Error) => void) | undefined;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(writing: LogWriting, reading: LogReading, onFatal: ((error: Error) => void) | undefined) {
    this.#writing = writing;
    this.#reading = reading;
    this.#onFatal = onFatal;
  }

  async append(
    stream: StreamName,
    events: readonly ProposedEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendOutcome> {
    const texts = eventTexts(stream, events);
    return this.#writing.append(stream, expected, texts).catch((error: unknown): AppendOutcome => {
      // What the file holds is known when it is opened again.
      if (error instanceof LogFailedError) return { kind: 'unknown', reason: error.message };
      throw error;
    });
  }

  readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<readonly RecordedEvent[]> {
    return streamBatches(this.#reading, stream, options);
  }

  readAll(options: ReadAllOptions): AsyncIterable<EventBatch> {
    return logBatches(this.#reading, this.#writing.tail.head, options);
  }

  subscribe({ after, filter = {}, signal }: SubscribeOptions): AsyncIterable<EventBatch | CaughtUp> {
    const { tail } = this.#writing;
    const followed = {
      tail,
      ended: () => this.#ended(),
      readAll: (options: ReadAllOptions) => this.readAll(options),
    };
    return follow(followed, after === 'end' ? tail.head : after, filter, signal);
  }

  head(): Promise<Position> {
    return Promise.resolve(this.#writing.tail.head);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Ends everything that goes on. */
  fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#writing.tail.changed();
    this.#onFatal?.(error);
  }

  #ended(): boolean {
    if (this.#failure) throw this.#failure;
    return this.#closing !== undefined;
  }

  /** The writer last: whoever closes the file last tidies it up. */
  async #close(): Promise<void> {
    this.#writing.refuse();
    this.#writing.tail.changed();
    await this.#reading.end();
    await this.#writing.end();
  }
}
