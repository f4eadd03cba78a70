import type { Manifest } from './manifest.js';
import type { Format } from './part.js';

/** What every export is given. */
export interface Exporting {
  readonly folder: string;
  readonly of: Manifest['of'];
  readonly format: Format;
  readonly signal: AbortSignal;
  readonly progress: (done: number, planned: number) => void;
}

/** What an export did. */
export interface Exported {
  /** Of this run. */
  readonly rows: number;
  readonly files: number;
  /** Rows of all runs into this folder. */
  readonly total: number;
  /** Sequence that the files have come to. */
  readonly position: string;
}
