import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { LogUnusableError } from './log-error.js';
import { openForReading, type LogDatabase } from './log-file.js';
import { LogReader } from './log-reader.js';
import type { FromReader, ReaderData, ReadRequest, ToReader } from './protocol.js';

type Asked = Exclude<ToReader, 'end'>;

/** Answers one request after the other. What is short goes first: a command does not wait for somebody's replay. */
class ReaderThread {
  readonly #port: MessagePort;
  readonly #folder: string;
  /** Opened with the first request, because the log may only be made while this thread starts. */
  #open: { readonly db: LogDatabase; readonly reader: LogReader } | undefined;
  readonly #short: Asked[] = [];
  readonly #long: Asked[] = [];
  #ending = false;

  constructor(port: MessagePort, { folder }: ReaderData) {
    this.#port = port;
    this.#folder = folder;
    port.on('message', (message: ToReader) => this.#receive(message));
  }

  #receive(message: ToReader): void {
    this.#take(message);
    for (let next = this.#next(); next; next = this.#next()) this.#port.postMessage(this.#answer(next));
    if (!this.#ending) return;
    this.#port.close();
    this.#open?.db.close();
  }

  #next(): Asked | undefined {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      this.#take(next.message as ToReader);
    }
    return this.#short.shift() ?? this.#long.shift();
  }

  #take(message: ToReader): void {
    if (message === 'end') this.#ending = true;
    else (isLong(message.request) ? this.#long : this.#short).push(message);
  }

  #answer({ id, request }: Asked): FromReader {
    try {
      const { reader } = (this.#open ??= this.#opened());
      if (request.kind === 'head') return { kind: 'head', id, head: reader.head() };
      const { kind, range } = request;
      return { kind: 'batch', id, batch: kind === 'batch' ? reader.batch(range) : reader.withCare(range) };
    } catch (error) {
      if (error instanceof LogUnusableError)
        return { kind: 'unusable', id, reason: error.reason, message: error.message };
      return { kind: 'failed', id, message: error instanceof Error ? error.message : String(error) };
    }
  }

  #opened() {
    const db = openForReading(this.#folder);
    return { db, reader: new LogReader(db) };
  }
}

function isLong(request: ReadRequest): boolean {
  return request.kind === 'batch' && request.range.kind === 'all';
}

if (!parentPort) throw new Error('runs in a worker thread only');
new ReaderThread(parentPort, workerData as ReaderData);
