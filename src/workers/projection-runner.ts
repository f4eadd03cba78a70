import { isParked } from '../domain/kernel/catalogue.js';
import type { RecordedEvent } from '../domain/kernel/event.js';
import type { EventStore } from '../domain/kernel/event-store.js';
import type { Clock } from '../domain/kernel/ports.js';
import { ORIGIN, type Position } from '../domain/kernel/position.js';
import { foldBatch, FoldError, type Decoded } from '../projections/fold-batch.js';
import type { Projection } from '../projections/projection.js';
import { InvalidRowError, type ReadModels, type ReadModelWriter } from '../projections/read-models.js';
import { categoryFilter } from './category-filter.js';
import type { Logger } from './logger.js';
import { Turns } from './operating/turns.js';
import { readAhead, type Waiting } from './subscription-runner.js';

/** What a projection runs on. */
export interface Projecting {
  readonly store: Pick<EventStore, 'subscribe' | 'head'>;
  readonly models: ReadModels;
  readonly decode: (event: RecordedEvent) => Decoded;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Resolves after so many milliseconds, or at once when the signal is aborted. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
  /**
   * Events that wait at most while a commit is under way, give or take a batch: they are the next commit. They are folded
   * in one go, so this is also how long requests on the same thread may have to wait: about 10 µs for each event.
   */
  readonly maxEvents: number;
}

/** Where a projection failed: a place in the log where there is one. */
export interface Problem {
  readonly message: string;
  readonly stream?: string;
  readonly revision?: number;
  readonly position?: Position;
}

/** `stopped`: by a bug, for good; the rows stay as they were before the commit that would have held its event. */
export type RunState = 'catching-up' | 'running' | 'stopped';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 10_000;

/**
 * Keeps one read model current: subscribes behind its checkpoint, folds what waits in one commit, and puts a new generation
 * in the place of the old one as soon as it has caught up. Infrastructure that fails is tried again, later each time; a bug
 * stops the projection, because an event that is left out makes every row after it a guess.
 */
export class ProjectionRunner {
  readonly projection: Projection;
  readonly #on: Projecting;
  readonly #moved: () => void;
  readonly #turns = new Turns();
  #writer: ReadModelWriter | undefined;
  state: RunState = 'catching-up';
  /** Every event up to here is in the rows. */
  position = ORIGIN;
  /** Its rows are those that queries read. */
  live = false;
  /** Parked events met since it started. */
  parked = 0;
  problem: Problem | undefined;
  /** Server time of the first event that is not in the rows yet, as far as is known. */
  oldestWaiting: string | undefined;
  /** Server time of the last event in the rows that came since it started. */
  lastEvent: string | undefined;
  #failures = 0;

  /** `moved` is called after every commit and every change of state. */
  constructor(projection: Projection, on: Projecting, moved: () => void) {
    this.projection = projection;
    this.#on = on;
    this.#moved = moved;
  }

  /** Until the signal is aborted or a bug shows. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.state !== 'stopped') {
      try {
        await this.#follow(signal);
      } catch (error) {
        await this.#recover(error, signal);
      }
    }
  }

  /** Nothing is committed meanwhile: the rows stand still at the position. */
  still<T>(work: (position: Position) => Promise<T>): Promise<T> {
    return this.#turns.take(() => work(this.position));
  }

  /** Puts a generation that was filled elsewhere in the place of this one, at the very same position. */
  replace(bring: (to: Position) => Promise<ReadModelWriter>): Promise<void> {
    return this.still(async (position) => {
      const writer = await bring(position);
      await writer.promote();
      this.#writer = writer;
      this.problem = undefined;
      this.#on.logger.info({ readModel: this.projection.schema.name, position }, 'read model was made again');
    });
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { store, maxEvents } = this.#on;
    const filter = categoryFilter(this.projection);
    const after = await this.#turns.take(() => this.#begin());
    const waiting = readAhead((ending) => store.subscribe({ after, ...filter, signal: ending }), { maxEvents, signal });
    for await (const stretch of waiting) await this.#turns.take(() => this.#project(stretch));
    if (!signal.aborted) throw new Error('the subscription ended');
  }

  async #begin(): Promise<Position> {
    const writer = await this.#open();
    const after = await writer.checkpoint();
    this.#writer = writer;
    this.#move(after);
    return after;
  }

  /** A log that was put back to an older copy would leave rows of events that never happened. */
  async #open(): Promise<ReadModelWriter> {
    const { models, store, logger } = this.#on;
    const { schema } = this.projection;
    const writer = await models.writer(schema);
    const [checkpoint, head] = [await writer.checkpoint(), await store.head()];
    if (checkpoint <= head) return writer;
    logger.error({ readModel: schema.name, checkpoint, head }, 'read model is ahead of the log and is made again');
    this.live = false;
    const rebuilt = await models.rebuild(schema);
    await rebuilt.promote(); // no rows are better than wrong ones, also when this process does not live to finish
    return rebuilt;
  }

  async #project({ events, position, caughtUp }: Waiting): Promise<void> {
    const writer = this.#writer;
    if (!writer) throw new Error('nothing is open to write to');
    const decoded = events.map(this.#on.decode);
    this.oldestWaiting = timeOf(decoded[0]) ?? this.oldestWaiting;
    await foldBatch(this.projection, decoded, writer, position);
    this.#report(decoded);
    if (caughtUp && !this.live) {
      await writer.promote();
      this.live = true;
      this.#on.logger.debug({ readModel: this.projection.schema.name, position }, 'read model has caught up');
    }
    if (caughtUp) this.state = 'running';
    if (this.state === 'running') this.oldestWaiting = undefined;
    this.lastEvent = timeOf(decoded.at(-1)) ?? this.lastEvent;
    this.problem = undefined;
    this.#failures = 0;
    this.#move(position);
  }

  /** Said once for each: by the projection that lists them. */
  #report(decoded: readonly Decoded[]): void {
    for (const parked of decoded) {
      if (!isParked(parked)) continue;
      this.parked += 1;
      const { position, stream, revision, type } = parked.event;
      if (this.projection.parked)
        this.#on.logger.warn({ position, stream, revision, type, reason: parked.reason }, 'event is parked');
    }
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return; // what fails on the way out is no failure
    this.problem = problemOf(error);
    const facts = { readModel: this.projection.schema.name, ...this.problem, err: error };
    if (error instanceof FoldError || error instanceof InvalidRowError) {
      this.state = 'stopped';
      this.#on.logger.error(facts, 'projection is stopped by a bug');
      this.#moved();
      return;
    }
    this.state = 'catching-up';
    const retryMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
    this.#failures += 1;
    this.#on.logger.warn({ ...facts, retryMs }, 'projection failed and is tried again');
    await this.#on.delay(retryMs, signal);
  }

  #move(position: Position): void {
    this.position = position;
    this.#moved();
  }
}

function timeOf(decoded: Decoded | undefined): string | undefined {
  return decoded === undefined || isParked(decoded) ? undefined : decoded.metadata.time;
}

function problemOf(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof FoldError)) return { message };
  const { stream, revision, position } = error;
  return { message, stream, revision, position };
}
