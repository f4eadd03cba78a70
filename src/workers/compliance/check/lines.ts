import { isAscii, isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;
/** No line of ours comes near it, and what is not ours must not fill the memory. */
const LONGEST = 64 * 1024 * 1024;

/** Turns chunks of a file into text, whole lines at a time: much quicker than a streaming decoder, and as strict. */
export class Lines {
  readonly #take: (lines: string) => void;
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** `take` is given one line or more, each with its end. */
  constructor(take: (lines: string) => void) {
    this.#take = take;
  }

  chunk(bytes: Buffer): void {
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const lines = Buffer.concat([...this.#rest, bytes.subarray(0, end)]);
      this.#rest = [];
      this.#restBytes = 0;
      this.#take(textOf(lines));
    }
    if (end === bytes.length) return;
    this.#rest.push(bytes.subarray(end));
    this.#restBytes += bytes.length - end;
    if (this.#restBytes > LONGEST) throw new Error(`a line has more than ${LONGEST} bytes`);
  }

  finish(): void {
    if (this.#rest.length > 0) throw new Error('the last line has no end');
  }
}

function textOf(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) throw new Error('it is not UTF-8');
  return bytes.toString();
}
