import type { Position } from '../../domain/kernel/position.js';
import type {
  ParkedDetails,
  ParkedInfo,
  ProjectionControl,
  ReadModelInfo,
  Retry,
  Task,
  TaskKind,
} from '../../projections/operating.js';
import type { Projection } from '../../projections/projection.js';
import type { Projector, ReadModelStatus } from '../projector.js';
import { ParkedEvents } from './parked-events.js';
import { rebuild } from './rebuild.js';
import { pages } from './rows.js';
import { Tasks, type TaskSettings } from './tasks.js';
import { verify } from './verify.js';
import type { Under, Working } from './working.js';

export interface OperatorSettings extends Working, TaskSettings {
  readonly projections: readonly Projection[];
  readonly projector: Projector;
  /** Read models that a running node has in memory. */
  readonly inMemory: readonly string[];
}

/** Looks after the read models while the projector keeps them current. */
export class ProjectionOperator implements ProjectionControl {
  readonly #settings: OperatorSettings;
  readonly #tasks: Tasks;
  readonly #parked: ParkedEvents;
  /** Rows as of a position; counting is reading. */
  readonly #counts = new Map<string, { readonly position: Position; readonly rows: number }>();

  constructor(settings: OperatorSettings) {
    this.#settings = settings;
    this.#tasks = new Tasks(settings);
    this.#parked = new ParkedEvents(settings.models, settings.store, settings.decode);
  }

  async list({ rows }: { readonly rows: boolean }): Promise<readonly ReadModelInfo[]> {
    const head = await this.#settings.store.head();
    const infos: ReadModelInfo[] = [];
    for (const status of this.#settings.projector.status(head)) {
      const { name, version, position, lagPositions, lagSeconds, problem } = status;
      const task = this.#tasks.of(name);
      infos.push({
        ...{ name, version, state: stateOf(status), position, lagEvents: lagPositions, lagSeconds },
        ...(rows && { rows: await this.#count(name) }),
        ...(problem && { problem: problem.message }),
        ...(task && { task }),
      });
    }
    return infos;
  }

  has(readModel: string): boolean {
    return this.#find(readModel) !== undefined;
  }

  start(readModel: string, kind: TaskKind): Task | undefined {
    const before = this.#tasks.of(readModel);
    if (before && isUnderWay(before)) return before.kind === kind ? before : undefined;
    return this.#isShown(readModel) ? this.#start(readModel, kind) : undefined;
  }

  task(readModel: string): Task | undefined {
    return this.#tasks.of(readModel);
  }

  ended(id: string): Promise<void> {
    return this.#tasks.ended(id);
  }

  parked(page: { readonly after: Position; readonly limit: number }): Promise<readonly ParkedInfo[]> {
    return this.#parked.page(page);
  }

  parkedEvent(position: Position): Promise<ParkedDetails | undefined> {
    return this.#parked.details(position);
  }

  /** The list of parked events comes last: while anything before it failed, they stay on it. */
  async retryParked(): Promise<Retry> {
    const { projections, inMemory } = this.#settings;
    const { checked, known, readModels } = await this.#parked.concerned(
      projections.filter(({ schema }) => schema.name !== 'parked'),
    );
    if (known === 0) return { checked, known, tasks: [], restart: false };
    const tasks: Task[] = [];
    for (const name of readModels) tasks.push(this.#start(name, 'rebuild', { afresh: true }));
    const needs = tasks.map(({ id }) => id);
    tasks.push(this.#start('parked', 'rebuild', { afresh: true, needs }));
    return { checked, known, tasks, restart: inMemory.some((name) => readModels.has(name)) };
  }

  /** Idempotent. */
  stop(): Promise<void> {
    return this.#tasks.stop();
  }

  #start(
    readModel: string,
    kind: TaskKind,
    { needs = [], afresh = false }: { readonly needs?: readonly string[]; readonly afresh?: boolean } = {},
  ): Task {
    const projection = this.#find(readModel);
    if (!projection) throw new Error(`no read model ${readModel}`);
    const work = (under: Under) =>
      kind === 'verify'
        ? verify(projection, this.#settings, under)
        : rebuild(projection, this.#settings, under, { afresh });
    return this.#tasks.start({ readModel, kind, needs, work });
  }

  #find(readModel: string): Projection | undefined {
    return this.#settings.projections.find(({ schema }) => schema.name === readModel);
  }

  #isShown(readModel: string): boolean {
    return this.#settings.projector.status(0 as Position).some(({ name, live }) => name === readModel && live);
  }

  async #count(readModel: string): Promise<number> {
    const { models, projector } = this.#settings;
    const position = projector.positionOf(readModel);
    const known = this.#counts.get(readModel);
    if (known?.position === position) return known.rows;
    let rows = 0;
    const schema = this.#find(readModel)?.schema;
    if (schema) for await (const page of pages(models, schema)) rows += page.rows.length;
    this.#counts.set(readModel, { position, rows });
    return rows;
  }
}

function stateOf({ state, live }: ReadModelStatus): ReadModelInfo['state'] {
  if (state === 'stopped') return 'stopped';
  return live ? state : 'filling';
}

function isUnderWay({ state }: Task): boolean {
  return state === 'waiting' || state === 'running';
}
