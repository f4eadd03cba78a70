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

  get(key: string): KeyRecord | undefined {
    return this.#records.get(key);
  }

  /** The first event of a command stands for it. */
  add(record: KeyRecord): void {
    if (!this.#records.has(record.key)) this.#records.set(record.key, record);
  }

  /** Forgets what the index has: everything at or before its checkpoint. */
  forget(checkpoint: Position): void {
    for (const [key, { position }] of this.#records) {
      if (position > checkpoint) return; // in log order
      this.#records.delete(key);
    }
  }
}
