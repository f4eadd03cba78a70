import type { Key, ReadModelSchema, Scan, Search } from '../../../projections/read-models.js';

/** Where the workers find the file. */
export interface WorkerData {
  readonly file: string;
}

/** The rows of one table in a commit, column by column, because a thread boundary is crossed once for each object. */
export interface PackedRows {
  readonly table: string;
  /** JSON: for each row the members of key and indexes, in the order of the table's columns; of a row that is gone the key alone. */
  readonly places: string;
  /** JSON of each row; `null`: it is gone. */
  readonly rows: readonly (string | null)[];
  readonly positions: readonly number[];
}

export type WriterRequest =
  | { readonly kind: 'open' | 'rebuild'; readonly schema: ReadModelSchema }
  | { readonly kind: 'checkpoint' | 'promote'; readonly generation: number }
  | { readonly kind: 'load'; readonly generation: number; readonly table: string; readonly keys: string }
  | {
      readonly kind: 'commit';
      readonly generation: number;
      readonly checkpoint: number;
      readonly tables: readonly PackedRows[];
    };

export type ReaderRequest =
  | { readonly kind: 'checkpoint'; readonly readModel: string }
  | { readonly kind: 'get'; readonly readModel: string; readonly table: string; readonly key: Key }
  | { readonly kind: 'scan'; readonly readModel: string; readonly scan: Scan };

export interface SearchRequest {
  readonly readModel: string;
  readonly search: Search;
}

/** JSON text of what was asked for, or why there is none. */
export type Answer = string | { readonly failed: string; readonly reason: string };

/** Requests are answered together, in their order. `end`: finish, close the file, end the thread. */
export type Message<Request> = readonly Request[] | 'end';
