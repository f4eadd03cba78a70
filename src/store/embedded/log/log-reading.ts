import type { Worker } from 'node:worker_threads';
import type { RecordedEvent } from '../../../domain/kernel/event.js';
import type { Position } from '../../../domain/kernel/position.js';
import { startWorker } from '../start-worker.js';
import { LogClosedError, LogFailedError, LogUnusableError } from './log-error.js';
import type { Batch, Chunk, FromReader, Range, ReaderData, ReadRequest, ToReader } from './protocol.js';

interface Asked {
  readonly resolve: (answer: FromReader) => void;
  readonly reject: (error: Error) => void;
}

/** Events that were read, and what is left of the range. */
export interface Read {
  readonly events: readonly RecordedEvent[];
  readonly rest: Range | undefined;
}

/** The main thread's side of the reader thread. */
export class LogReading {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  #failure: Error | undefined;

  /** `onFailure`: the thread ended though nobody asked it to. */
  constructor(folder: string, onFailure: (error: Error) => void) {
    const data: ReaderData = { folder };
    this.#worker = startWorker(new URL('./log-reader-worker.js', import.meta.url), data);
    this.#worker.on('message', (answer: FromReader) => this.#settle(answer));
    const died = (cause?: unknown) => {
      if (this.#failure) return;
      const error = new LogFailedError(`The thread that reads the log in ${folder} died.`, { cause });
      this.#fail(error);
      onFailure(error);
    };
    this.#worker.on('error', died);
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        died();
        resolve();
      });
    });
  }

  async head(): Promise<Position> {
    const answer = await this.#ask({ kind: 'head' });
    if (answer.kind !== 'head') throw new Error('the reader gave no head');
    return answer.head as Position;
  }

  /** The next batch is read while the consumer works on this one. Ends early, without an error, when the signal is aborted. */
  async *read(range: Range, signal?: AbortSignal): AsyncGenerator<Read, undefined> {
    let next: Promise<Batch> | undefined = this.#batch(range);
    while (next && !signal?.aborted) {
      const { chunks, rest }: Batch = await next;
      next = rest && this.#batch(rest);
      // A consumer that stops here asks nobody about it any more.
      next?.catch(() => undefined);
      yield { events: await this.#parse(chunks), rest };
    }
  }

  end(): Promise<void> {
    this.#fail(new LogClosedError('the log is closed'));
    this.#post('end');
    return this.#exited;
  }

  async #parse(chunks: readonly Chunk[]): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for (const chunk of chunks) {
      for (const event of parsed(chunk) ?? (await this.#withCare(chunk))) events.push(event);
    }
    return events;
  }

  async #withCare({ range }: Chunk): Promise<readonly RecordedEvent[]> {
    const { chunks } = await this.#batch(range, 'with-care');
    return chunks.flatMap((chunk) => {
      const events = parsed(chunk);
      if (!events) throw new LogFailedError('The log could not be read: an event has no JSON form.');
      return events;
    });
  }

  async #batch(range: Range, kind: 'batch' | 'with-care' = 'batch'): Promise<Batch> {
    const answer = await this.#ask({ kind, range });
    if (answer.kind !== 'batch') throw new Error('the reader gave no batch');
    return answer.batch;
  }

  #ask(request: ReadRequest): Promise<FromReader> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#post({ id, request });
    });
  }

  #post(message: ToReader): void {
    this.#worker.postMessage(message);
  }

  #settle(answer: FromReader): void {
    const asked = this.#asked.get(answer.id);
    this.#asked.delete(answer.id);
    if (answer.kind === 'unusable') asked?.reject(new LogUnusableError(answer.reason, answer.message));
    else if (answer.kind === 'failed')
      asked?.reject(new LogFailedError(`The log could not be read: ${answer.message}`));
    else asked?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#asked.values()) reject(this.#failure);
    this.#asked.clear();
  }
}

/** Undefined when something in the chunk is no JSON. */
function parsed({ text, count }: Chunk): readonly RecordedEvent[] | undefined {
  try {
    const events = JSON.parse(text) as readonly RecordedEvent[];
    return events.length === count ? events : undefined;
  } catch {
    return undefined;
  }
}
