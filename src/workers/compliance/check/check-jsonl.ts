import { roomOf } from '../archived-event.js';
import { rawOf, textOf } from '../raw.js';
import type { ContentCheck } from './content-check.js';

const TYPE = /^hansard\.(.*)\.v[0-9]+$/;

/** Reads `events.jsonl` bit by bit. Throws what is wrong with the format. */
export class JsonlCheck {
  readonly #content: ContentCheck;
  #line = 0;

  constructor(content: ContentCheck) {
    this.#content = content;
  }

  /** Whole lines. */
  text(lines: string): void {
    for (let at = 0; at < lines.length;) {
      const end = lines.indexOf('\n', at);
      this.#take(lines.slice(at, end));
      at = end + 1;
    }
  }

  finish(): void {
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
