import { Counter, Histogram, type Registry } from 'prom-client';
import type { ProposedEvent, StreamName } from './domain/kernel/event.js';
import type { AppendOutcome, EventStore, ExpectedRevision } from './domain/kernel/event-store.js';
import type { Logger } from './logger.js';

/** What `measured` and the engine tell of appends. */
export interface AppendMetrics {
  readonly onGroup: (appends: number) => void;
  readonly measured: (store: EventStore, logger: Logger) => EventStore;
}

const OUTCOMES = ['committed', 'conflict', 'unknown', 'refused'] as const;
type Outcome = (typeof OUTCOMES)[number];
type Record = (outcome: Outcome, written: number, began: number) => void;

export function appendMetrics(registry: Registry): AppendMetrics {
  const registers = [registry];
  const appends = new Counter({
    name: 'hansard_appends_total',
    help: 'Appends to the log by outcome; a conflict is tried again by the node.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of OUTCOMES) appends.inc({ outcome }, 0);
  const events = new Counter({ name: 'hansard_appended_events_total', help: 'Events written to the log.', registers });
  const seconds = new Histogram({
    name: 'hansard_append_duration_seconds',
    help: 'Time from an append to its answer, when it is on disk.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const group = new Histogram({
    name: 'hansard_append_group_size',
    help: 'Appends that one flush of the disk was shared by.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
    registers,
  });
  const record: Record = (outcome, written, began) => {
    appends.inc({ outcome });
    if (outcome === 'committed') events.inc(written);
    seconds.observe((performance.now() - began) / 1_000);
  };
  return {
    onGroup: (size) => group.observe(size),
    measured: (store, logger) => new MeasuredEventStore(store, logger, record),
  };
}

/** A log whose appends are counted and timed, and said at `debug`: by correlation id, with the place where they are. */
class MeasuredEventStore implements EventStore {
  readonly #store: EventStore;
  readonly #logger: Logger;
  readonly #record: Record;

  constructor(store: EventStore, logger: Logger, record: Record) {
    this.#store = store;
    this.#logger = logger;
    this.#record = record;
  }

  async append(
    stream: StreamName,
    events: readonly ProposedEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendOutcome> {
    const began = performance.now();
    try {
      const outcome = await this.#store.append(stream, events, expected);
      this.#record(outcome.kind, events.length, began);
      if (this.#logger.isLevelEnabled('debug')) this.#say(stream, events, outcome, performance.now() - began);
      return outcome;
    } catch (error) {
      this.#record('refused', 0, began);
      throw error;
    }
  }

  readStream: EventStore['readStream'] = (...asked) => this.#store.readStream(...asked);
  readAll: EventStore['readAll'] = (...asked) => this.#store.readAll(...asked);
  subscribe: EventStore['subscribe'] = (...asked) => this.#store.subscribe(...asked);
  head: EventStore['head'] = () => this.#store.head();
  close: EventStore['close'] = () => this.#store.close();

  /** Posts of several requests may share one append. */
  #say(stream: StreamName, events: readonly ProposedEvent[], outcome: AppendOutcome, ms: number): void {
    const last = outcome.kind === 'committed' ? outcome.revision : undefined;
    for (const [index, { type, metadata }] of events.entries()) {
      const revision = last === undefined ? undefined : last - events.length + 1 + index;
      const position = outcome.kind === 'committed' ? outcome.positions[index] : undefined;
      const { correlationId } = metadata;
      this.#logger.debug({ correlationId, stream, type, outcome: outcome.kind, revision, position, ms }, 'append');
    }
  }
}
