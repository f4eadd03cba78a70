import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ReadersQuestion } from './live-readers.js';
import type { ServerAnswer, ServerQuestion } from './live-server.js';

export type Usage = Extract<ServerAnswer, { readonly kind: 'usage' }>;

/** A server of streams in a process of its own. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(kind: 'bare' | 'hansard', readers: number): Promise<ServerProcess> {
    const child = begin('live-server.ts', [kind, String(readers)]);
    const [message] = (await once(child, 'message')) as [ServerAnswer];
    if (message.kind !== 'listening') throw new Error('the server did not begin');
    return new ServerProcess(child, message.port);
  }

  post(count: number): void {
    this.#ask({ kind: 'post', count });
  }

  /** CPU time so far; memory, meaningful when garbage was collected first. */
  async usage(collected: boolean): Promise<Usage> {
    this.#ask({ kind: 'usage', collected });
    const [message] = (await once(this.#child, 'message')) as [ServerAnswer];
    if (message.kind !== 'usage') throw new Error('the server did not say its usage');
    return message;
  }

  async stop(): Promise<void> {
    this.#ask({ kind: 'stop' });
    await once(this.#child, 'exit');
  }

  #ask(question: ServerQuestion): void {
    this.#child.send(question);
  }
}

/** Readers in a process of their own. */
export class ReadersProcess {
  readonly #child = begin('live-readers.ts', []);

  open(port: number, count: number): Promise<void> {
    return this.#ask({ kind: 'open', port, count });
  }

  /** Until the readers of that port have together been given so many events, hello counted. */
  reach(port: number, events: number): Promise<void> {
    return this.#ask({ kind: 'await', port, events });
  }

  async stop(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }

  async #ask(question: ReadersQuestion): Promise<void> {
    this.#child.send(question);
    await once(this.#child, 'message');
  }
}

function begin(file: string, parameters: readonly string[]): ChildProcess {
  return fork(new URL(file, import.meta.url), parameters, { execArgv: [...process.execArgv, '--expose-gc'] });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
