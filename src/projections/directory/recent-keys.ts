import type { Position } from '../../domain/kernel/position.js';

/** Where a command's idempotency mark was recorded. */
export interface KeyRecord {
  readonly key: string;
  readonly fingerprint: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly position: Position;
}

/** The marks that the read model `keys` may not have yet. */
export class RecentKeys {
  readonly #records = new Map<string, KeyRecord>();
  /** In the order of their positions. */
  readonly #holds = new Set<{ readonly position: Position }>();

  get(key: string): KeyRecord | undefined {
    return this.#records.get(key);
  }

  /** The first event of a command stands for it. */
  add(record: KeyRecord): void {
    if (!this.#records.has(record.key)) this.#records.set(record.key, record);
  }

  /**
   * Keeps every mark behind `position`, even when the index has it, until the answer is called: a command that found its key
   * nowhere at that position needs to look only here from then on.
   */
  hold(position: Position): () => void {
    const hold = { position };
    this.#holds.add(hold);
    return () => void this.#holds.delete(hold);
  }

  /** Forgets what the index has: everything at or before its checkpoint that is not held. */
  forget(checkpoint: Position): void {
    const [oldest] = this.#holds;
    const upTo = oldest && oldest.position < checkpoint ? oldest.position : checkpoint;
    for (const [key, { position }] of this.#records) {
      if (position > upTo) return; // in log order
      this.#records.delete(key);
    }
  }
}
