import type { Worker } from 'node:worker_threads';
import { GenerationGoneError } from '../../../projections/read-models.js';
import type { Answer, Message } from './protocol.js';

interface Waiting<Request> {
  readonly request: Request;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/** What SQLite says of a file that is no file of its any more. */
const DAMAGED = /malformed|not a database/;

export interface ChannelLimits {
  /** So many requests cross to the worker at once: one that comes next waits no longer than these take. */
  readonly atOnce: number;
  /** More that wait are refused with what this makes. */
  readonly waiting?: { readonly most: number; readonly refusal: () => Error };
}

const MANY_SMALL: ChannelLimits = { atOnce: 64 };

/**
 * Requests to a worker thread. What is asked while the worker is busy goes to it together, so that many small requests
 * cost the main thread few messages. A worker that dies fails everything that waits and everything asked later.
 */
export class WorkerChannel<Request> {
  readonly #worker: Worker;
  readonly #onDeath: (error: Error) => void;
  readonly #limits: ChannelLimits;
  readonly #exited: Promise<void>;
  /** The worker has opened the file; rejected when it cannot. */
  readonly ready: Promise<void>;
  readonly #queue: Waiting<Request>[] = [];
  #underWay: readonly Waiting<Request>[] = [];
  #failure: Error | undefined;
  #refusing = false;
  #ending = false;

  /** `onDeath`: called when the thread ends without having been told to, or finds the file damaged. */
  constructor(worker: Worker, onDeath: (error: Error) => void = () => undefined, limits = MANY_SMALL) {
    this.#worker = worker;
    this.#onDeath = onDeath;
    this.#limits = limits;
    this.ready = new Promise((resolve, reject) => {
      worker.once('message', () => {
        worker.on('message', (answers: readonly Answer[]) => this.#settle(answers));
        resolve();
      });
      worker.once('error', reject);
    });
    worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        const died = this.#ending
          ? undefined
          : (this.#failure ?? new Error('A thread of the read models ended by itself.'));
        this.#fail(died ?? new Error('the read models are closed'));
        if (died) onDeath(died);
        resolve();
      });
    });
  }

  ask(request: Request): Promise<string> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#refusing) return Promise.reject(new Error('the read models are closed'));
    const { waiting } = this.#limits;
    if (waiting && this.#queue.length >= waiting.most) return Promise.reject(waiting.refusal());
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject });
      if (this.#queue.length === 1 && this.#underWay.length === 0) queueMicrotask(() => this.#send());
    });
  }

  /** Asked from now on: refused. */
  refuse(): void {
    this.#refusing = true;
  }

  /** Answers what was asked before, then ends the worker. */
  end(): Promise<void> {
    this.#refusing = true;
    this.#ending = true;
    if (this.#queue.length === 0 && this.#underWay.length === 0) this.#post('end');
    return this.#exited;
  }

  #send(): void {
    if (this.#underWay.length > 0) return;
    this.#underWay = this.#queue.splice(0, this.#limits.atOnce);
    if (this.#underWay.length > 0) this.#post(this.#underWay.map(({ request }) => request));
    else if (this.#ending) this.#post('end');
  }

  #post(message: Message<Request>): void {
    this.#worker.postMessage(message);
  }

  #settle(answers: readonly Answer[]): void {
    const settled = this.#underWay;
    this.#underWay = [];
    this.#send();
    for (const [index, { resolve, reject }] of settled.entries()) {
      const answer = answers[index] ?? { failed: 'Error', reason: 'the worker gave no answer' };
      if (typeof answer === 'string') {
        resolve(answer);
        continue;
      }
      const error = errorOf(answer);
      if (DAMAGED.test(error.message)) this.#onDeath(error);
      reject(error);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of [...this.#underWay, ...this.#queue.splice(0)]) reject(error);
    this.#underWay = [];
  }
}

function errorOf({ failed, reason }: Exclude<Answer, string>): Error {
  return failed === 'GenerationGoneError' ? new GenerationGoneError(reason) : new Error(reason);
}
