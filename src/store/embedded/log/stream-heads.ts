import type { StatementSyncInstance } from '@photostructure/sqlite';
import { row, type LogDatabase } from './log-file.js';

export interface StreamHead {
  /** Undefined: there is no such stream. */
  readonly id: number | undefined;
  /** Of the last event, -1 before the first one. */
  readonly revision: number;
}

const NO_STREAM: StreamHead = { id: undefined, revision: -1 };

/** Heads kept at hand; each costs about 150 bytes. */
const KEPT = 50_000;

/** The last revision of every stream: those that were lately appended to are known, the others are looked up. */
export class StreamHeads {
  readonly #lookUp: StatementSyncInstance;
  /** The one used longest ago comes first. */
  readonly #known = new Map<string, StreamHead>();

  constructor(db: LogDatabase) {
    this.#lookUp = db.prepare(`
      SELECT id, (SELECT max(revision) FROM events WHERE stream = streams.id) FROM streams WHERE name = ?
    `);
  }

  of(stream: string): StreamHead {
    const known = this.#known.get(stream);
    if (known) return known;
    const found = row(this.#lookUp, stream);
    return found ? { id: Number(found[0]), revision: Number(found[1] ?? -1) } : NO_STREAM;
  }

  set(stream: string, head: StreamHead): void {
    this.#known.delete(stream);
    this.#known.set(stream, head);
    if (this.#known.size <= KEPT) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}
