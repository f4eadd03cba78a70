import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { StreamName } from '../../../domain/kernel/event.js';
import type { AppendOutcome, ExpectedRevision } from '../../../domain/kernel/event-store.js';
import type { Position } from '../../../domain/kernel/position.js';
import { startWorker } from '../start-worker.js';
import { packAppends } from './append-packing.js';
import { LogClosedError, LogFailedError, LogUnusableError } from './log-error.js';
import type { Answers, Append, EventText, FromWriter, ToWriter, WriterData } from './protocol.js';
import { Tail, type TailLimits } from './tail.js';

/** Appends in one message: a message of more than about 128 KB takes fresh memory each time. */
const MESSAGE_APPENDS = 64;

interface Pending extends Append {
  readonly stream: StreamName;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: Error) => void;
}

export interface LogWritingOptions extends WriterData {
  readonly tail?: TailLimits | undefined;
  readonly onGroup?: ((appends: number) => void) | undefined;
  /** Called once, when nothing can be written any more. */
  readonly onFailure: (error: LogFailedError) => void;
}

/** Starts the writer thread. Throws LogUnusableError. */
export async function openLogWriting(options: LogWritingOptions): Promise<LogWriting> {
  const data: WriterData = { folder: options.folder, maxPages: options.maxPages };
  const worker = startWorker(new URL('./log-writer-worker.js', import.meta.url), data);
  const [first] = (await once(worker, 'message')) as [FromWriter];
  if (first.kind === 'ready') return new LogWriting(worker, new Tail(first.head as Position, options.tail), options);
  await once(worker, 'exit');
  if (first.kind === 'unusable') throw new LogUnusableError(first.reason, first.message);
  throw new Error(`the writer thread began with ${first.kind}`);
}

/** The main thread's side of the writer thread: sends appends in groups, hands what was written to the tail, then answers. */
export class LogWriting {
  readonly tail: Tail;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #onFailure: (error: LogFailedError) => void;
  readonly #onGroup: LogWritingOptions['onGroup'];
  /** Not sent yet. */
  #waiting: Pending[] = [];
  #sending = false;
  /** Sent and not answered yet, the oldest first. */
  readonly #sent: Pending[] = [];
  #closed: LogClosedError | undefined;
  #failed: LogFailedError | undefined;

  constructor(worker: Worker, tail: Tail, { folder, onFailure, onGroup }: LogWritingOptions) {
    this.tail = tail;
    this.#worker = worker;
    this.#onFailure = onFailure;
    this.#onGroup = onGroup;
    const died = (cause?: unknown) =>
      this.#fail(new LogFailedError(`The thread that writes the log in ${folder} died.`, { cause }));
    worker.on('message', (message: FromWriter) => {
      if (message.kind === 'answers') this.#answer(message.answers);
      else if (message.kind === 'failed') this.#fail(new LogFailedError(message.message));
    });
    worker.on('error', died);
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        if (!this.#closed || this.#sent.length > 0) died();
        resolve();
      });
    });
  }

  /** What is appended in one turn of the event loop becomes one group; the writer inserts its first part while the rest is made. */
  append(stream: StreamName, expected: ExpectedRevision, events: readonly EventText[]): Promise<AppendOutcome> {
    const refused = this.#failed ?? this.#closed;
    if (refused) return Promise.reject(refused);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ stream, expected, events, resolve, reject });
      if (this.#waiting.length >= MESSAGE_APPENDS) this.#send(false);
      if (this.#sending) return;
      this.#sending = true;
      setImmediate(() => {
        if (this.#sending) this.#send(true);
      });
    });
  }

  /** Appends from now on. */
  refuse(): void {
    this.#closed ??= new LogClosedError('the log is closed');
  }

  /** Lets the appends under way finish, then closes the file. */
  end(): Promise<void> {
    this.refuse();
    this.#send(true);
    this.#post('end');
    return this.#exited;
  }

  #send(last: boolean): void {
    const appends = this.#waiting;
    this.#waiting = [];
    if (last) this.#sending = false;
    for (const append of appends) this.#sent.push(append);
    this.#post({ appends: packAppends(appends), last });
  }

  #post(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  /** Subscribers are told first: whoever gets an answer finds the events in every subscription's next batch. */
  #answer({ written, others }: Answers): void {
    const answered = this.#sent.splice(0, written.length / 2);
    const outcomes = new Map(others);
    this.#onGroup?.(answered.length);
    for (const [index, { stream, events }] of answered.entries()) {
      if (!outcomes.has(index)) this.tail.push(stream, at(written, 2 * index + 1) - events.length + 1, events);
    }
    if (outcomes.size < answered.length) this.tail.changed();
    for (const [index, { events, resolve }] of answered.entries()) {
      resolve(outcomes.get(index) ?? committed(at(written, 2 * index), at(written, 2 * index + 1), events.length));
    }
  }

  #fail(error: LogFailedError): void {
    if (this.#failed) return;
    this.#failed = error;
    for (const { reject } of [...this.#sent.splice(0), ...this.#waiting.splice(0)]) reject(error);
    this.#onFailure(error);
  }
}

function committed(position: number, revision: number, count: number): AppendOutcome {
  const positions = [position as Position];
  for (let more = 1; more < count; more += 1) positions.push((position + more) as Position);
  return { kind: 'committed', revision, positions };
}

function at(numbers: readonly number[], index: number): number {
  const number = numbers[index];
  if (number === undefined) throw new Error('the writer gave too few answers');
  return number;
}
