import type { HansardEvent } from '../../domain/catalogue/catalogue.js';
import { idOf, type RecordedEvent } from '../../domain/kernel/event.js';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import type { Directory } from '../../projections/directory/directory.js';
import type { ToEnvelope } from '../../projections/envelope.js';

const CRLF = Buffer.from('\r\n');

/** One event as every reader gets it: serialised once, encoded once for each form that somebody reads. */
export class Frame {
  readonly position: Position;
  readonly redacted: boolean;
  readonly #id: string;
  readonly #type: string;
  readonly #json: string;
  #sse: Buffer | undefined;
  #line: Buffer | undefined;

  constructor(position: Position, redacted: boolean, id: string, type: string, envelope: unknown) {
    this.position = position;
    this.redacted = redacted;
    this.#id = id;
    this.#type = type;
    this.#json = JSON.stringify(envelope);
  }

  /** About as many bytes as it has in any form. */
  get size(): number {
    return this.#json.length;
  }

  /** A server-sent event. */
  get sse(): Buffer {
    return (this.#sse ??= Buffer.from(`id: ${this.#id}\nevent: ${this.#type}\ndata: ${this.#json}\n\n`));
  }

  /** A line of NDJSON. */
  get line(): Buffer {
    return (this.#line ??= Buffer.from(`${this.#json}\n`));
  }
}

/** Frames that go out in one write, joined once for all readers who get exactly these. Never empty. */
export class Batch {
  readonly frames: readonly Frame[];
  /** Of the first frame. */
  readonly first: Position;
  #chunk: Buffer | undefined;

  constructor(frames: readonly Frame[]) {
    this.frames = frames;
    this.first = frames[0]?.position ?? ORIGIN;
  }

  get size(): number {
    return this.frames.reduce((sum, { size }) => sum + size, 0);
  }

  /** Of the last frame. */
  get last(): Position {
    return this.frames.at(-1)?.position ?? ORIGIN;
  }

  /** The part behind a place; undefined when there is none. */
  behind(after: Position): Batch | undefined {
    if (this.first > after) return this;
    const frames = this.frames.filter(({ position }) => position > after);
    return frames.length > 0 ? new Batch(frames) : undefined;
  }

  /** Server-sent events as one chunk of an HTTP/1.1 body. */
  get chunk(): Buffer {
    return (this.#chunk ??= chunkOf(this.frames.map((frame) => frame.sse)));
  }

  /** The same as bare bytes, for HTTP/1.0. */
  get bytes(): Buffer {
    return Buffer.concat(this.frames.map((frame) => frame.sse));
  }
}

/** Frames one chunk of an HTTP/1.1 body. */
export function chunkOf(parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from(`${length.toString(16)}\r\n`), ...parts, CRLF]);
}

/** Frames of events; the same frame as long as nothing of it was redacted. */
export interface Frames {
  of(event: HansardEvent, recorded: RecordedEvent): Frame;
}

export function makeFrames(directory: Directory, toEnvelope: ToEnvelope): Frames {
  const made = new WeakMap<RecordedEvent, Frame>();
  return {
    of(event, recorded) {
      const redacted = redactedData(directory, event);
      const before = made.get(recorded);
      if (before && before.redacted === (redacted !== undefined)) return before;
      const envelope = toEnvelope(recorded);
      const shown = redacted ? { ...envelope, data: redacted } : envelope;
      const frame = new Frame(event.position, redacted !== undefined, envelope.sequence, event.type, shown);
      made.set(recorded, frame);
      return frame;
    },
  };
}

/** What is left of a redacted message; undefined when nothing of the event was redacted. */
function redactedData(directory: Directory, event: HansardEvent): object | undefined {
  if (event.type !== 'MessagePosted' && event.type !== 'MessageEdited') return undefined;
  const edited = event.type === 'MessageEdited';
  if (!directory.isRedacted(idOf(event.stream), edited ? event.data.seq : event.revision)) return undefined;
  return { ...(edited ? { seq: event.data.seq } : { kind: event.data.kind }), text: '', redacted: true };
}
