import type { ExpectedRevision } from '../../../domain/kernel/event-store.js';

export interface WriterData {
  readonly folder: string;
  /** For tests of a full disk: pages that the file may have. */
  readonly maxPages?: number | undefined;
}

export interface ReaderData {
  readonly folder: string;
}

/** id, type, data and metadata, the last two as JSON. */
export type EventText = readonly [id: string, type: string, data: string, metadata: string];

export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly EventText[];
}

/**
 * `first` is the position of the first event; the others follow without a gap. `repeated`: it had been committed before,
 * and nothing was written now.
 */
export type AppendAnswer =
  | { readonly kind: 'committed'; readonly revision: number; readonly first: number; readonly repeated: boolean }
  | { readonly kind: 'conflict'; readonly revision: number | undefined };

/** Appends in the order in which they came, or the end. */
export type WriterMessage = readonly AppendRequest[] | 'end';

export type WriterReply =
  | { readonly kind: 'ready'; readonly head: number }
  | { readonly kind: 'answers'; readonly answers: readonly AppendAnswer[] }
  /** The file may not be used any more: what is on disk is not known. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface FilterData {
  readonly categories?: readonly string[] | undefined;
  readonly streams?: ReadonlySet<string> | undefined;
  readonly types?: ReadonlySet<string> | undefined;
}

export type ReadRequest =
  | { readonly kind: 'all'; readonly after: number; readonly to: number; readonly filter: FilterData | undefined }
  | {
      readonly kind: 'stream';
      readonly stream: string;
      readonly from: number | undefined;
      readonly backward: boolean;
      readonly limit: number;
    }
  | { readonly kind: 'head' };

/** `careful`: payloads are looked at one by one, since the batch as a whole was no JSON. */
export type ReaderMessage = { readonly ask: number; readonly request: ReadRequest; readonly careful: boolean } | 'end';

/**
 * Rows as one JSON text, `[[position, stream, revision, id, type, data, metadata, damagedSha256?], …]`.
 * `reached`: everything up to this position (or revision) was looked at; `done`: there is nothing behind it.
 */
export interface ReadReply {
  readonly ask: number;
  readonly rows: string;
  readonly reached: number;
  readonly done: boolean;
  readonly error?: string;
}
