import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Caller } from '../../domain/caller.js';
import { ORIGIN } from '../../domain/kernel/position.js';
import { chunkOf, type Batch } from './frame.js';
import type { Fan, Reader } from './reader.js';

const COMMENT = Buffer.from(':\n\n');
const COMMENT_CHUNK = chunkOf([COMMENT]);

/** Heartbeats that a reader may let pass without taking anything of what waits: a minute. */
const PATIENCE = 4;

/**
 * The writer of one event stream. The head and the end of the answer are Node's; chunks go to the socket as they are, since
 * framing one anew for every reader is what fan-out costs most. A reader who is live and lets more than `queueLimit` bytes
 * wait is cut off: it resumes from the log.
 */
export class SseSession implements Reader {
  readonly room = undefined;
  caller: Caller;
  fans: Set<Fan> | undefined = undefined;
  since = ORIGIN;
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #queueLimit: number;
  /** HTTP/1.0 knows no chunks. */
  readonly #chunked: boolean;
  #catchingUp: AbortController | undefined;
  /** It took too little. */
  isCutOff = false;
  #dismissed = false;
  #missed = 0;
  #taken = 0;

  /** The head of the answer must have been made, but need not have been sent. */
  constructor(response: ServerResponse, socket: Socket, caller: Caller, queueLimit: number) {
    this.caller = caller;
    this.#response = response;
    this.#socket = socket;
    this.#queueLimit = queueLimit;
    this.#chunked = response.chunkedEncoding;
  }

  get isOver(): boolean {
    return this.#dismissed || this.#socket.destroyed;
  }

  write(bytes: Buffer): void {
    this.#socket.write(this.#chunked ? chunkOf([bytes]) : bytes);
  }

  deliver(batch: Batch): void {
    if (this.#dismissed) return;
    const taken = this.#socket.write(this.#chunked ? batch.chunk : batch.bytes);
    if (!taken && this.#socket.writableLength > this.#queueLimit) this.#cutOff();
  }

  /** Waits until the reader has room for more. Resolves also when the stream is over. */
  async send(batch: Batch): Promise<void> {
    if (this.isOver || this.#socket.write(this.#chunked ? batch.chunk : batch.bytes)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#socket.off('drain', done).off('close', done);
        resolve();
      };
      this.#socket.on('drain', done).on('close', done);
    });
  }

  /** Aborted when the stream is over. */
  beginCatchUp(): AbortSignal {
    this.#catchingUp = new AbortController();
    if (this.isOver) this.#catchingUp.abort();
    return this.#catchingUp.signal;
  }

  endCatchUp(): void {
    this.#catchingUp?.abort();
    this.#catchingUp = undefined;
  }

  /** Keeps the connection alive; a reader who has taken nothing for a minute though something waits is cut off. */
  beat(): void {
    if (this.isOver) return;
    const taken = this.#socket.bytesWritten - this.#socket.writableLength;
    this.#missed = this.#socket.writableNeedDrain && taken === this.#taken ? this.#missed + 1 : 0;
    this.#taken = taken;
    if (this.#missed >= PATIENCE) this.#cutOff();
    else if (!this.#socket.writableNeedDrain) this.#socket.write(this.#chunked ? COMMENT_CHUNK : COMMENT);
  }

  dismiss(): void {
    if (this.isOver) return;
    this.#dismissed = true;
    this.#response.end();
    this.#catchingUp?.abort();
  }

  #cutOff(): void {
    this.isCutOff = true;
    this.#socket.destroy();
  }

  /** As after an error: the client comes back and resumes. */
  break(): void {
    this.#socket.destroy();
  }
}
