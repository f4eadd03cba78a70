import type { TaskKind } from '../../projections/operating.js';
import type { ReadModelView, TaskView } from '../../projections/operating-view.js';
import { CliFailure, EXIT } from '../exit.js';
import { standardOutput, table, type Output } from '../output.js';
import { openTarget, type Target, type TargetOptions } from './target.js';
import { watched } from './watch.js';

interface Options extends TargetOptions {
  readonly json: boolean;
}

/** `hansard projections list` */
export async function projectionsList(options: Options & { readonly rows: boolean }, output: Output = standardOutput) {
  await onTarget(options, output, async (target) => {
    const items = await target.list(options.rows);
    if (options.json) output.out(json(items));
    else output.out(table([HEADING, ...items.map(lineOf)]));
  });
}

const HEADING = ['read model', 'state', 'behind', 'seconds', 'rows', 'version', 'position'];

function lineOf({ name, state, lagEvents, lagSeconds, rows, version, position, problem }: ReadModelView): string[] {
  const seconds = lagSeconds.toFixed(1);
  return [
    name,
    problem === undefined ? state : `${state}: ${problem}`,
    `${lagEvents}`,
    seconds,
    `${rows ?? ''}`,
  ].concat(`${version}`, position);
}

/** `hansard projections rebuild` and `verify`: start it, or find it going on, and see it to its end. */
export async function projectionTask(
  options: Options & { readonly readModel: string; readonly kind: TaskKind },
  output: Output = standardOutput,
) {
  await onTarget(options, output, async (target) => {
    const task = await watched(target, await target.start(options.readModel, options.kind), output);
    if (options.json) output.out(json(task));
    else output.out(summary(task));
    failUnlessWell(task);
  });
}

function summary({ readModel, kind, state, rows = 0, differing = 0, differences = [] }: TaskView): string {
  if (state !== 'done') return '';
  if (kind === 'rebuild') return `${readModel}: made again, ${rows} rows\n`;
  const lines = differences.map(({ table: name, key, kind: what, members = [] }) =>
    ['different', name, JSON.stringify(key), what, members.join(', ')].join('  ').trimEnd(),
  );
  const more = differing > differences.length ? [`and ${differing - differences.length} more`] : [];
  const verdict = differing === 0 ? 'as the log makes it' : `${differing} differences`;
  return [...lines, ...more, `${readModel}: ${rows} rows, ${verdict}`].map((line) => `${line}\n`).join('');
}

function failUnlessWell({ readModel, kind, state, message, differing = 0 }: TaskView): void {
  if (state !== 'done') throw new CliFailure(`${kind} of ${readModel} ${state}: ${message ?? 'it says not why'}.`);
  if (differing > 0) throw new CliFailure(`Rebuild it: hansard projections rebuild ${readModel}`, EXIT.failed);
}

/** `hansard projections parked list` */
export async function parkedList(options: Options, output: Output = standardOutput) {
  await onTarget(options, output, async (target) => {
    for await (const event of target.parked()) {
      const { sequence, stream, revision, type, reason } = event;
      const line = options.json
        ? JSON.stringify(event)
        : [sequence, stream, revision, type, oneLine(reason)].join('  ');
      output.out(`${line}\n`);
    }
  });
}

/** `hansard projections parked show` */
export async function parkedShow(options: Options & { readonly sequence: string }, output: Output = standardOutput) {
  await onTarget(options, output, async (target) => {
    const event = await target.parkedEvent(options.sequence);
    const { members, ...rest } = event;
    const shape = Object.entries(members).map(([member, type]) => `${member}: ${type}`);
    const facts = Object.entries({ ...rest, reason: oneLine(event.reason), data: shape.join(', ') });
    output.out(options.json ? json(event) : table(facts.map(([fact, value]) => [fact, String(value)])));
  });
}

/** `hansard projections parked retry` */
export async function parkedRetry(options: Options, output: Output = standardOutput) {
  await onTarget(options, output, async (target) => {
    const retry = await target.retry();
    const ended: TaskView[] = [];
    for (const task of retry.tasks) ended.push(await watched(target, task, output));
    if (options.json) output.out(json({ ...retry, tasks: ended }));
    else {
      const { checked, known, restart } = retry;
      output.out(`${checked} parked events, ${known} of them known by now\n${ended.map(summary).join('')}`);
      if (restart)
        output.err('Start the nodes again: they keep in memory what these read models said when they started.\n');
    }
    for (const task of ended) failUnlessWell(task);
  });
}

async function onTarget(options: Options, { err }: Output, work: (target: Target) => Promise<void>): Promise<void> {
  const target = await openTarget(options, err);
  try {
    await work(target);
  } finally {
    await target.close();
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
