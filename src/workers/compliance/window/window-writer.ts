import type { ArchivedEvent } from '../archived-event.js';
import type { WrittenFile } from '../bag/output-file.js';
import type { Present, RoomFacts } from '../state/log-state.js';

/** A room at the window's start, told before its first event. */
export interface OpenedRoom extends RoomFacts {
  readonly id: string;
  /** Name of its category. */
  readonly category: string;
  /** Who was there, in the order of their first acts in the log. */
  readonly roster: readonly Participant[];
}

export interface Participant extends Present {
  readonly ordinal: number;
}

/** Writes the payload of one window in one format. Calls of `add` are in log order. */
export interface WindowWriter {
  open(room: OpenedRoom): void;
  /** `ordinal`: of the actor among all principals. */
  add(event: ArchivedEvent, ordinal: number): void;
  /** Lets what was gathered go to disk, if it is much. */
  drain(): Promise<void>;
  /** Makes the payload durable. */
  finish(): Promise<WrittenFile>;
  /** UTF-16 units that the format could not carry, complete after `finish`. */
  readonly escaped: number;
  /** Idempotent; for one that will not be finished too. */
  close(): Promise<void>;
}
