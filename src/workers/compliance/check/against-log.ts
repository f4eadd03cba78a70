import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SealedWindow } from '../../../domain/archive/archive.js';
import type { Position } from '../../../domain/kernel/position.js';
import { windowRange } from '../../../projections/window-view.js';
import { archiveEvent, archiveStream } from '../archive-log.js';
import { MANIFEST } from '../bag/bag.js';
import { isAdapterName, type Rendering, type Window } from '../dependencies.js';
import type { Findings } from '../report.js';
import { foldLog } from '../state/fold-log.js';
import { LogState } from '../state/log-state.js';
import { renderWindow } from '../window/render-window.js';
import type { WindowJson } from '../window/window-json.js';
import type { WindowCheck } from './check-window.js';

/** The log to compare with, and the settings under which windows of it are rendered. */
export interface AgainstLog extends Rendering {
  /** Where windows are rendered again; default: the system's folder for temporary files. */
  readonly scratch?: string | undefined;
}

interface KnownWindow {
  readonly sealed: Window;
  manifestSha256?: string;
  isCollected: boolean;
}

/** What the log says of one adapter's windows; renders each again. */
export class LogWitness {
  readonly #against: AgainstLog;
  readonly #findings: Findings;
  readonly #signal: AbortSignal | undefined;
  readonly #windows: ReadonlyMap<number, KnownWindow>;
  #state = new LogState();

  private constructor(
    against: AgainstLog,
    findings: Findings,
    signal: AbortSignal | undefined,
    windows: ReadonlyMap<number, KnownWindow>,
  ) {
    this.#against = against;
    this.#findings = findings;
    this.#signal = signal;
    this.#windows = windows;
  }

  static async of(
    adapter: string,
    against: AgainstLog,
    findings: Findings,
    signal: AbortSignal | undefined,
  ): Promise<LogWitness> {
    return new LogWitness(against, findings, signal, await windowsInLog(adapter, against));
  }

  isCollected(number: number): boolean {
    return this.#windows.get(number)?.isCollected === true;
  }

  /** Compares a window that was checked already; windows must come in the order of their numbers. */
  async testify(folder: string, path: string, number: number, { window, manifestSha256 }: WindowCheck): Promise<void> {
    const known = this.#windows.get(number);
    if (!known) {
      this.#findings.problem(path, 'not-in-log', `the log knows no window ${number}`);
      return;
    }
    if (window) this.#compareRange(path, known.sealed, window);
    if (known.manifestSha256 !== undefined && known.manifestSha256 !== manifestSha256)
      this.#differs(
        path,
        `it was published with the manifest ${known.manifestSha256} and has ${manifestSha256 ?? 'none'}`,
      );
    await this.#compareBytes(folder, path, known.sealed);
  }

  /** Whether a window was ever published. */
  get knowsWindows(): boolean {
    return this.#published.length > 0;
  }

  /**
   * Windows that were published and are not there. Those older than all that are there may have been taken by a collector,
   * who takes the oldest first; the newest ones, or all of them, are missed.
   */
  missing(prefix: string, present: readonly number[]): void {
    const [oldest = Infinity, newest = 0] = [present.at(0), present.at(-1)];
    for (const number of this.#published)
      if (number > newest)
        this.#findings.problem(prefix, 'missing-window', `window ${number} was published and is not there`);
    const gone = this.#published.filter((number) => number < oldest && number <= newest);
    const [first, last] = [gone.at(0), gone.at(-1)];
    if (first !== undefined && last !== undefined)
      this.#findings.warning(
        prefix,
        'gone-windows',
        `windows ${first} to ${last} were published and are not there any more`,
      );
  }

  /** Numbers of windows that were published and of which nobody said that they were collected. */
  get #published(): readonly number[] {
    return [...this.#windows].flatMap(([number, { manifestSha256, isCollected }]) =>
      manifestSha256 !== undefined && !isCollected ? [number] : [],
    );
  }

  #compareRange(path: string, sealed: Window, window: WindowJson): void {
    const said = { ...sealed, ...windowRange(sealed, this.#against.sequences) };
    for (const name of ['from', 'to', 'fromTime', 'toTime', 'profile', 'software', 'previousManifestSha256'] as const)
      if (said[name] !== window[name])
        this.#differs(path, `${name} is ${String(window[name])}, the log says ${String(said[name])}`);
  }

  async #compareBytes(folder: string, path: string, sealed: Window): Promise<void> {
    const from = sealed.from as Position;
    if (this.#state.position > from) this.#state = new LogState();
    await foldLog(this.#state, from, this.#against.store, this.#signal);
    const scratch = await mkdtemp(join(this.#against.scratch ?? tmpdir(), 'hansard-verify-'));
    try {
      const again = `${scratch}/window`;
      await renderWindow(sealed, again, this.#state, this.#against, { signal: this.#signal });
      this.#state.keep();
      const [given, found] = await Promise.all([again, folder].map(manifestLines));
      const differing = [...(given ?? [])].filter((line) => found?.has(line) !== true).map((line) => line.slice(66));
      if (differing.length > 0) this.#differs(path, `the log gives other bytes for ${differing.join(', ')}`);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  #differs(path: string, message: string): void {
    this.#findings.problem(path, 'differs-from-log', message);
  }
}

async function manifestLines(folder: string): Promise<ReadonlySet<string>> {
  const text = await readFile(`${folder}/${MANIFEST}`, 'utf8').catch(() => '');
  return new Set(text.split('\n').filter(Boolean));
}

async function windowsInLog(adapter: string, { store }: AgainstLog): Promise<ReadonlyMap<number, KnownWindow>> {
  const windows = new Map<number, KnownWindow>();
  for await (const batch of store.readStream(archiveStream(adapter))) {
    for (const recorded of batch) {
      const event = archiveEvent(recorded);
      if (event?.type === 'WindowSealed' && isWindow(event.data))
        windows.set(event.data.number, { sealed: event.data, isCollected: false });
      const window = event && windows.get(event.data.number);
      if (!window) continue;
      if (event.type === 'WindowPublished') window.manifestSha256 = event.data.manifestSha256;
      if (event.type === 'WindowCollected') window.isCollected = true;
    }
  }
  return windows;
}

export function isWindow(sealed: SealedWindow): sealed is Window {
  return isAdapterName(sealed.adapter);
}
