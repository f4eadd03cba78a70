import type { Position } from '../domain/kernel/position.js';
import { ORIGIN } from '../domain/kernel/position.js';
import type { Projection } from '../projections/projection.js';
import type { ReadModelWriter } from '../projections/read-models.js';
import { ProjectionRunner, type Problem, type Projecting, type RunState } from './projection-runner.js';
import { Reached, type WaitOptions } from './reached.js';

export interface ProjectorOptions extends Projecting {
  readonly projections: readonly Projection[];
}

export interface ReadModelStatus {
  readonly name: string;
  readonly version: number;
  readonly state: RunState;
  /** Its rows are those that queries read. */
  readonly live: boolean;
  /** Every event up to here is in the rows. */
  readonly position: Position;
  /** From there to the head of the log: events on the embedded log, bytes of the log on EventStoreDB. */
  readonly lagPositions: number;
  /** Age of the oldest event that is known and not in the rows yet; 0: caught up. */
  readonly lagSeconds: number;
  /** Since the last event that went into the rows; `undefined`: none since the projector started. */
  readonly secondsSinceEvent: number | undefined;
  /** Parked events met since the projector started; the read model `parked` lists all there ever were. */
  readonly parked: number;
  readonly problem: Problem | undefined;
}

/** Keeps all read models current, each at its own pace: one that is stopped or far behind holds up no other. */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #runners: readonly ProjectionRunner[];
  readonly #reached = new Map<string, Reached>();
  readonly #ending = new AbortController();
  #running: Promise<unknown> | undefined;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#runners = options.projections.map((projection) => {
      const reached = new Reached();
      this.#reached.set(projection.schema.name, reached);
      const runner: ProjectionRunner = new ProjectionRunner(projection, options, () => moved(runner, reached));
      return runner;
    });
  }

  start(): void {
    this.#running ??= Promise.all(this.#runners.map((runner) => runner.run(this.#ending.signal)));
  }

  /** `head`: the position of the log's last event. */
  status(head: Position): readonly ReadModelStatus[] {
    const now = Date.parse(this.#options.clock.now());
    return this.#runners.map(({ projection, state, live, position, parked, problem, oldestWaiting, lastEvent }) => ({
      name: projection.schema.name,
      version: projection.schema.version,
      state,
      live,
      position,
      lagPositions: Math.max(0, head - position),
      lagSeconds: secondsSince(oldestWaiting, now) ?? 0,
      secondsSinceEvent: secondsSince(lastEvent, now),
      parked,
      problem,
    }));
  }

  /** Up to where queries of a read model show every event. */
  positionOf(readModel: string): Position {
    const runner = this.#find(readModel);
    return runner ? shown(runner) : ORIGIN;
  }

  /** Nothing is committed to the read model meanwhile, so do little: its rows stand still at the position. */
  still<T>(readModel: string, work: (position: Position) => Promise<T>): Promise<T> {
    return this.#runnerOf(readModel).still(work);
  }

  /** Swaps in a generation that `bring` fills up to the very position of the one before; one that was stopped runs again. */
  async replace(readModel: string, bring: (to: Position) => Promise<ReadModelWriter>): Promise<void> {
    const runner = this.#runnerOf(readModel);
    await runner.replace(bring);
    if (runner.state !== 'stopped' || this.#ending.signal.aborted) return;
    runner.state = 'catching-up';
    this.#reachedBy(readModel).again();
    this.#running = Promise.all([this.#running, runner.run(this.#ending.signal)]);
  }

  /**
   * True as soon as a query of any of these read models shows every event up to the position; false after the timeout, and
   * at once when that cannot happen any more. A read model that is being filled anew counts from its swap on.
   */
  async reached(readModels: readonly string[], position: Position, options: WaitOptions): Promise<boolean> {
    const all = await Promise.all(readModels.map((name) => this.#reachedBy(name).wait(position, options)));
    return all.every((reached) => reached);
  }

  /** Lets the commits under way finish. Idempotent. */
  async stop(): Promise<void> {
    this.#ending.abort();
    for (const reached of this.#reached.values()) reached.end();
    await this.#running;
  }

  #find(readModel: string): ProjectionRunner | undefined {
    return this.#runners.find(({ projection }) => projection.schema.name === readModel);
  }

  #runnerOf(readModel: string): ProjectionRunner {
    const runner = this.#find(readModel);
    if (!runner) throw new Error(`no read model ${readModel}`);
    return runner;
  }

  #reachedBy(readModel: string): Reached {
    const reached = this.#reached.get(readModel);
    if (!reached) throw new Error(`no read model ${readModel}`);
    return reached;
  }
}

function moved(runner: ProjectionRunner, reached: Reached): void {
  reached.moveTo(shown(runner));
  if (runner.state === 'stopped') reached.end();
}

/** Rows that are filled anew are not shown yet. */
function shown({ live, position }: ProjectionRunner): Position {
  return live ? position : ORIGIN;
}

function secondsSince(time: string | undefined, now: number): number | undefined {
  return time === undefined ? undefined : Math.max(0, now - Date.parse(time)) / 1000;
}
