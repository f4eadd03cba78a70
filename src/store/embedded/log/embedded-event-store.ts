import { mkdirSync } from 'node:fs';
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
import { LogUnusableError, reasonOf } from './database.js';
import { LogReader } from './log-reader.js';
import { LogWriter } from './log-writer.js';
import { Tail } from './tail.js';
import { lockForWriting } from './writer-lock.js';

export interface EmbeddedEventStoreOptions {
  /** Holds `log.db`; made when it is not there. */
  readonly folder: string;
  /** The log failed: nothing can be written any more, and the process should end. */
  readonly onFatal?: (error: Error) => void;
  /** For tests of a full disk. */
  readonly maxPages?: number;
}

/** What can be done with a log that another process may be writing. */
export type ReadableLog = Pick<EventStore, 'readStream' | 'readAll' | 'head' | 'close'>;

/** A log in one SQLite file. One process writes it; others may read it meanwhile. */
export async function openEmbeddedEventStore({
  folder,
  onFatal = () => undefined,
  maxPages,
}: EmbeddedEventStoreOptions): Promise<EventStore> {
  makeFolder(folder);
  const unlock = lockForWriting(folder);
  let store: EmbeddedEventStore | undefined;
  const writer = new LogWriter({ folder, maxPages, onWritten: (written) => store?.tail.add(written), onFatal });
  try {
    const head = await writer.ready;
    const reader = new LogReader(folder);
    await reader.ready;
    store = new EmbeddedEventStore(writer, reader, new Tail(head), unlock);
    return store;
  } catch (error) {
    await writer.close();
    unlock();
    throw error;
  }
}

/** For reading alone, whether somebody writes the log or not. */
export async function openLogForReading(folder: string): Promise<ReadableLog> {
  const reader = new LogReader(folder);
  await reader.ready;
  return {
    readStream: (stream, options = {}) => reader.readStream(stream, options),
    async *readAll(options) {
      yield* reader.readAll({ ...options, to: options.to ?? (await reader.head()) });
    },
    head: () => reader.head(),
    close: () => reader.close(),
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new LogUnusableError(`The data folder ${folder} cannot be made: ${reasonOf(error)}.`, { cause: error });
  }
}

class EmbeddedEventStore implements EventStore {
  readonly tail: Tail;
  readonly #writer: LogWriter;
  readonly #reader: LogReader;
  readonly #unlock: () => void;
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(writer: LogWriter, reader: LogReader, tail: Tail, unlock: () => void) {
    this.#writer = writer;
    this.#reader = reader;
    this.tail = tail;
    this.#unlock = unlock;
  }

  async append(
    stream: StreamName,
    events: readonly ProposedEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendOutcome> {
    return this.#writer.append(stream, events, expected);
  }

  readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<readonly RecordedEvent[]> {
    return this.#reader.readStream(stream, options);
  }

  readAll(options: ReadAllOptions): AsyncIterable<EventBatch> {
    return this.#reader.readAll({ ...options, to: options.to ?? this.tail.head });
  }

  async *subscribe({ after, filter, signal }: SubscribeOptions): AsyncGenerator<EventBatch | CaughtUp> {
    const over = AbortSignal.any([signal, this.#closed.signal]);
    const wake = () => this.tail.wake();
    over.addEventListener('abort', wake, { once: true });
    try {
      let at = after === 'end' ? this.tail.head : after;
      let isCaughtUp = false;
      while (!over.aborted) {
        if (!this.tail.covers(at)) {
          isCaughtUp = false;
          for await (const batch of this.#reader.readAll({
            after: at,
            to: this.tail.head,
            ...(filter && { filter }),
            signal: over,
          })) {
            at = batch.position;
            yield batch;
          }
          continue;
        }
        const { events, position } = this.tail.after(at, filter);
        if (position > at) {
          at = position;
          yield { kind: 'events', events, position };
        } else if (!isCaughtUp) {
          isCaughtUp = true;
          yield { kind: 'caught-up', position: at };
        } else {
          await this.tail.grown();
        }
      }
    } finally {
      over.removeEventListener('abort', wake);
    }
  }

  head(): Promise<Position> {
    return Promise.resolve(this.tail.head);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#writer.close();
    this.#closed.abort();
    await this.#reader.close();
    this.#unlock();
  }
}
