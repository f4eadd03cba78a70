import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { unpackAppends } from './append-packing.js';
import { failureSentence, LogUnusableError } from './log-error.js';
import { openForWriting } from './log-file.js';
import { LogWriter } from './log-writer.js';
import type { Append, FromWriter, ToWriter, WriterData } from './protocol.js';
import { lockForWriting } from './writer-lock.js';

/** Characters after which a group is full. */
const GROUP_CHARACTERS = 8 * 1024 * 1024;

/** Fewer appends than this are never kept for the next group. */
const SMALL_GROUP = 64;

/** Everything that waits becomes a group; groups are written one after the other. */
class WriterThread {
  readonly #port: MessagePort;
  readonly #writer: LogWriter;
  readonly #folder: string;
  readonly #close: () => void;
  readonly #waiting: Append[] = [];
  #outstanding = 0;
  #ending = false;
  #failed = false;

  constructor(port: MessagePort, { folder, maxPages }: WriterData) {
    const unlock = lockForWriting(folder);
    try {
      const db = openForWriting(folder, { maxPages });
      this.#writer = new LogWriter(db);
      this.#close = () => {
        db.close();
        unlock();
      };
    } catch (error) {
      unlock();
      throw error;
    }
    this.#port = port;
    this.#folder = folder;
    port.on('message', (message: ToWriter) => this.#receive(message));
    this.#post({ kind: 'ready', head: this.#writer.head });
  }

  #receive(message: ToWriter): void {
    try {
      this.#take(message);
      if (!this.#failed) this.#writeAll();
    } catch (error) {
      // The lock is kept: nobody may write here before this process has ended.
      this.#failed = true;
      this.#post({ kind: 'failed', message: failureSentence(error, this.#folder) });
    }
    if (!this.#ending) return;
    this.#port.close();
    this.#close();
  }

  #take(message: ToWriter): void {
    if (message === 'end') {
      this.#ending = true;
      return;
    }
    for (const append of unpackAppends(message.appends)) this.#waiting.push(append);
    this.#outstanding = message.outstanding;
  }

  #writeAll(): void {
    while (this.#hasWaiting()) {
      const group = this.#waiting.splice(0, this.#groupSize());
      this.#post({ kind: 'answers', answers: this.#writer.commit(group) });
    }
  }

  #hasWaiting(): boolean {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      this.#take(next.message as ToWriter);
    }
    return this.#waiting.length > 0;
  }

  /**
   * Half of what has no answer yet, so that the main thread prepares one half while the other is written. Appenders that
   * wait for their answers would otherwise all be in one group, and one of the two threads idle.
   */
  #groupSize(): number {
    const most = Math.max(SMALL_GROUP, Math.ceil(this.#outstanding / 2));
    let size = 0;
    for (let characters = 0; size < this.#waiting.length && size < most && characters < GROUP_CHARACTERS; size += 1) {
      for (const { data, metadata } of this.#waiting[size]?.events ?? []) characters += data.length + metadata.length;
    }
    return size;
  }

  #post(message: FromWriter): void {
    this.#port.postMessage(message);
  }
}

function start(port: MessagePort | null): void {
  if (!port) throw new Error('runs in a worker thread only');
  try {
    new WriterThread(port, workerData as WriterData);
  } catch (error) {
    if (!(error instanceof LogUnusableError)) throw error;
    const refusal: FromWriter = { kind: 'unusable', reason: error.reason, message: error.message };
    port.postMessage(refusal);
    port.close();
  }
}

start(parentPort);
