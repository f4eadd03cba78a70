import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { unpackAppends } from './append-packing.js';
import { failureSentence, LogUnusableError } from './log-error.js';
import { openForWriting } from './log-file.js';
import { LogWriter } from './log-writer.js';
import type { FromWriter, ToWriter, WriterData } from './protocol.js';
import { lockForWriting } from './writer-lock.js';

/** Appends, and characters of their data and metadata, after which a group is full. */
const GROUP_APPENDS = 4_096;
const GROUP_CHARACTERS = 8 * 1024 * 1024;

/** Appends go into the open transaction as they come; it is committed, as one group, when no more is on its way. */
class WriterThread {
  readonly #port: MessagePort;
  readonly #writer: LogWriter;
  readonly #folder: string;
  readonly #close: () => void;
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
      this.#takeAll(message);
    } catch (error) {
      // The lock is kept: nobody may write here before this process has ended.
      this.#failed = true;
      this.#post({ kind: 'failed', message: failureSentence(error, this.#folder) });
    }
    if (!this.#ending) return;
    this.#port.close();
    this.#close();
  }

  /** What came while the group before was synced goes with it: fewer and larger groups, so fewer syncs. */
  #takeAll(message: ToWriter): void {
    let complete = this.#take(message);
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      complete = this.#take(next.message as ToWriter);
    }
    if (complete) this.#commit();
  }

  /** True when nothing more is on its way. */
  #take(message: ToWriter): boolean {
    if (message === 'end') {
      this.#ending = true;
      return true;
    }
    if (this.#failed) return true;
    for (const append of unpackAppends(message.appends)) {
      this.#writer.append(append);
      if (this.#writer.waiting >= GROUP_APPENDS || this.#writer.waitingCharacters >= GROUP_CHARACTERS) this.#commit();
    }
    return message.last;
  }

  #commit(): void {
    if (!this.#failed && this.#writer.waiting > 0) this.#post({ kind: 'answers', answers: this.#writer.commit() });
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
