import { open, rm, type FileHandle } from 'node:fs/promises';
import type { OutputFile } from './output-file.js';
import { TextBuffer } from './text-buffer.js';

/** Bytes of all texts together that are held before they go to the spool. */
const HELD = 16 * 1024 * 1024;
/** Bytes that are copied at once. */
const PIECE = 256 * 1024;

/** Where parts of a text lie in the spool: offset and length, one after the other. */
type Segments = number[];

/** A text that grows while others do, and is copied as a whole in the end. */
export class SpooledText {
  readonly segments: Segments = [];
  readonly pending = new TextBuffer();
  readonly #grown: (bytes: number) => void;

  constructor(grown: (bytes: number) => void) {
    this.#grown = grown;
  }

  get isEmpty(): boolean {
    return this.segments.length === 0 && this.pending.length === 0;
  }

  append(text: string): void {
    const before = this.pending.length;
    this.pending.append(text);
    this.#grown(this.pending.length - before);
  }
}

/**
 * Many texts that grow side by side, in bounded memory: what is beyond it goes to one scratch file, in which each text
 * remembers its segments.
 */
export class Spool {
  readonly #path: string;
  readonly #held: number;
  readonly #texts: SpooledText[] = [];
  #pending = 0;
  #file: FileHandle | undefined;
  #end = 0;
  /** On its way to the scratch file, or back from it. */
  readonly #piece = Buffer.allocUnsafeSlow(PIECE);

  /** `path`: the scratch file, made when it is needed. */
  constructor(path: string, held = HELD) {
    this.#path = path;
    this.#held = held;
  }

  text(): SpooledText {
    const text = new SpooledText((bytes) => {
      this.#pending += bytes;
    });
    this.#texts.push(text);
    return text;
  }

  async drain(): Promise<void> {
    if (this.#pending < this.#held) return;
    this.#file ??= await open(this.#path, 'wx+');
    let gathered = 0;
    for (const { pending, segments } of this.#texts) {
      const bytes = pending.view();
      if (bytes.length === 0) continue;
      if (gathered + bytes.length > PIECE) gathered = await this.#write(this.#file, gathered);
      segments.push(this.#end + gathered, bytes.length);
      if (bytes.length > PIECE) await this.#append(this.#file, bytes);
      else gathered += bytes.copy(this.#piece, gathered);
      pending.clear();
    }
    await this.#write(this.#file, gathered);
    this.#pending = 0;
  }

  async copy({ segments, pending }: SpooledText, to: OutputFile): Promise<void> {
    for (let at = 0; at < segments.length; at += 2) await this.#copy(segments[at] ?? 0, segments[at + 1] ?? 0, to);
    await to.writeBytes(pending.view());
    pending.clear();
  }

  /** Removes the scratch file. Idempotent. */
  async close(): Promise<void> {
    const file = this.#file;
    if (!file) return;
    this.#file = undefined;
    await file.close();
    await rm(this.#path, { force: true });
  }

  /** Writes what was gathered in the piece; gives how much is in it after that: nothing. */
  async #write(file: FileHandle, gathered: number): Promise<0> {
    if (gathered > 0) await this.#append(file, this.#piece.subarray(0, gathered));
    return 0;
  }

  async #append(file: FileHandle, bytes: Buffer): Promise<void> {
    await file.appendFile(bytes);
    this.#end += bytes.length;
  }

  async #copy(offset: number, length: number, to: OutputFile): Promise<void> {
    for (let at = 0; at < length; at += PIECE) {
      const bytes = this.#piece.subarray(0, Math.min(PIECE, length - at));
      const read = await this.#file?.read(bytes, 0, bytes.length, offset + at);
      if (read?.bytesRead !== bytes.length) throw new Error(`${this.#path} is shorter than it was written`);
      await to.writeBytes(bytes);
    }
  }
}
