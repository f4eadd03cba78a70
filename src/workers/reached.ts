import { ORIGIN, type Position } from '../domain/kernel/position.js';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Waiter {
  readonly position: Position;
  readonly settle: (reached: boolean) => void;
}

/** A position that moves on, and those who wait until it is somewhere. */
export class Reached {
  readonly #waiters = new Set<Waiter>();
  #position = ORIGIN;
  #final = false;

  moveTo(position: Position): void {
    this.#position = position;
    for (const waiter of this.#waiters) if (waiter.position <= position) waiter.settle(true);
  }

  /** It will not move on any more: nobody waits in vain. */
  end(): void {
    this.#final = true;
    for (const waiter of this.#waiters) waiter.settle(false);
  }

  /** What had ended goes on after all. */
  again(): void {
    this.#final = false;
  }

  /** False after the timeout, and at once when the signal is aborted or nothing moves any more. */
  wait(position: Position, { timeoutMs, signal }: WaitOptions): Promise<boolean> {
    if (position <= this.#position) return Promise.resolve(true);
    if (this.#final || signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const giveUp = () => waiter.settle(false);
      const timer = setTimeout(giveUp, timeoutMs);
      const waiter: Waiter = {
        position,
        settle: (reached) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          this.#waiters.delete(waiter);
          resolve(reached);
        },
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiters.add(waiter);
    });
  }
}
