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

  /** The bytes so far; the buffer is empty after that, and whoever takes them owns them. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return taken;
  }

  #grow(needed: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2, SMALL));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}
