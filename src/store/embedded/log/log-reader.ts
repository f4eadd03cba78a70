import type { StatementSyncInstance } from '@photostructure/sqlite';
import { carefully } from './careful.js';
import { headOf, row, type LogDatabase } from './log-file.js';
import { constants, LogSource, matching, type Parameters } from './log-source.js';
import type { Batch, Chunk, Range } from './protocol.js';
import { behind, sizeOf, startOf, type Stretch } from './stretch.js';

/** Events, and bytes of data and metadata, after which a batch is full. */
const BATCH_EVENTS = 1_000;
const BATCH_BYTES = 512 * 1024;

/** Positions that one batch looks at, however few of them match: other readers wait meanwhile. */
const BATCH_LOOKS = 20_000;

/** SQLite makes the JSON of a chunk in one call. From about 128 KB on that takes fresh memory each time, and four times as long. */
const CHUNK_BYTES = 64 * 1024;
const CHUNK_LOOKS = 2_000;

/** Reads batches as JSON text; the events in it have the port's shape. */
export class LogReader {
  readonly #db: LogDatabase;
  readonly #lastRevision: StatementSyncInstance;
  readonly #sources = new Map<string, LogSource>();
  /** So many positions or revisions made the last chunk: a guess at the next one. */
  #step = 100;

  constructor(db: LogDatabase) {
    this.#db = db;
    this.#lastRevision = db.prepare(`
      SELECT max(revision) FROM events WHERE stream = (SELECT id FROM streams WHERE name = ?)
    `);
  }

  head(): number {
    return headOf(this.#db);
  }

  batch(range: Range): Batch {
    const source = this.#sourceOf(range);
    const direction = range.kind === 'all' ? 'forward' : range.direction;
    const chunks: Chunk[] = [];
    let left = this.#stretchOf(range);
    let [events, bytes, looks] = [0, 0, 0];
    while (sizeOf(left) > 0 && events < BATCH_EVENTS && bytes < BATCH_BYTES && looks < BATCH_LOOKS) {
      const piece = startOf(left, this.#step, direction);
      const [count, octets] = source.measure(parametersOf(range, piece));
      this.#step = nextStep(sizeOf(piece), octets);
      if (octets > CHUNK_BYTES && sizeOf(piece) > 1) continue;
      if (count > 0) chunks.push(chunkOf(source, pieceOf(range, piece), piece, count));
      left = behind(left, piece, direction);
      [events, bytes, looks] = [events + count, bytes + octets, looks + sizeOf(piece)];
    }
    return { chunks, rest: sizeOf(left) > 0 ? pieceOf(range, left) : undefined };
  }

  /** The range of one chunk, each of its events by itself. */
  withCare(range: Range): Batch {
    const piece = this.#stretchOf(range);
    const events = carefully(this.#sourceOf(range).rows(parametersOf(range, piece)));
    return { chunks: [{ ...events, range }], rest: undefined };
  }

  #sourceOf(range: Range): LogSource {
    const sql = matching(range);
    const known = this.#sources.get(sql);
    if (known) return known;
    const source = new LogSource(this.#db, sql);
    this.#sources.set(sql, source);
    return source;
  }

  /** What there is of a range. */
  #stretchOf(range: Range): Stretch {
    if (range.kind === 'all') return { first: range.after + 1, last: range.to };
    const last = Number(row(this.#lastRevision, range.stream)?.[0] ?? -1);
    const all: Stretch =
      range.direction === 'forward'
        ? { first: Math.max(0, range.from), last }
        : { first: 0, last: Math.min(last, range.from) };
    return startOf(all, range.limit, range.direction);
  }
}

function chunkOf(source: LogSource, range: Range, piece: Stretch, count: number): Chunk {
  const text = source.json(parametersOf(range, piece));
  // Bytes that are no UTF-8 become this character. It may also have been written.
  return text.includes('\uFFFD')
    ? { ...carefully(source.rows(parametersOf(range, piece))), range }
    : { text, count, range };
}

function parametersOf(range: Range, { first, last }: Stretch): Parameters {
  return [first, last, ...constants(range)];
}

function pieceOf(range: Range, piece: Stretch): Range {
  if (range.kind === 'all') return { ...range, after: piece.first - 1, to: piece.last };
  const from = range.direction === 'forward' ? piece.first : piece.last;
  return { ...range, from, limit: sizeOf(piece) };
}

/** Aims a little below a full chunk, and always below a step that was too long. */
function nextStep(step: number, bytes: number): number {
  const fitting = bytes === 0 ? 2 * step : Math.floor((0.9 * CHUNK_BYTES * step) / bytes);
  return Math.min(Math.max(1, fitting), CHUNK_LOOKS);
}
