import type { Task, TaskKind } from '../../projections/operating.js';
import type { Logger } from '../logger.js';
import type { Outcome, Under } from './working.js';
import { Turns } from './turns.js';

export interface TaskSettings {
  readonly now: () => string;
  readonly newId: () => string;
  readonly logger: Logger;
}

export interface NewTask {
  readonly readModel: string;
  readonly kind: TaskKind;
  readonly work: (under: Under) => Promise<Outcome>;
  /** Tasks that have to end well first. */
  readonly needs?: readonly string[];
}

/** Long work on read models, one at a time, so that it costs a node no more than one thread's time. Remembers the last one of each. */
export class Tasks {
  readonly #settings: TaskSettings;
  readonly #last = new Map<string, Task>();
  readonly #ends = new Map<string, Promise<void>>();
  readonly #turns = new Turns();
  readonly #ending = new AbortController();

  constructor(settings: TaskSettings) {
    this.#settings = settings;
  }

  of(readModel: string): Task | undefined {
    return this.#last.get(readModel);
  }

  ended(id: string): Promise<void> {
    return this.#ends.get(id) ?? Promise.resolve();
  }

  start({ readModel, kind, work, needs = [] }: NewTask): Task {
    const { now, newId } = this.#settings;
    const task: Task = {
      id: newId(),
      readModel,
      kind,
      askedAt: now(),
      state: 'waiting',
      step: 'waiting',
      done: 0,
      planned: 0,
    };
    this.#last.set(readModel, task);
    const end = this.#turns.take(() => this.#run(task, work, needs));
    this.#ends.set(task.id, end);
    void end.then(() => this.#ends.delete(task.id));
    return task;
  }

  /** Ends the one under way; resolves when nothing runs any more. Idempotent. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#turns.take(() => Promise.resolve());
  }

  /** Never rejects. */
  async #run({ id, readModel, kind }: Task, work: NewTask['work'], needs: readonly string[]): Promise<void> {
    const change = (change: Partial<Task>) => {
      const task = this.#last.get(readModel);
      if (task?.id === id) this.#last.set(readModel, { ...task, ...change });
    };
    const isOver = () => this.#ending.signal.aborted;
    if (isOver()) {
      change({ state: 'stopped', step: 'ended' });
      return;
    }
    if (!needs.every((need) => this.#endedWell(need))) {
      change({ state: 'failed', step: 'ended', message: 'one that has to be made first was not' });
      return;
    }
    change({ state: 'running', step: 'filling' });
    this.#settings.logger.info({ readModel, task: id, kind }, 'task begins');
    try {
      const outcome = await work({ signal: this.#ending.signal, report: change });
      change({ ...outcome, state: 'done', step: 'ended' });
      const { rows, differing } = outcome;
      this.#settings.logger.info({ readModel, task: id, kind, rows, differing }, 'task is done');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      change({ state: isOver() ? 'stopped' : 'failed', step: 'ended', message });
      if (!isOver()) this.#settings.logger.error({ readModel, task: id, kind, err: error }, 'task failed');
    }
  }

  #endedWell(id: string): boolean {
    return [...this.#last.values()].some((task) => task.id === id && task.state === 'done');
  }
}
