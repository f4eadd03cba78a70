import type { ColumnOf } from './columns.js';

/** One file that is being written, under a name that nobody looks at. */
export interface Part<Item> {
  add(items: readonly Item[]): Promise<void>;
  /** Everything is on disk. */
  finish(): Promise<void>;
  /** Ends writing, whatever is written. */
  abandon(): Promise<void>;
}

/** A file format. */
export interface Format {
  /** With the dot. */
  readonly extension: string;
  open<Item>(file: string, table: Table<Item>): Promise<Part<Item>>;
  close(): Promise<void>;
}

/** What a file holds: columns, and for events the line that they are everywhere else. */
export interface Table<Item> {
  readonly columns: readonly ColumnOf<Item>[];
  readonly line?: (item: Item) => string;
}
