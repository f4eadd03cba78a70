import type { Position } from '../domain/kernel/position.js';

/** A row is a JSON object whose key and index members are strings, numbers or absent (absent sorts first). */
export type Row = Readonly<Record<string, unknown>>;
export type KeyPart = string | number;
export type Key = readonly KeyPart[];

export interface TableSchema {
  /** Members that make a row unique, in the order in which `scan` sorts and narrows. */
  readonly key: readonly string[];
  /** Further orders to scan in, by name: members, to which the engine adds the key to make each place unique. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
}

/** Several tables that share one checkpoint. */
export interface ReadModelSchema {
  readonly name: string;
  /** Raised with every change of rows or tables: a newer version fills beside the old one and takes its place when it has caught up. */
  readonly version: number;
  readonly tables: Readonly<Record<string, TableSchema>>;
}

/** One row as it is after a batch; no row: it is gone. `position` is that of the last event folded into it. */
export interface Write {
  readonly table: string;
  readonly key: Key;
  readonly row: Row | undefined;
  readonly position: Position;
}

export interface Scan {
  readonly table: string;
  /** Default: the key. */
  readonly index?: string;
  /** Leading members that must be equal. */
  readonly prefix?: Key;
  /** Exclusive bounds behind the prefix. */
  readonly after?: Key;
  readonly before?: Key;
  readonly descending?: boolean;
  readonly limit: number;
}

/** Rows, and the checkpoint that they are at or behind which they already are: never ahead of its rows. */
export interface Found {
  readonly rows: readonly Row[];
  readonly checkpoint: Position;
}

/** A stored row and the position of the last event folded into it. */
export interface Stored {
  readonly row: Row;
  readonly position: Position;
}

/** One read model's tables that are being written: the live generation, or one that fills beside it. */
export interface ReadModelWriter {
  readonly schema: ReadModelSchema;
  /** ORIGIN in a new one. */
  checkpoint(): Promise<Position>;
  /** For folding: one entry for each key. */
  load(table: string, keys: readonly Key[]): Promise<readonly (Stored | undefined)[]>;
  /**
   * Writes all rows and moves the checkpoint, at once. A row that is already at or behind its write's position stays as it
   * is, so that a batch seen twice changes nothing, and a checkpoint never goes back.
   */
  commit(writes: readonly Write[], checkpoint: Position): Promise<void>;
  /** Makes this generation the live one and drops the one before. Does nothing on the live one. */
  promote(): Promise<void>;
}

/** The rows that queries read and projections write. One engine stores all read models of a node. */
export interface ReadModels {
  /**
   * The writer that brings this schema up to date: the live generation when it has this version, else a new or unfinished
   * one beside it. The very first generation of a read model is live from the start.
   */
  writer(schema: ReadModelSchema): Promise<ReadModelWriter>;
  /** A generation from zero beside the live one, also at the same version. */
  rebuild(schema: ReadModelSchema): Promise<ReadModelWriter>;

  /** Reads the live generation. */
  checkpoint(readModel: string): Promise<Position>;
  get(readModel: string, table: string, key: Key): Promise<Row | undefined>;
  scan(readModel: string, scan: Scan): Promise<Found>;

  close(): Promise<void>;
}
