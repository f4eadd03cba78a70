import type { AppendOutcome, ExpectedRevision } from '../../../domain/kernel/event-store.js';
import type { UnusableReason } from './log-error.js';

export interface WriterData {
  readonly folder: string;
  readonly maxPages?: number | undefined;
}

export interface ReaderData {
  readonly folder: string;
}

/** Data and metadata are JSON text from here to the disk. */
export interface EventText {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

export interface Append {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly EventText[];
}

/** Appends one behind the other, flat, because a thread boundary costs for each object: see packAppends. */
export type PackedAppends = readonly (string | number)[];

/** `last`: the main thread has sent everything it had. What came before it can be one group. */
export type ToWriter = 'end' | { readonly appends: PackedAppends; readonly last: boolean };

export type FromWriter =
  | { readonly kind: 'ready'; readonly head: number }
  | { readonly kind: 'unusable'; readonly reason: UnusableReason; readonly message: string }
  /** Answers to the oldest appends, in order. */
  | { readonly kind: 'answers'; readonly answers: Answers }
  | { readonly kind: 'failed'; readonly message: string };

export interface Answers {
  /** Two numbers for each append: position of its first and revision of its last event; 0 and 0 when it wrote nothing. */
  readonly written: readonly number[];
  /** Conflicts and repeats: index of the append, and its outcome. */
  readonly others: readonly (readonly [number, AppendOutcome])[];
}

/** Lists of an event filter as JSON arrays, so that SQLite can look into them. */
export interface FilterText {
  readonly categories?: string | undefined;
  readonly streams?: string | undefined;
  readonly types?: string | undefined;
}

/** Events of the whole log behind `after`, up to `to`. */
export interface AllRange {
  readonly kind: 'all';
  readonly after: number;
  readonly to: number;
  readonly filter: FilterText;
}

/** At most `limit` events of a stream, from a revision on; `from` may lie outside of the stream. */
export interface StreamRange {
  readonly kind: 'stream';
  readonly stream: string;
  readonly from: number;
  readonly direction: 'forward' | 'backward';
  readonly limit: number;
}

/** A part of a batch: JSON of an array of events, as the port gives them. */
export interface Chunk {
  readonly text: string;
  readonly count: number;
  /** Where the chunk was read, to read it again with care when its text is no JSON. */
  readonly range: Range;
}

export type Range = AllRange | StreamRange;

export interface Batch {
  readonly chunks: readonly Chunk[];
  /** What is left of the range that was asked for. */
  readonly rest: Range | undefined;
}

/** `with-care`: each event by itself, so that a damaged one is given as such and the others are given at all. */
export type ReadRequest = { readonly kind: 'batch' | 'with-care'; readonly range: Range } | { readonly kind: 'head' };

export type ToReader = 'end' | { readonly id: number; readonly request: ReadRequest };

export type FromReader =
  | { readonly kind: 'batch'; readonly id: number; readonly batch: Batch }
  | { readonly kind: 'head'; readonly id: number; readonly head: number }
  | { readonly kind: 'unusable'; readonly id: number; readonly reason: UnusableReason; readonly message: string }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
