import { setTimeout as delay } from 'node:timers/promises';
import type { TaskView } from '../../projections/operating-view.js';
import { CliFailure, EXIT } from '../exit.js';
import type { Output } from '../output.js';
import type { Target } from './target.js';

const EVERY_MS = 200;
const WIDTH = 30;

/** Until the task has ended; draws how far it is, on a terminal. SIGINT leaves a server at it, and stops the work on a folder. */
export async function watched(target: Target, begun: TaskView, { err, terminal }: Output): Promise<TaskView> {
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort();
  process.once('SIGINT', onSignal);
  const meter = new Meter();
  try {
    for (let task = begun; ;) {
      if (task.id !== begun.id) throw new CliFailure('Something else was asked of this read model meanwhile.');
      if (task.state !== 'waiting' && task.state !== 'running') return task;
      if (terminal) err(`\r\x1b[K${meter.line(task, performance.now())}`);
      await delay(EVERY_MS, undefined, { signal: interrupted.signal }).catch(() => undefined);
      if (interrupted.signal.aborted) throw new CliFailure(GOES_ON, EXIT.interrupted);
      task = await target.task(begun.readModel);
    }
  } finally {
    if (terminal) err('\r\x1b[K');
    process.removeListener('SIGINT', onSignal);
  }
}

const GOES_ON = 'The same command goes on: a server works on meanwhile, a folder waits.';

/** Speed and what is left of one step. */
export class Meter {
  #step: TaskView['step'] = 'waiting';
  #began = 0;
  #from = 0;

  line({ readModel, step, done, planned }: TaskView, now: number): string {
    if (step !== this.#step) [this.#step, this.#began, this.#from] = [step, now, done];
    const perMs = (done - this.#from) / Math.max(1, now - this.#began);
    const rate = `${Math.round(perMs * 1_000)}/s`;
    if (planned === 0) return `${readModel} ${step}: ${done}, ${rate}`;
    const filled = Math.min(WIDTH, Math.round((WIDTH * done) / planned));
    const left = perMs > 0 ? `, ${Math.ceil((planned - done) / perMs / 1_000)} s left` : '';
    return `${readModel} ${step} [${'#'.repeat(filled).padEnd(WIDTH, '.')}] ${done} of ${planned}, ${rate}${left}`;
  }
}
