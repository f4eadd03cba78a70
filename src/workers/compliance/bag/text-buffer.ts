const SMALL = 1024;

/** Text as UTF-8 outside of the heap: megabytes of strings that wait for the disk would keep the garbage collector busy. */
export class TextBuffer {
  #bytes = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(text: string): void {
    const needed = this.#length + text.length * 3; // a UTF-16 unit has at most three bytes
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** The bytes so far; they are overwritten by what is appended after `clear`. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Keeps the memory: getting it from the system anew costs more than filling it. */
  clear(): void {
    this.#length = 0;
  }

  #grow(needed: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2, SMALL));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}
