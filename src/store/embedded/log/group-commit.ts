import { numberOf, type Database } from './database.js';
import type { AppendAnswer, AppendRequest, EventText } from './protocol.js';

interface Head {
  readonly id: number;
  revision: number;
}

interface Found {
  readonly stream: number;
  readonly revision: number;
  readonly position: number;
}

/** Streams whose last revision is remembered. */
const REMEMBERED = 100_000;
const NONE = -1;

/** Writes all appends that wait in one transaction, each checked by itself: one that conflicts does not touch the others. */
export class GroupCommit {
  readonly #heads = new Map<string, Head>();
  readonly #statements;
  #position: number;

  constructor(database: Database) {
    this.#position = numberOf(database, 'SELECT coalesce(max(position), 0) FROM events');
    this.#statements = {
      begin: database.prepare('BEGIN IMMEDIATE'),
      commit: database.prepare('COMMIT'),
      stream: database.prepare('SELECT id FROM streams WHERE name = ?'),
      newStream: database.prepare('INSERT INTO streams (name) VALUES (?)'),
      last: database.prepare('SELECT max(revision) FROM events WHERE stream = ?'),
      find: database.prepare('SELECT stream, revision, position FROM events WHERE id = ?'),
      insert: database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)'),
    };
  }

  /** Position of the last event. */
  get head(): number {
    return this.#position;
  }

  /** Everything is on the disk when it returns. What it throws is about the file, never about an append. */
  commit(appends: readonly AppendRequest[]): AppendAnswer[] {
    this.#statements.begin.run();
    const answers = appends.map((append) => this.#append(append));
    this.#statements.commit.run();
    return answers;
  }

  #append({ stream, expected, events }: AppendRequest): AppendAnswer {
    const head = this.#head(stream);
    const found = this.#find(events[0]);
    if (found) return this.#repeated(head, found, expected, events);
    const last = head?.revision ?? NONE;
    const meets =
      expected === 'any' ||
      (expected === 'no-stream' ? last === NONE : expected === 'stream-exists' ? last !== NONE : last === expected);
    if (!meets || events.slice(1).some((event) => this.#find(event))) return conflict(last);
    return this.#insert(head ?? this.#newStream(stream), events);
  }

  #insert(head: Head, events: readonly EventText[]): AppendAnswer {
    const first = this.#position + 1;
    for (const [id, type, data, metadata] of events) {
      this.#position += 1;
      head.revision += 1;
      this.#statements.insert.run(this.#position, head.id, head.revision, id, type, data, metadata);
    }
    return { kind: 'committed', revision: head.revision, first, repeated: false };
  }

  /** The first event is there already: the same answer as then if the whole append is, where it was expected. */
  #repeated(
    head: Head | undefined,
    first: Found,
    expected: AppendRequest['expected'],
    events: readonly EventText[],
  ): AppendAnswer {
    const last = head?.revision ?? NONE;
    const due = expected === 'no-stream' ? 0 : typeof expected === 'number' ? expected + 1 : first.revision;
    const isThere =
      first.stream === head?.id &&
      first.revision === due &&
      events.every((event, index) => this.#isAt(event, first, index));
    if (!isThere) return conflict(last);
    return { kind: 'committed', revision: first.revision + events.length - 1, first: first.position, repeated: true };
  }

  #isAt(event: EventText, first: Found, index: number): boolean {
    const found = index === 0 ? first : this.#find(event);
    return (
      found?.stream === first.stream &&
      found.revision === first.revision + index &&
      found.position === first.position + index
    );
  }

  #find(event: EventText | undefined): Found | undefined {
    if (!event) return undefined;
    const row = this.#statements.find.get(event[0]) as readonly unknown[] | undefined;
    return row && { stream: Number(row[0]), revision: Number(row[1]), position: Number(row[2]) };
  }

  #head(name: string): Head | undefined {
    const known = this.#heads.get(name);
    if (known) return known;
    const stream = this.#statements.stream.get(name) as readonly unknown[] | undefined;
    if (!stream) return undefined;
    const last = this.#statements.last.get(Number(stream[0])) as readonly unknown[];
    return this.#remember(name, { id: Number(stream[0]), revision: last[0] === null ? NONE : Number(last[0]) });
  }

  #newStream(name: string): Head {
    const { lastInsertRowid } = this.#statements.newStream.run(name);
    return this.#remember(name, { id: Number(lastInsertRowid), revision: NONE });
  }

  #remember(name: string, head: Head): Head {
    if (this.#heads.size >= REMEMBERED) this.#heads.clear();
    this.#heads.set(name, head);
    return head;
  }
}

function conflict(last: number): AppendAnswer {
  return { kind: 'conflict', revision: last === NONE ? undefined : last };
}
