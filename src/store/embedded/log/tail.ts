import type { EventId, RecordedEvent, StreamName } from '../../../domain/kernel/event.js';
import type { EventBatch, EventFilter } from '../../../domain/kernel/event-store.js';
import type { Position } from '../../../domain/kernel/position.js';
import { matches } from './event-filter.js';
import type { EventText } from './protocol.js';

/** Events kept in memory, and characters of their data and metadata: what subscriptions may lag before they read from disk again. */
const KEPT_EVENTS = 2_048;
const KEPT_CHARACTERS = 8 * 1024 * 1024;

/** Events given at once. */
const TAKEN_EVENTS = 1_000;

export interface TailLimits {
  readonly events?: number | undefined;
  readonly characters?: number | undefined;
}

/** The last events of the log, as their appends brought them: whoever follows the log needs no disk. */
export class Tail {
  /** Position of the last event on disk. */
  head: Position;
  readonly #keptEvents: number;
  readonly #keptCharacters: number;
  /** An event lies at its position modulo the size. */
  readonly #slots: (TailEvent | undefined)[];
  /** Position of the oldest event that is kept. */
  #first: number;
  #characters = 0;
  readonly #listeners = new Set<() => void>();

  constructor(head: Position, limits: TailLimits = {}) {
    this.head = head;
    this.#first = head + 1;
    this.#keptEvents = limits.events ?? KEPT_EVENTS;
    this.#keptCharacters = limits.characters ?? KEPT_CHARACTERS;
    this.#slots = Array.from({ length: this.#keptEvents }, () => undefined);
  }

  /** Events of one append, in order, behind the head. Nobody is told before `changed`. */
  push(stream: StreamName, firstRevision: number, events: readonly EventText[]): void {
    for (const [index, event] of events.entries()) {
      this.head = (this.head + 1) as Position;
      if (this.head - this.#first >= this.#keptEvents) this.#drop();
      const kept = new TailEvent(event, stream, firstRevision + index, this.head);
      this.#slots[this.head % this.#keptEvents] = kept;
      this.#characters += kept.characters;
      while (this.#characters > this.#keptCharacters) this.#drop();
    }
  }

  /** True when everything behind this position is here. */
  covers(after: Position): boolean {
    return after >= this.#first - 1;
  }

  /** The next events behind a position that is covered; `position`: up to where they were looked at. */
  take(after: Position, filter: EventFilter = {}): Omit<EventBatch, 'kind'> {
    const events: RecordedEvent[] = [];
    const last = Math.min(this.head, after + TAKEN_EVENTS) as Position;
    for (let position = after + 1; position <= last; position += 1) {
      const event = this.#slots[position % this.#keptEvents];
      if (event?.position !== position) throw new Error(`the tail has lost position ${position}`);
      if (matches(event, filter)) events.push(event.recorded());
    }
    return { events, position: last };
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  listen(listener: () => void): void {
    this.#listeners.add(listener);
  }

  unlisten(listener: () => void): void {
    this.#listeners.delete(listener);
  }

  #drop(): void {
    const slot = this.#first % this.#keptEvents;
    this.#characters -= this.#slots[slot]?.characters ?? 0;
    this.#slots[slot] = undefined;
    this.#first += 1;
  }
}

/** Parsed when the first subscriber asks for it, so that what is given is what was stored, and one object for all. */
class TailEvent {
  readonly position: Position;
  readonly stream: StreamName;
  readonly type: string;
  readonly characters: number;
  #content: EventText | RecordedEvent;
  readonly #revision: number;

  constructor(text: EventText, stream: StreamName, revision: number, position: Position) {
    this.position = position;
    this.characters = text.data.length + text.metadata.length;
    this.#content = text;
    this.stream = stream;
    this.type = text.type;
    this.#revision = revision;
  }

  recorded(): RecordedEvent {
    if ('position' in this.#content) return this.#content;
    const { id, type, data, metadata } = this.#content;
    this.#content = {
      data: JSON.parse(data),
      metadata: JSON.parse(metadata),
      id: id as EventId,
      type,
      stream: this.stream,
      revision: this.#revision,
      position: this.position,
    };
    return this.#content;
  }
}
