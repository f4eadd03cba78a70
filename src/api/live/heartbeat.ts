/** Something that gives a sign of life every period. */
export interface Beating {
  beat(): void;
}

const SLOTS = 30;

/**
 * One timer for everybody. Members are spread over the period, so that the beats of ten thousand are many short turns of
 * work and not one long one.
 */
export class Heartbeat {
  readonly #slots: readonly Set<Beating>[] = Array.from({ length: SLOTS }, () => new Set<Beating>());
  readonly #timer: NodeJS.Timeout;
  #now = 0;

  constructor(periodMs: number) {
    this.#timer = setInterval(() => this.#tick(), periodMs / SLOTS);
    this.#timer.unref();
  }

  /** The first beat comes a whole period from now. */
  add(member: Beating): void {
    this.#slots[this.#now]?.add(member);
  }

  remove(member: Beating): void {
    for (const slot of this.#slots) slot.delete(member);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#now = (this.#now + 1) % SLOTS;
    for (const member of this.#slots[this.#now] ?? []) member.beat();
  }
}
