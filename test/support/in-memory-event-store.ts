import type { ProposedEvent, RecordedEvent, StreamName } from '../../src/domain/kernel/event.js';
import { categoryOf } from '../../src/domain/kernel/event.js';
import type {
  AppendOutcome,
  CaughtUp,
  EventBatch,
  EventFilter,
  EventStore,
  ExpectedRevision,
  ReadAllOptions,
  ReadStreamOptions,
  SubscribeOptions,
} from '../../src/domain/kernel/event-store.js';
import { InvalidAppendError } from '../../src/domain/kernel/event-store.js';
import { ORIGIN, type Position } from '../../src/domain/kernel/position.js';

/** Events in one batch of a read or subscription. */
const BATCH = 100;

/** A log in an array, for tests of what stands on the port. Positions count from 1. */
export class InMemoryEventStore implements EventStore {
  readonly events: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  readonly #revisions = new Map<string, number>();
  #waiters: (() => void)[] = [];
  #closed = false;

  append(stream: StreamName, events: readonly ProposedEvent[], expected: ExpectedRevision): Promise<AppendOutcome> {
    if (events.length === 0) return Promise.reject(new InvalidAppendError('no events'));
    if (this.#closed) return Promise.resolve({ kind: 'unknown', reason: 'the store is closed' });
    const before = this.#streams.get(stream) ?? [];
    const repeated = this.#repeatOf(before, events, expected);
    if (repeated) return Promise.resolve(repeated);
    if (!meets(before.length - 1, expected)) {
      return Promise.resolve({ kind: 'conflict', revision: before.length > 0 ? before.length - 1 : undefined });
    }
    const recorded = events.map((event, index) => {
      const { id, type, data, metadata }: ProposedEvent = structuredClone(event);
      const position = (this.events.length + index + 1) as Position;
      return { id, type, data, metadata, stream, revision: before.length + index, position };
    });
    if (before.length === 0) this.#streams.set(stream, before);
    before.push(...recorded);
    for (const { id, revision } of recorded) this.#revisions.set(`${stream} ${id}`, revision);
    this.events.push(...recorded);
    this.#wake();
    return Promise.resolve(committed(recorded));
  }

  async *readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<readonly RecordedEvent[]> {
    await Promise.resolve();
    const { from, direction = 'forward', limit = Infinity } = options;
    const all = this.#streams.get(stream) ?? [];
    const chosen =
      direction === 'forward' ? all.slice(from ?? 0) : all.slice(0, (from ?? all.length - 1) + 1).reverse();
    const limited = chosen.slice(0, limit);
    for (let at = 0; at < limited.length; at += BATCH) yield limited.slice(at, at + BATCH);
  }

  async *readAll({ after, to, filter, signal }: ReadAllOptions): AsyncIterable<EventBatch> {
    const end = to ?? this.#head();
    for (let at: number = after; at < end && !signal?.aborted; at += BATCH) {
      await Promise.resolve();
      const events = this.events.slice(at, Math.min(at + BATCH, end));
      yield batch(events, filter, Math.min(at + BATCH, end) as Position);
    }
  }

  async *subscribe({ after, filter, signal }: SubscribeOptions): AsyncIterable<EventBatch | CaughtUp> {
    let at: number = after === 'end' ? this.#head() : after;
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      for (let told = -1; ;) {
        await Promise.resolve();
        if (signal.aborted || this.#closed) return;
        if (at < this.#head()) {
          const events = this.events.slice(at, at + BATCH);
          at += events.length;
          yield batch(events, filter, at as Position);
        } else if (told !== at) {
          told = at;
          yield { kind: 'caught-up', position: at as Position };
        } else await new Promise<void>((resolve) => this.#waiters.push(resolve));
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  head(): Promise<Position> {
    return Promise.resolve(this.#head());
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    return Promise.resolve();
  }

  /** The same events at the same place are answered as the first time. */
  #repeatOf(
    before: readonly RecordedEvent[],
    events: readonly ProposedEvent[],
    expected: ExpectedRevision,
  ): AppendOutcome | undefined {
    const [first] = events;
    const start = first && this.#revisions.get(`${before[0]?.stream ?? ''} ${first.id}`);
    if (start === undefined) return undefined;
    if (typeof expected === 'number' && start !== expected + 1) return undefined;
    if (expected === 'no-stream' && start !== 0) return undefined;
    const there = before.slice(start, start + events.length);
    const same = there.length === events.length && there.every(({ id }, index) => id === events[index]?.id);
    return same ? committed(there) : undefined;
  }

  #head(): Position {
    return this.events.at(-1)?.position ?? ORIGIN;
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

function meets(last: number, expected: ExpectedRevision): boolean {
  if (expected === 'any') return true;
  if (expected === 'no-stream') return last < 0;
  if (expected === 'stream-exists') return last >= 0;
  return last === expected;
}

function committed(recorded: readonly RecordedEvent[]): AppendOutcome {
  return {
    kind: 'committed',
    revision: recorded.at(-1)?.revision ?? -1,
    positions: recorded.map(({ position }) => position),
  };
}

function batch(events: readonly RecordedEvent[], filter: EventFilter | undefined, position: Position): EventBatch {
  return { kind: 'events', events: events.filter((event) => matches(event, filter)), position };
}

function matches({ stream, type }: RecordedEvent, filter: EventFilter = {}): boolean {
  const { categories, streams, types } = filter;
  return (
    (!categories || categories.includes(categoryOf(stream))) &&
    (!streams || streams.has(stream)) &&
    (!types || types.has(type))
  );
}
