import type { ProposedEvent, StreamName } from '../../../domain/kernel/event.js';
import {
  InvalidAppendError,
  MAX_APPEND_BYTES,
  type AppendOutcome,
  type ExpectedRevision,
} from '../../../domain/kernel/event-store.js';
import type { Position } from '../../../domain/kernel/position.js';
import { startWorker } from '../start-worker.js';
import type { AppendAnswer, AppendRequest, EventText, WriterData, WriterMessage, WriterReply } from './protocol.js';

/** The log cannot be written any more: the disk failed or is full. Nothing was acknowledged that is not on it. */
export class LogFailedError extends Error {
  override readonly name = 'LogFailedError';
}

/** An append that was made just now, in the order of the log. */
export interface Written {
  readonly stream: StreamName;
  readonly events: readonly ProposedEvent[];
  /** Of the first event. */
  readonly revision: number;
  readonly position: Position;
}

interface Waiting {
  readonly stream: StreamName;
  readonly events: readonly ProposedEvent[];
  readonly request: AppendRequest;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: Error) => void;
}

export interface LogWriterOptions extends WriterData {
  /** Called before the appends are answered. */
  readonly onWritten: (written: readonly Written[]) => void;
  readonly onFatal: (error: Error) => void;
}

/** Appends that cross to the thread at once, and so the most that one transaction holds. */
const AT_ONCE = 2_000;

/** Hands appends to the writing thread; what is asked while it is busy goes there together and is one transaction. */
export class LogWriter {
  readonly #worker;
  readonly #options: LogWriterOptions;
  readonly #queue: Waiting[] = [];
  readonly #exited: Promise<void>;
  #underWay: readonly Waiting[] = [];
  #failure: Error | undefined;
  #ending = false;
  /** Position of the last event at the start. */
  readonly ready: Promise<Position>;

  constructor(options: LogWriterOptions) {
    this.#options = options;
    const { folder, maxPages } = options;
    const data: WriterData = { folder, maxPages };
    const worker = startWorker(new URL('./log-writer-worker.js', import.meta.url), data);
    this.#worker = worker;
    this.ready = new Promise((resolve, reject) => {
      worker.on('message', (reply: WriterReply) => {
        if (reply.kind === 'ready') resolve(reply.head as Position);
        else if (reply.kind === 'answers') this.#settle(reply.answers);
        else this.#fail(new LogFailedError(sentenceOf(folder, reply.reason)));
      });
      worker.on('error', (error) => {
        const failure = error instanceof Error ? error : new Error(String(error));
        reject(failure);
        this.#fail(failure);
      });
    });
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#fail(new LogFailedError(`The log in ${folder} is closed.`));
        resolve();
      });
    });
  }

  append(stream: StreamName, events: readonly ProposedEvent[], expected: ExpectedRevision): Promise<AppendOutcome> {
    const request = { stream, expected, events: textsOf(events) };
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#ending) return Promise.reject(new LogFailedError('The log is closed.'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ stream, events, request, resolve, reject });
      if (this.#queue.length === 1 && this.#underWay.length === 0) queueMicrotask(() => this.#send());
    });
  }

  /** Lets what was asked before finish. Idempotent. */
  async close(): Promise<void> {
    if (!this.#ending) {
      this.#ending = true;
      if (this.#queue.length === 0 && this.#underWay.length === 0) this.#post('end');
    }
    await this.#exited;
  }

  #send(): void {
    if (this.#underWay.length > 0) return;
    this.#underWay = this.#queue.splice(0, AT_ONCE);
    if (this.#underWay.length > 0) this.#post(this.#underWay.map(({ request }) => request));
    else if (this.#ending) this.#post('end');
  }

  #post(message: WriterMessage): void {
    this.#worker.postMessage(message);
  }

  #settle(answers: readonly AppendAnswer[]): void {
    const settled = this.#underWay;
    this.#underWay = [];
    this.#send(); // the thread works on while this one tells
    const written = settled.flatMap(({ stream, events }, index): Written[] => {
      const answer = answers[index];
      if (answer?.kind !== 'committed' || answer.repeated) return [];
      return [{ stream, events, revision: answer.revision - events.length + 1, position: answer.first as Position }];
    });
    if (written.length > 0) this.#options.onWritten(written);
    for (const [index, { events, resolve }] of settled.entries()) {
      const answer = answers[index];
      if (answer) resolve(outcomeOf(answer, events.length));
    }
  }

  #fail(error: Error): void {
    const first = this.#failure === undefined;
    this.#failure ??= error;
    for (const { reject } of [...this.#underWay, ...this.#queue.splice(0)]) reject(this.#failure);
    this.#underWay = [];
    if (first && !this.#ending) this.#options.onFatal(error);
  }
}

function outcomeOf(answer: AppendAnswer, count: number): AppendOutcome {
  if (answer.kind === 'conflict') return answer;
  const positions = Array.from({ length: count }, (_, index) => (answer.first + index) as Position);
  return { kind: 'committed', revision: answer.revision, positions };
}

function textsOf(events: readonly ProposedEvent[]): readonly EventText[] {
  if (events.length === 0) throw new InvalidAppendError('An append needs an event.');
  const texts = events.map(({ id, type, data, metadata }): EventText => [id, type, jsonOf(data), jsonOf(metadata)]);
  if (events.length > 1 && new Set(events.map(({ id }) => id)).size < events.length)
    throw new InvalidAppendError('An append holds an event id twice.');
  if (isTooLong(texts)) throw new InvalidAppendError(`An append may have ${MAX_APPEND_BYTES} bytes.`);
  return texts;
}

function jsonOf(value: object): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new InvalidAppendError('An event must be JSON.', { cause: error });
  }
  if (!text.startsWith('{')) throw new InvalidAppendError('An event must be a JSON object.');
  return text;
}

/** Bytes are counted only where the characters do not settle it. */
function isTooLong(texts: readonly EventText[]): boolean {
  let characters = 0;
  for (const [, , data, metadata] of texts) characters += data.length + metadata.length;
  if (characters * 3 <= MAX_APPEND_BYTES) return false;
  let bytes = 0;
  for (const [, , data, metadata] of texts) bytes += Buffer.byteLength(data) + Buffer.byteLength(metadata);
  return bytes > MAX_APPEND_BYTES;
}

function sentenceOf(folder: string, reason: string): string {
  const full = /full/i.test(reason) ? ' The disk is full: make room, then start again.' : '';
  return `The log in ${folder} could not be written (${reason}).${full} Everything acknowledged is on the disk; the rest was refused.`;
}
