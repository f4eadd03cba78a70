import type { Task } from '../../projections/operating.js';
import type { ReadModels } from '../../projections/read-models.js';
import type { Projector } from '../projector.js';
import type { Folding } from './fold-up-to.js';
import type { OpenScratch } from './scratch.js';

/** What rebuilding and verifying work with. */
export interface Working extends Folding {
  readonly models: ReadModels;
  readonly projector: Pick<Projector, 'positionOf' | 'still' | 'replace'>;
  readonly openScratch: OpenScratch;
  /** Of the program: rows that another one folded are not gone on with. */
  readonly software: string;
}

export type Progress = Pick<Task, 'step' | 'done' | 'planned'>;

/** How a task ends well. */
export type Outcome = Pick<Task, 'position' | 'rows' | 'differing' | 'differences'>;

export interface Under {
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
}
