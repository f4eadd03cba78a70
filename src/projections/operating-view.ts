import type { ParkedDetails, ParkedInfo, ReadModelInfo, Retry, Task } from './operating.js';
import type { SequenceCodec } from './sequence.js';

/** Positions leave the house as sequences; everything else as it is. */
export interface TaskView extends Omit<Task, 'position'> {
  readonly position?: string;
}

export interface ReadModelView extends Omit<ReadModelInfo, 'position' | 'task'> {
  readonly position: string;
  readonly task?: TaskView;
}

/** `sequence` names a parked event, as it names every other. */
export type ParkedView = Omit<ParkedInfo, 'position'> & { readonly sequence: string };
export type ParkedDetailsView = Omit<ParkedDetails, 'position'> & { readonly sequence: string };
export type RetryView = Omit<Retry, 'tasks'> & { readonly tasks: readonly TaskView[] };

export function taskView({ position, ...rest }: Task, sequences: SequenceCodec): TaskView {
  return { ...rest, ...(position !== undefined && { position: sequences.encode(position) }) };
}

export function readModelView({ position, task, ...rest }: ReadModelInfo, sequences: SequenceCodec): ReadModelView {
  return { ...rest, position: sequences.encode(position), ...(task && { task: taskView(task, sequences) }) };
}

export function parkedView<Info extends ParkedInfo>(
  { position, ...rest }: Info,
  sequences: SequenceCodec,
): Omit<Info, 'position'> & { readonly sequence: string } {
  return { sequence: sequences.encode(position), ...rest };
}

export function retryView({ tasks, ...rest }: Retry, sequences: SequenceCodec): RetryView {
  return { ...rest, tasks: tasks.map((task) => taskView(task, sequences)) };
}
