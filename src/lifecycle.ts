import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.js';

interface Phase {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
}

/** What was started, stopped in reverse: each in its own time, the next whatever became of the last. */
export class Lifecycle {
  readonly #phases: Phase[] = [];
  readonly #logger: Logger;
  readonly #phaseTimeoutMs: number;
  #stopping: Promise<boolean> | undefined;

  constructor(logger: Logger, phaseTimeoutMs: number) {
    this.#logger = logger;
    this.#phaseTimeoutMs = phaseTimeoutMs;
  }

  /** Call it as soon as something runs that has to be stopped. */
  started(name: string, stop: Phase['stop']): void {
    this.#phases.push({ name, stop });
  }

  /** True when every phase ended well and in time. Asked again it gives the same answer. */
  stop(): Promise<boolean> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<boolean> {
    let well = true;
    for (const phase of this.#phases.toReversed()) well = (await this.#stopOne(phase)) && well;
    return well;
  }

  async #stopOne({ name, stop }: Phase): Promise<boolean> {
    const over = new AbortController();
    const late = delay(this.#phaseTimeoutMs, 'late' as const, { signal: over.signal, ref: false }).catch(
      () => 'late' as const,
    );
    try {
      const ended = await Promise.race([Promise.resolve(stop()).then(() => 'ended' as const), late]);
      if (ended === 'late')
        this.#logger.error({ phase: name, timeoutMs: this.#phaseTimeoutMs }, 'shutdown phase did not end in time');
      return ended === 'ended';
    } catch (error) {
      this.#logger.error({ phase: name, err: error }, 'shutdown phase failed');
      return false;
    } finally {
      over.abort();
    }
  }
}
