import type { ReadableLog } from '../dependencies.js';
import type { Position } from '../../../domain/kernel/position.js';
import type { Logger } from '../../logger.js';
import { foldLog, identityOf } from './fold-log.js';
import { LogState } from './log-state.js';
import { readSnapshot, writeSnapshot } from './snapshots.js';

/** Positions behind the last snapshot from which on another one is worth its writing. */
const WORTH = 5_000;

export interface KeptStateSettings {
  readonly store: ReadableLog;
  /** The snapshot's file; it may be deleted at any time. */
  readonly path: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** One adapter's state at the end of its last window: in memory, and now and then in a snapshot that makes starts quick. */
export class KeptState {
  readonly #settings: KeptStateSettings;
  #state: LogState | undefined;
  #snapshotAt = 0;
  #log = '';

  constructor(settings: KeptStateSettings) {
    this.#settings = settings;
  }

  /** Gives the state at a position; what `use` changes is kept when it succeeds, and taken back when it fails. */
  async at<T>(position: Position, use: (state: LogState) => Promise<T>): Promise<T> {
    const { store, signal } = this.#settings;
    let state = this.#state;
    if (!state || state.position > position) state = await this.#load(position);
    this.#state = undefined; // folding may be cut short: then it is loaded again
    await foldLog(state, position, store, signal);
    this.#state = state;
    try {
      const result = await use(state);
      state.keep();
      return result;
    } catch (error) {
      state.takeBack();
      throw error;
    }
  }

  /** A snapshot is a convenience: that it cannot be written is no failure. */
  async remember(): Promise<void> {
    const { path, logger } = this.#settings;
    if (!this.#state || this.#state.position < this.#snapshotAt + WORTH) return;
    try {
      await writeSnapshot(path, this.#log, this.#state);
      this.#snapshotAt = this.#state.position;
    } catch (err) {
      logger.warn({ err, path }, 'the state of the archive could not be remembered; the next start takes longer');
    }
  }

  async #load(position: Position): Promise<LogState> {
    const { store, path } = this.#settings;
    this.#log = await identityOf(store);
    const snapshot = await readSnapshot(path, this.#log);
    const state = snapshot && snapshot.position <= position ? snapshot : new LogState();
    this.#snapshotAt = state.position;
    return state;
  }
}
