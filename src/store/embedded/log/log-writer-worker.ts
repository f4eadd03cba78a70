import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { unpackAppends } from './append-packing.js';
import { failureSentence, LogUnusableError } from './log-error.js';
import { openForWriting } from './log-file.js';
import { LogWriter } from './log-writer.js';
import type { Append, FromWriter, ToWriter, WriterData } from './protocol.js';
import { lockForWriting } from './writer-lock.js';

/** Appends, and characters of their data and metadata, after which a group is full. */
const GROUP_APPENDS = 4_096;
const GROUP_CHARACTERS = 8 * 1024 * 1024;

/** Everything that waits becomes a group; groups are written one after the other. */
class WriterThread {
  readonly #port: MessagePort;
  readonly #writer: LogWriter;
  readonly #folder: string;
  readonly #close: () => void;
  readonly #waiting: Append[] = [];
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
      // Whoever waits for the last message of a turn has fewer and larger groups, so fewer syncs.
      if (this.#take(message) && !this.#failed) this.#writeAll();
    } catch (error) {
      // The lock is kept: nobody may write here before this process has ended.
      this.#failed = true;
      this.#post({ kind: 'failed', message: failureSentence(error, this.#folder) });
    }
    if (!this.#ending) return;
    this.#port.close();
    this.#close();
  }

  /** True when nothing more is on its way. */
  #take(message: ToWriter): boolean {
    if (message === 'end') {
      this.#ending = true;
      return true;
    }
    for (const append of unpackAppends(message.appends)) this.#waiting.push(append);
    return message.last;
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

  #groupSize(): number {
    let size = 0;
    for (let characters = 0; size < this.#waiting.length && size < GROUP_APPENDS; size += 1) {
      if (characters >= GROUP_CHARACTERS) break;
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
