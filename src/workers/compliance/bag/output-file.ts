import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { TextBuffer } from './text-buffer.js';

/** A finished file of a bag. */
export interface WrittenFile {
  /** Relative to the bag, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Bytes that are gathered before they are written. */
const CHUNK = 128 * 1024;

/** A new file, written from its beginning to its end, hashed on the way. */
export class OutputFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  readonly #text = new TextBuffer();

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** `path` is relative to the folder. */
  static async create(folder: string, path: string): Promise<OutputFile> {
    return new OutputFile(path, await open(`${folder}/${path}`, 'wx'));
  }

  /** Gathers text until the next `drain`. */
  write(text: string): void {
    this.#text.append(text);
  }

  async drain(): Promise<void> {
    if (this.#text.length >= CHUNK) await this.#flush();
  }

  async writeBytes(bytes: Buffer): Promise<void> {
    await this.#flush();
    await this.#append(bytes);
  }

  /** Makes it durable. */
  async finish(): Promise<WrittenFile> {
    await this.#flush();
    await this.#handle.sync();
    await this.#handle.close();
    return { path: this.#path, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** For one that will not be finished. Idempotent. */
  abandon(): Promise<void> {
    return this.#handle.close();
  }

  async #flush(): Promise<void> {
    if (this.#text.length === 0) return;
    await this.#append(this.#text.view());
    this.#text.clear();
  }

  async #append(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await this.#handle.appendFile(bytes); // unlike write(), until all of it is written
  }
}

export async function writeFileOf(folder: string, path: string, text: string): Promise<WrittenFile> {
  const file = await OutputFile.create(folder, path);
  try {
    file.write(text);
    return await file.finish();
  } finally {
    await file.abandon();
  }
}
