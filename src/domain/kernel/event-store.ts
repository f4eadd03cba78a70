import type { ProposedEvent, RecordedEvent, StreamName } from './event.js';
import type { Position } from './position.js';

/**
 * What the stream must be like for an append to be made: `any` is no condition, `stream-exists` needs one event at least,
 * a number is the revision of the stream's last event.
 */
export type ExpectedRevision = 'any' | 'no-stream' | 'stream-exists' | number;

/**
 * - `committed`: durable. `revision` is that of the last event; `positions` has one entry for each event, in order.
 *   An append repeated with the same event ids at the same expected revision is answered as the first time, for good
 *   with `no-stream` and exact revisions; with `any` and `stream-exists` as long as the engine remembers.
 * - `conflict`: nothing was written; `revision` is the stream's last one, `undefined` when there is no such stream.
 * - `unknown`: written or not. Append the same events again at the same expected revision to learn which.
 */
export type AppendOutcome =
  | { readonly kind: 'committed'; readonly revision: number; readonly positions: readonly Position[] }
  | { readonly kind: 'conflict'; readonly revision: number | undefined }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Bytes of data and metadata, as JSON in UTF-8, that one append may hold. */
export const MAX_APPEND_BYTES = 1_048_576;

/** Thrown by `append` before anything is written: no events, one id twice, too many bytes, or a value that is no JSON. */
export class InvalidAppendError extends Error {
  override readonly name = 'InvalidAppendError';
}

/** Thrown by whatever is asked of a log that was closed. Nothing was written. */
export class EventStoreClosedError extends Error {
  override readonly name: string = 'EventStoreClosedError';
}

export interface ReadStreamOptions {
  /** First revision to give; default: the beginning, or the end when reading backward. */
  readonly from?: number;
  readonly direction?: 'forward' | 'backward';
  /** At most so many events. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** Events that match every part given. Engines may filter at the server or in the adapter. */
export interface EventFilter {
  /** Stream categories (what stands before the first hyphen). */
  readonly categories?: readonly string[];
  readonly streams?: ReadonlySet<string>;
  readonly types?: ReadonlySet<string>;
}

export interface ReadAllOptions {
  /** Exclusive. */
  readonly after: Position;
  /** Inclusive; default: the head of the log when reading begins. */
  readonly to?: Position;
  readonly filter?: EventFilter;
  readonly signal?: AbortSignal;
}

export interface SubscribeOptions {
  /** Exclusive; `end`: only what is appended from now on. */
  readonly after: Position | 'end';
  readonly filter?: EventFilter;
  /** Ends the iteration without an error. */
  readonly signal: AbortSignal;
}

/** Events in log order. Everything up to `position` was looked at, also where the filter let nothing through. */
export interface EventBatch {
  readonly kind: 'events';
  readonly events: readonly RecordedEvent[];
  readonly position: Position;
}

/** Sent once, and again after each time the subscription fell behind: everything up to `position` was given. */
export interface CaughtUp {
  readonly kind: 'caught-up';
  readonly position: Position;
}

/** The log. Positions increase in the order in which readers see events; a reader at a position never meets an earlier one later. */
export interface EventStore {
  /** Atomic: all events or none. Throws InvalidAppendError and EventStoreClosedError; never for what an outcome can say. */
  append(stream: StreamName, events: readonly ProposedEvent[], expected: ExpectedRevision): Promise<AppendOutcome>;

  /** Batches of events, in the order asked for. A stream that does not exist gives nothing. */
  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<readonly RecordedEvent[]>;

  /** Batches in log order; the last one's `position` is `to`. */
  readAll(options: ReadAllOptions): AsyncIterable<EventBatch>;

  /**
   * Catch-up, then live, without a seam: every matching event behind `after` exactly once, in log order. Pulled: the next
   * batch is read when the last one was processed, so a slow consumer costs bounded memory. Reconnects by itself.
   */
  subscribe(options: SubscribeOptions): AsyncIterable<EventBatch | CaughtUp>;

  /** The position of the last event; nothing can appear at or before it any more. */
  head(): Promise<Position>;

  /** Refuses further appends, lets those under way finish, ends every subscription. Idempotent. */
  close(): Promise<void>;
}
