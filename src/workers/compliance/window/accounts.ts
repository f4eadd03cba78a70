import { categoryOf } from '../../../domain/kernel/event.js';

/** What counting needs to know of an event. */
export interface Countable {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly roomId: string | undefined;
  readonly known: boolean;
  /** Of a message that was posted. */
  readonly text?: string | undefined;
}

export interface StreamAccount {
  readonly first: number;
  last: number;
  events: number;
}

export interface RoomAccount {
  readonly byType: Map<string, number>;
  unknown: number;
}

/**
 * The counts of one window: made of the log when it is rendered, and of the files when it is checked. Receipts are counted
 * by type alone: each is a stream of its own, with one event.
 */
export class Accounts {
  events = 0;
  unknown = 0;
  messages = 0;
  /** UTF-8, of the messages posted. */
  textBytes = 0;
  readonly byType = new Map<string, number>();
  readonly rooms = new Map<string, RoomAccount>();
  readonly streams = new Map<string, StreamAccount>();

  add({ stream, revision, type, roomId, known, text }: Countable): void {
    this.events += 1;
    if (known) increase(this.byType, type);
    else this.unknown += 1;
    if (roomId !== undefined) this.#addToRoom(roomId, type, known);
    if (categoryOf(stream) !== 'receipt') this.#addToStream(stream, revision);
    if (text === undefined) return;
    this.messages += 1;
    this.textBytes += Buffer.byteLength(text);
  }

  #addToRoom(id: string, type: string, known: boolean): void {
    let room = this.rooms.get(id);
    if (!room) this.rooms.set(id, (room = { byType: new Map(), unknown: 0 }));
    if (known) increase(room.byType, type);
    else room.unknown += 1;
  }

  #addToStream(name: string, revision: number): void {
    const stream = this.streams.get(name);
    if (!stream) {
      this.streams.set(name, { first: revision, last: revision, events: 1 });
      return;
    }
    stream.last = revision;
    stream.events += 1;
  }
}

/** As an object, sorted by type. */
export function byTypeOf(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function increase(counts: Map<string, number>, type: string): void {
  counts.set(type, (counts.get(type) ?? 0) + 1);
}
