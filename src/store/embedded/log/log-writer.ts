import type { StatementSyncInstance } from '@photostructure/sqlite';
import type { AppendOutcome, ExpectedRevision } from '../../../domain/kernel/event-store.js';
import type { Position } from '../../../domain/kernel/position.js';
import { headOf, row, type LogDatabase } from './log-file.js';
import type { Answers, Append } from './protocol.js';
import { StreamHeads, type StreamHead } from './stream-heads.js';

interface Written {
  readonly kind: 'written';
  readonly position: number;
  readonly revision: number;
}

type NotWritten = Exclude<AppendOutcome, { kind: 'unknown' }>;

/** Appends in groups: one transaction and one sync for all, but each append succeeds or fails by itself. */
export class LogWriter {
  readonly #db: LogDatabase;
  readonly #heads: StreamHeads;
  readonly #insertEvent: StatementSyncInstance;
  readonly #insertStream: StatementSyncInstance;
  readonly #placeOf: StatementSyncInstance;
  #position: number;
  #lastStream: number;
  /** The group so far: see Answers. */
  #written: number[] = [];
  #others: [number, AppendOutcome][] = [];
  #characters = 0;

  constructor(db: LogDatabase) {
    this.#db = db;
    this.#heads = new StreamHeads(db);
    this.#insertEvent = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING');
    this.#insertStream = db.prepare('INSERT INTO streams (id, name) VALUES (?, ?)');
    this.#placeOf = db.prepare('SELECT position, stream, revision FROM events WHERE id = ?');
    this.#position = headOf(db);
    this.#lastStream = Number(row(db.prepare('SELECT max(id) FROM streams'))?.[0] ?? 0);
  }

  get head(): number {
    return this.#position;
  }

  /** Appends that wait for the next commit. */
  get waiting(): number {
    return this.#written.length / 2;
  }

  /** Characters of data and metadata that wait for the next commit. */
  get waitingCharacters(): number {
    return this.#characters;
  }

  /** Nothing of it may be said before the next commit. When it throws, the writer is of no more use. */
  append(append: Append): void {
    if (this.waiting === 0) this.#db.exec('BEGIN IMMEDIATE');
    const outcome = this.#append(append);
    if (outcome.kind === 'written') this.#written.push(outcome.position, outcome.revision);
    else {
      this.#others.push([this.waiting, outcome]);
      this.#written.push(0, 0);
    }
    for (const { data, metadata } of append.events) this.#characters += data.length + metadata.length;
  }

  /** When it returns, everything it says is on disk. When it throws, nothing may be said and the writer is of no more use. */
  commit(): Answers {
    this.#db.exec('COMMIT');
    const answers = { written: this.#written, others: this.#others };
    this.#written = [];
    this.#others = [];
    this.#characters = 0;
    return answers;
  }

  #append(append: Append): Written | NotWritten {
    const head = this.#heads.of(append.stream);
    const written = meets(head.revision, append.expected) ? this.#insert(append, head) : undefined;
    return written ?? this.#repeated(append, head) ?? { kind: 'conflict', revision: lastRevision(head) };
  }

  /** Undefined, and nothing is written, when one of the event ids is in the log already. */
  #insert(append: Append, head: StreamHead): Written | undefined {
    const several = append.events.length > 1;
    const stream = head.id ?? this.#lastStream + 1;
    if (several) this.#db.exec('SAVEPOINT append');
    const revision = this.#insertEvents(append, stream, head.revision);
    if (several) this.#db.exec(revision === undefined ? 'ROLLBACK TO append; RELEASE append' : 'RELEASE append');
    if (revision === undefined) return undefined;
    if (head.id === undefined) {
      this.#insertStream.run(stream, append.stream);
      this.#lastStream = stream;
    }
    this.#heads.set(append.stream, { id: stream, revision });
    const position = this.#position + 1;
    this.#position += append.events.length;
    return { kind: 'written', position, revision };
  }

  #insertEvents({ events }: Append, stream: number, last: number): number | undefined {
    let revision = last;
    let position = this.#position;
    for (const { id, type, data, metadata } of events) {
      revision += 1;
      position += 1;
      const { changes } = this.#insertEvent.run(position, stream, revision, id, type, data, metadata);
      if (changes === 0) return undefined;
    }
    return revision;
  }

  /** The first answer once more, when the same events lie where this append would have put them. */
  #repeated({ events, expected }: Append, { id }: StreamHead): NotWritten | undefined {
    const positions: Position[] = [];
    let next = firstRevision(expected);
    for (const event of events) {
      const [position, stream, revision] = row(this.#placeOf, event.id) ?? [];
      next ??= Number(revision);
      if (position === undefined || stream !== id || revision !== next) return undefined;
      positions.push(Number(position) as Position);
      next += 1;
    }
    return next === undefined ? undefined : { kind: 'committed', revision: next - 1, positions };
  }
}

function meets(revision: number, expected: ExpectedRevision): boolean {
  if (expected === 'any') return true;
  if (expected === 'no-stream') return revision < 0;
  if (expected === 'stream-exists') return revision >= 0;
  // -1 is not another word for no-stream.
  return expected >= 0 && revision === expected;
}

/** Where an append with this expected revision begins; undefined: anywhere. */
function firstRevision(expected: ExpectedRevision): number | undefined {
  if (expected === 'no-stream') return 0;
  return typeof expected === 'number' ? expected + 1 : undefined;
}

function lastRevision({ id, revision }: StreamHead): number | undefined {
  return id === undefined ? undefined : revision;
}
