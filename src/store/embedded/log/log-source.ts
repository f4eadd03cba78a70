import type { StatementSyncInstance } from '@photostructure/sqlite';
import { row, type LogDatabase } from './log-file.js';
import type { FilterText, Range } from './protocol.js';

/** An event as it is stored: data and metadata as bytes, then id, type, stream, revision and position. */
export type StoredRow = readonly [Uint8Array, Uint8Array, string, string, string, number, number];

/** What a source is asked for: first and last of a stretch, then what does not change from stretch to stretch. */
export type Parameters = readonly [first: number, last: number, ...string[]];

/** Columns that are known to be right come last, so that nothing in damaged data can take their place. */
const JSON_OF_EVENT = `concat(
  '{"data":', data, ',"metadata":', metadata, ',"id":', json_quote(id), ',"type":', json_quote(type),
  ',"stream":', json_quote(name), ',"revision":', revision, ',"position":', position, '}')`;

/** The ways in which one kind of range is read. */
export class LogSource {
  readonly #measure: StatementSyncInstance;
  readonly #json: StatementSyncInstance;
  readonly #rows: StatementSyncInstance;

  constructor(db: LogDatabase, matching: string) {
    const events = `SELECT data, metadata, e.id AS id, type, name, revision, position FROM events AS e ${matching}`;
    this.#measure = db.prepare(
      `SELECT count(*), total(octet_length(data) + octet_length(metadata)) FROM events AS e ${matching}`,
    );
    this.#json = db.prepare(`SELECT concat('[', group_concat(${JSON_OF_EVENT}), ']') FROM (${events})`);
    this.#rows = db.prepare(
      `SELECT CAST(data AS BLOB), CAST(metadata AS BLOB), id, type, name, revision, position FROM (${events})`,
    );
  }

  /** Number of events, and bytes of their data and metadata. */
  measure(parameters: Parameters): readonly [count: number, bytes: number] {
    const [count, bytes] = row(this.#measure, ...parameters) ?? [];
    return [Number(count), Number(bytes)];
  }

  /** A JSON array of events, if all that is stored is JSON. */
  json(parameters: Parameters): string {
    return String(row(this.#json, ...parameters)?.[0]);
  }

  rows(parameters: Parameters): readonly StoredRow[] {
    return this.#rows.all(...parameters) as readonly StoredRow[];
  }
}

/** What stands behind FROM for a range; ranges of the same kind have the same text. */
export function matching(range: Range): string {
  if (range.kind === 'all')
    return `${JOINED} WHERE position BETWEEN ? AND ? ${filtering(range.filter)} ORDER BY position`;
  const order = range.direction === 'forward' ? 'ASC' : 'DESC';
  return `${JOINED} WHERE revision BETWEEN ? AND ? AND e.stream = (SELECT id FROM streams WHERE name = ?) ORDER BY revision ${order}`;
}

/** The values of the parameters in `matching` behind the first two. */
export function constants(range: Range): readonly string[] {
  if (range.kind === 'stream') return [range.stream];
  const { categories, streams, types } = range.filter;
  return [categories, streams, types].filter((list) => list !== undefined);
}

/** CROSS: events come first, in their order; the planner would otherwise like to begin with the streams, and sort. */
const JOINED = 'CROSS JOIN streams AS s ON s.id = e.stream';

function filtering({ categories, streams, types }: FilterText): string {
  return [
    categories === undefined ? '' : 'AND category IN (SELECT value FROM json_each(?))',
    streams === undefined ? '' : 'AND name IN (SELECT value FROM json_each(?))',
    types === undefined ? '' : 'AND type IN (SELECT value FROM json_each(?))',
  ].join(' ');
}
