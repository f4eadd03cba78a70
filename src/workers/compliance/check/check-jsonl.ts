import { roomOf } from '../archived-event.js';
import { rawOf, textOf } from '../raw.js';
import type { ContentCheck } from './content-check.js';

const TYPE = /^hansard\.(.*)\.v[0-9]+$/;

/** Reads `events.jsonl` chunk by chunk. Throws what is wrong with the format. */
export class JsonlCheck {
  readonly #content: ContentCheck;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #rest = '';
  #line = 0;

  constructor(content: ContentCheck) {
    this.#content = content;
  }

  chunk(bytes: Buffer): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  finish(): void {
    this.#rest += this.#decoder.decode();
    if (this.#rest !== '') throw new Error('the last line has no end');
    this.#content.finish(0);
  }

  #take(line: string): void {
    this.#line += 1;
    const { type, stream, revision, actor, data, specversion } = rawOf(parsed(line, this.#line));
    const name = TYPE.exec(textOf(type))?.[1];
    if (specversion !== '1.0' || name === undefined || typeof stream !== 'string' || typeof revision !== 'number')
      throw new Error(`line ${this.#line} is no event`);
    const known = !this.#content.isUnknown(stream, revision);
    const { text, seq, replyTo } = rawOf(data);
    this.#content.event({
      stream,
      revision,
      type: name,
      roomId: roomOf(stream),
      known,
      userId: textOf(rawOf(actor)['id']),
      ...(known && name === 'MessagePosted' && { text: textOf(text), target: numberOf(replyTo) }),
      ...(known && (name === 'MessageEdited' || name === 'MessageRedacted') && { target: numberOf(seq) }),
    });
  }
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`line ${number} is no JSON`);
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
