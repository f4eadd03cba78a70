import { randomBytes } from 'node:crypto';
import type { Caller } from '../../domain/caller.js';

const LIFETIME_MS = 30_000;

interface Ticket {
  readonly caller: Caller;
  readonly until: number;
}

/** One-time passes to the stream for browsers, whose EventSource cannot send a token. Held in memory, by this node alone. */
export class Tickets {
  readonly #tickets = new Map<string, Ticket>();
  readonly #now: () => number;

  /** `now` in milliseconds, never going back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Valid for 30 seconds. */
  issue(caller: Caller): string {
    this.#forget();
    const ticket = randomBytes(16).toString('base64url');
    this.#tickets.set(ticket, { caller, until: this.#now() + LIFETIME_MS });
    return ticket;
  }

  /** Whom it was issued to; undefined when it is unknown, was used, or its time is over. */
  redeem(ticket: string): Caller | undefined {
    this.#forget();
    const found = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    return found?.caller;
  }

  /** All live equally long, so the oldest are the first to end. */
  #forget(): void {
    const now = this.#now();
    for (const [ticket, { until }] of this.#tickets) {
      if (until > now) return;
      this.#tickets.delete(ticket);
    }
  }
}
