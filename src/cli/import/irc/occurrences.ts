import { createHash } from 'node:crypto';

/**
 * Numbers equal lines. The key of a line is made of what it says and of its number among equal ones, never of the file
 * or the line number: the same line in another file, or in another cut of the same log, has the same key.
 *
 * A file that begins where the log read so far ends goes on counting. One that begins earlier shows the same stretch of
 * time again, so it counts for itself and its lines meet those that were already read.
 */
export class Occurrences {
  readonly #total = new Map<string, number>();
  #file = new Map<string, number>();
  #continues = true;

  beginFile(continues: boolean): void {
    this.#file = new Map();
    this.#continues = continues;
  }

  /** How many equal lines came before this one. */
  number(parts: readonly string[]): number {
    const line = createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
    const total = this.#total.get(line) ?? 0;
    const number = this.#continues ? total : (this.#file.get(line) ?? 0);
    if (!this.#continues) this.#file.set(line, number + 1);
    this.#total.set(line, Math.max(total, number + 1));
    return number;
  }
}
