import type { RecordedEvent } from '../../../domain/kernel/event.js';
import type { EventBatch, ReadAllOptions, ReadStreamOptions } from '../../../domain/kernel/event-store.js';
import type { EventId, StreamName } from '../../../domain/kernel/event.js';
import type { Position } from '../../../domain/kernel/position.js';
import { startWorker } from '../start-worker.js';
import type { ReaderData, ReaderMessage, ReadReply, ReadRequest } from './protocol.js';

type RowTuple = readonly [
  position: number,
  stream: string,
  revision: number,
  id: string,
  type: string,
  data: unknown,
  metadata: unknown,
  damagedSha256?: string,
];

interface Batch {
  readonly events: readonly RecordedEvent[];
  readonly reached: number;
  readonly done: boolean;
}

interface Waiting {
  readonly resolve: (reply: ReadReply) => void;
  readonly reject: (error: Error) => void;
}

/** Reads the file on a thread of its own; each reply is one JSON text, parsed here at one go. */
export class LogReader {
  readonly #worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  readonly ready: Promise<void>;
  #asked = 0;
  #failure: Error | undefined;

  constructor(folder: string) {
    const data: ReaderData = { folder };
    const worker = startWorker(new URL('./log-reader-worker.js', import.meta.url), data);
    this.#worker = worker;
    this.ready = new Promise((resolve, reject) => {
      worker.once('message', () => {
        worker.on('message', (reply: ReadReply) => this.#settle(reply));
        resolve();
      });
      worker.once('error', reject);
    });
    worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#fail(new Error('The log is closed.'));
        resolve();
      });
    });
  }

  async head(): Promise<Position> {
    return (await this.#batch({ kind: 'head' })).reached as Position;
  }

  /** The next batch is read while the last one is worked on. */
  async *readAll({
    after,
    to,
    filter,
    signal,
  }: ReadAllOptions & { readonly to: Position }): AsyncGenerator<EventBatch> {
    const ask = (from: number) => this.#batch({ kind: 'all', after: from, to, filter });
    for (let next = ask(after); !signal?.aborted;) {
      const { events, reached, done } = await next;
      if (!done) {
        next = ask(reached);
        next.catch(() => undefined); // met where it is awaited, if it is
      }
      if (events.length > 0 || done) yield { kind: 'events', events, position: reached as Position };
      if (done) return;
    }
  }

  async *readStream(
    stream: StreamName,
    { from, direction = 'forward', limit = Number.MAX_SAFE_INTEGER, signal }: ReadStreamOptions,
  ): AsyncGenerator<readonly RecordedEvent[]> {
    const backward = direction === 'backward';
    let [start, left] = [from, limit];
    while (left > 0 && !signal?.aborted) {
      const { events, reached, done } = await this.#batch({
        kind: 'stream',
        stream,
        from: start,
        backward,
        limit: left,
      });
      if (events.length > 0) yield events;
      left -= events.length;
      start = backward ? reached - 1 : reached + 1;
      if (done || start < 0) return;
    }
  }

  async close(): Promise<void> {
    if (!this.#failure) this.#post('end');
    await this.#exited;
  }

  async #batch(request: ReadRequest): Promise<Batch> {
    const { rows, reached, done } = await this.#ask(request, false);
    return { events: (parsed(rows) ?? (await this.#carefully(request))).map(eventOf), reached, done };
  }

  /** Once more, with what is damaged told apart. */
  async #carefully(request: ReadRequest): Promise<readonly RowTuple[]> {
    const { rows } = await this.#ask(request, true);
    return JSON.parse(rows) as readonly RowTuple[];
  }

  #ask(request: ReadRequest, careful: boolean): Promise<ReadReply> {
    if (this.#failure) return Promise.reject(this.#failure);
    const ask = (this.#asked += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(ask, { resolve, reject });
      this.#post({ ask, request, careful });
    });
  }

  #post(message: ReaderMessage): void {
    this.#worker.postMessage(message);
  }

  #settle(reply: ReadReply): void {
    const waiting = this.#waiting.get(reply.ask);
    this.#waiting.delete(reply.ask);
    if (reply.error === undefined) waiting?.resolve(reply);
    else waiting?.reject(new Error(`The log could not be read: ${reply.error}`));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

function parsed(rows: string): readonly RowTuple[] | undefined {
  try {
    return JSON.parse(rows) as readonly RowTuple[];
  } catch {
    return undefined;
  }
}

function eventOf([position, stream, revision, id, type, data, metadata, damagedSha256]: RowTuple): RecordedEvent {
  return {
    id: id as EventId,
    type,
    data,
    metadata,
    stream: stream as StreamName,
    revision,
    position: position as Position,
    ...(damagedSha256 !== undefined && { damagedSha256 }),
  };
}
