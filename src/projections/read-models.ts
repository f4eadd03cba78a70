import type { Position } from '../domain/kernel/position.js';
import type { IndexerName } from './search/indexers.js';
import type { TextQuery } from './search/text-query.js';

/**
 * A row is a JSON object. Its key and index members are always there, each of one type throughout, a string or a safe
 * integer: an engine that compares within one type only (MongoDB) sorts like the others then.
 */
export type Row = Readonly<Record<string, unknown>>;
export type KeyPart = string | number;
export type Key = readonly KeyPart[];

/** Numbers sort as numbers, strings by code point (not by UTF-16 unit, as `<` would). */
export interface TableSchema {
  /** Members that make a row unique, in the order in which `scan` sorts and narrows. */
  readonly key: readonly string[];
  /** Further orders to scan in, by name: members, to which the engine adds the key to make each place unique. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
  /** Rows are found by their words too: what is kept of a row for that, the indexer of this name says. */
  readonly text?: IndexerName;
  /** Keys come in no order (they are hashes): an engine that otherwise keeps rows in the order of their key does not. */
  readonly scattered?: true;
}

/** Several tables that share one checkpoint. Names of read models, tables, indexes and members are letters and digits. */
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
  /**
   * Exclusive bounds behind the prefix, `after` the lower and `before` the upper one in either direction. One that names
   * fewer members than the order has leaves out every row that begins with it.
   */
  readonly after?: Key;
  readonly before?: Key;
  readonly descending?: boolean;
  readonly limit: number;
}

/**
 * Rows and the checkpoint as of one moment. Every event up to the checkpoint is folded into the rows; an engine that writes
 * both in one transaction shows nothing of later ones, any other may.
 */
export interface Found {
  readonly rows: readonly Row[];
  readonly checkpoint: Position;
}

/** Hits of a text index, the highest place first. */
export interface Search {
  /** One with a text index. */
  readonly table: string;
  readonly query: TextQuery;
  /**
   * `newest`: by place. `relevance`: of the hits at the highest places, MAX_RANKED of them, first those with the highest
   * relevance (`relevance.ts`), of equal ones the highest place; then the others by place.
   */
  readonly order: 'newest' | 'relevance';
  /** Only hits at places below this one; `total` counts all hits whatever it says. */
  readonly before?: number;
  /** Hits left out at the beginning of the order. */
  readonly skip?: number;
  readonly limit: number;
}

/** As of one moment, and nothing that is not committed. */
export interface SearchFound extends Found {
  /** All hits, counted up to MAX_TOTAL. */
  readonly total: number;
  /** There are more hits than MAX_TOTAL. */
  readonly exceeded: boolean;
}

export const MAX_TOTAL = 10_000;
export const MAX_RANKED = 1_000;

/** A stored row and the position of the last event folded into it. */
export interface Stored {
  readonly row: Row;
  readonly position: Position;
}

/** Thrown by `commit` before anything is written: a key or index member is missing or no string or integer. A bug. */
export class InvalidRowError extends Error {
  override readonly name = 'InvalidRowError';
}

/** Thrown by a writer whose generation was dropped, because another one took its place: ask for the writer again. */
export class GenerationGoneError extends Error {
  override readonly name = 'GenerationGoneError';
}

/** Thrown by `search` when too many searches wait already: ask again later. */
export class SearchBusyError extends Error {
  override readonly name = 'SearchBusyError';
}

/** One read model's tables that are being written: the live generation, or one that fills beside it. */
export interface ReadModelWriter {
  readonly schema: ReadModelSchema;
  /** ORIGIN in a new one. */
  checkpoint(): Promise<Position>;
  /** For folding: one entry for each key. */
  load(table: string, keys: readonly Key[]): Promise<readonly (Stored | undefined)[]>;
  /**
   * Writes all rows and moves the checkpoint, which no write's position is beyond. No writes: the checkpoint alone.
   *
   * A batch seen twice changes nothing: a write at or before the checkpoint is dropped (its event is folded in already, and
   * a row that went away since must not come back), a stored row of a later position stays, a checkpoint never goes back.
   * An engine without transactions over rows and checkpoint therefore writes the rows first: what a crash leaves behind
   * is ahead of the checkpoint and is met by the same guards when the events are folded again.
   */
  commit(writes: readonly Write[], checkpoint: Position): Promise<void>;
  /** Makes this generation the live one and drops the one before. Does nothing on the live one. */
  promote(): Promise<void>;
}

/** The rows that queries read. */
export interface ReadModelReader {
  /** Reads the live generation. A read model that was never written is empty, at ORIGIN. */
  checkpoint(readModel: string): Promise<Position>;
  get(readModel: string, table: string, key: Key): Promise<Row | undefined>;
  scan(readModel: string, scan: Scan): Promise<Found>;

  /** Lets what was asked before finish, refuses the rest. Idempotent. */
  close(): Promise<void>;
}

/** The rows that queries read and projections write. One engine stores all read models of a node. */
export interface ReadModels extends ReadModelReader {
  /**
   * The writer that brings this schema up to date: the live generation when it has this version, else a new or unfinished
   * one beside it. The very first generation of a read model is live from the start.
   */
  writer(schema: ReadModelSchema): Promise<ReadModelWriter>;
  /** A generation from zero beside the live one, also at the same version. An unfinished one is dropped for it. */
  rebuild(schema: ReadModelSchema): Promise<ReadModelWriter>;

  /** Never makes who reads rows wait. Throws SearchBusyError. A read model that was never written has no hits. */
  search(readModel: string, search: Search): Promise<SearchFound>;
}
