import type { ArchiveFact, ArchiveState } from '../../../domain/archive/archive.js';
import { archiveDecider, type ArchiveCommand } from '../../../domain/archive/decide.js';
import { initialArchive } from '../../../domain/archive/evolve.js';
import { catalogue } from '../../../domain/catalogue/catalogue.js';
import type { CommandContext, Stamping } from '../../../domain/kernel/command.js';
import { SYSTEM } from '../../../domain/kernel/event.js';
import type { EventStore } from '../../../domain/kernel/event-store.js';
import { handleCommand, load, type Handled, type Loaded } from '../../../domain/kernel/handle-command.js';
import { ORIGIN, type Position } from '../../../domain/kernel/position.js';
import { windowFolder } from '../../../projections/window-view.js';
import type { WindowRow } from '../../../projections/windows.js';
import { archiveEvent, archiveStream } from '../archive-log.js';
import { ArchiveBlockedError, blockedBy } from '../blocked.js';
import { isWindow } from '../check/against-log.js';
import type { AdapterName, Window } from '../dependencies.js';
import { isInstant } from '../instants.js';
import { rawOf, textOf } from '../raw.js';
import { firstEvent } from '../state/fold-log.js';
import type { KeptState } from '../state/kept-state.js';
import { countEvents } from './count-events.js';
import { makeVisible, type Publishing } from './publish-window.js';
import { Wake } from './wake.js';

/** How it stands with one adapter. */
export interface AdapterState {
  readonly name: AdapterName;
  /** Everything up to here is in published windows. */
  readonly position: Position;
  /** RFC 3339; since when the open window collects. */
  readonly openSince: string;
  readonly state: 'running' | 'blocked' | 'stopped';
  /** Why it is blocked: a sentence for the operator. */
  readonly message?: string;
}

export interface CutWindow {
  readonly window: WindowRow;
  /** Of the event that sealed it. */
  readonly position: Position;
}

export interface LoopSettings extends Publishing, Stamping {
  readonly store: EventStore;
  readonly adapter: AdapterName;
  readonly profile: Window['profile'];
  readonly intervalMs: number;
  /** Version of Hansard. */
  readonly software: string;
  /** The first wait after a failure, and the longest. */
  readonly retryMs: { readonly first: number; readonly longest: number };
}

interface Cut {
  readonly context: CommandContext;
  readonly resolve: (window: CutWindow) => void;
  readonly reject: (error: Error) => void;
}

type Sealed = Extract<ArchiveState, { kind: 'sealed' }>;

/**
 * Seals and publishes the windows of one adapter, one after the other. The log is its memory and its lock: what it finds
 * sealed it publishes, whoever sealed it.
 */
export class AdapterLoop {
  readonly #settings: LoopSettings;
  readonly #kept: KeptState;
  readonly #wake = new Wake();
  readonly #startedAt: string;
  #loaded: Loaded<ArchiveState> = { state: initialArchive, revision: -1 };
  #cuts: Cut[] = [];
  #waiting: { readonly number: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  #published = { number: 0, position: ORIGIN };
  #openSince: string;
  #blocked: ArchiveBlockedError | undefined;
  #failures = 0;
  #isStopped = false;

  constructor(settings: LoopSettings, kept: KeptState) {
    this.#settings = settings;
    this.#kept = kept;
    this.#startedAt = this.#openSince = settings.clock.now();
  }

  get state(): AdapterState {
    const blocked = this.#blocked;
    return {
      name: this.#settings.adapter,
      position: this.#published.position,
      openSince: this.#openSince,
      state: this.#isStopped ? 'stopped' : blocked ? 'blocked' : 'running',
      ...(blocked && { message: blocked.message }),
    };
  }

  /** Seals the open window now, even if it is empty; resolves when it is sealed. Rejects with ArchiveBlockedError. */
  cut(context: CommandContext): Promise<CutWindow> {
    if (this.#isStopped || this.#settings.signal.aborted) return Promise.reject(this.#stopping());
    return new Promise((resolve, reject) => {
      this.#cuts.push({ context, resolve, reject });
      this.#wake.now();
    });
  }

  /** Resolves when this window is published. */
  published(number: number): Promise<void> {
    if (number <= this.#published.number) return Promise.resolve();
    if (this.#isStopped) return Promise.reject(this.#stopping());
    return new Promise((resolve, reject) => this.#waiting.push({ number, resolve, reject }));
  }

  async run(): Promise<void> {
    const { signal } = this.#settings;
    while (!signal.aborted) {
      const failure = await this.#round().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (!failure) this.#recover();
      else await this.#block(failure.error);
    }
    this.#isStopped = true;
    this.#refuseCuts(this.#stopping());
    for (const { reject } of this.#waiting.splice(0)) reject(this.#stopping());
  }

  /** One step: publish what is sealed, or seal what is due, or rest until it is. */
  async #round(): Promise<void> {
    await this.#load();
    const { state } = this.#loaded;
    await this.#follow(state);
    if (state.kind === 'sealed') return this.#publishUnlessDone(state);
    const cut = this.#cuts[0];
    const wait = this.#dueInMs();
    if (cut || wait <= 0) return this.#seal(cut);
    this.#recover();
    await this.#wake.rest(wait, this.#settings.signal);
  }

  async #load(): Promise<void> {
    const { store, adapter } = this.#settings;
    const source = { store, typed: archiveEvent, snapshot: () => this.#loaded };
    this.#loaded = await load<ArchiveState, ArchiveFact>(archiveStream(adapter), archiveDecider, source);
  }

  /** Takes note of what is published, by this worker or another. */
  async #follow(state: ArchiveState): Promise<void> {
    if (state.kind === 'empty') {
      this.#openSince = await this.#beginning();
      return;
    }
    const { number, from, to, toTime } = state.window;
    this.#openSince = toTime;
    const isPublished = state.kind === 'published';
    this.#published = { number: isPublished ? number : number - 1, position: (isPublished ? to : from) as Position };
    const reached = this.#waiting.filter((waiting) => waiting.number <= this.#published.number);
    this.#waiting = this.#waiting.filter((waiting) => !reached.includes(waiting));
    for (const { resolve } of reached) resolve();
  }

  /** The first window begins with the log. */
  async #beginning(): Promise<string> {
    const first = await firstEvent(this.#settings.store);
    const time = textOf(rawOf(first?.metadata)['time']);
    return isInstant(time) && time < this.#startedAt ? time : this.#startedAt;
  }

  #dueInMs(): number {
    const { clock, intervalMs } = this.#settings;
    return Date.parse(this.#openSince) + intervalMs - Date.parse(clock.now());
  }

  async #seal(cut: Cut | undefined): Promise<void> {
    const { store, clock, adapter, profile, software } = this.#settings;
    const to = await store.head();
    const handled = await this.#handle(
      { type: 'Seal', adapter, to, at: clock.now(), since: this.#openSince, profile, software },
      // The mark stays with the caller, who keeps a receipt: a window is no answer by itself.
      cut ? { ...cut.context, idempotency: undefined } : undefined,
      this.#loaded.revision,
    );
    if (handled.kind === 'rejected') {
      if (handled.code !== 'window-range') return; // another worker was faster: what it sealed is met in the next round
      throw new Error(`the log ends at ${to}, before the windows that were cut from it: ${handled.detail}`);
    }
    this.#loaded = handled;
    const { state } = handled;
    if (cut && state.kind === 'sealed' && handled.position !== undefined) this.#answer(cut, state, handled.position);
  }

  /** Counting takes a pass over the range, so the loop goes on meanwhile. */
  #answer(cut: Cut, { window }: Sealed, position: Position): void {
    this.#cuts = this.#cuts.filter((one) => one !== cut);
    const { adapter, number, from, to, fromTime, toTime } = window;
    const row = { adapter, number, from, to, fromTime, toTime, state: 'sealed', folder: '' } as const;
    countEvents(this.#settings.store, from, to).then(
      (events) => cut.resolve({ window: { ...row, events }, position }),
      (error: unknown) => cut.reject(error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** Another worker that is faster clears away what this one is rendering: then there is nothing left to do, nor to fear. */
  async #publishUnlessDone(sealed: Sealed): Promise<void> {
    try {
      await this.#publish(sealed);
    } catch (error) {
      await this.#load();
      const { state } = this.#loaded;
      if (state.kind === 'sealed' && state.window.number === sealed.window.number) throw error;
    }
  }

  async #publish({ window }: Sealed): Promise<void> {
    const { logger, step, adapter } = this.#settings;
    if (!isWindow(window)) throw new Error(`no version of this adapter sealed window ${window.number}`);
    const { events, manifestSha256, gaps } = await this.#kept.at(window.from as Position, (state) =>
      makeVisible(window, state, this.#settings),
    );
    const folder = windowFolder(window);
    if (gaps.length > 0) logger.error({ adapter, window: window.number, gaps }, 'events are missing in the log');
    const command = { type: 'Publish', number: window.number, folder, manifestSha256, events } as const;
    const handled = await this.#handle(command, undefined, undefined);
    if (handled.kind === 'rejected')
      throw new Error(`window ${window.number} could not be published: ${handled.detail}`);
    this.#loaded = handled;
    await this.#follow(handled.state);
    await step('published', window);
    logger.info({ adapter, window: window.number, events, folder }, 'window published');
    await this.#kept.remember();
    await step('remembered', window);
  }

  #handle(
    command: ArchiveCommand,
    context: CommandContext | undefined,
    ifRevision: number | undefined,
  ): Promise<Handled<ArchiveState>> {
    const { store, clock, ids, node, adapter } = this.#settings;
    return handleCommand<ArchiveState, ArchiveCommand, ArchiveFact>(
      archiveStream(adapter),
      archiveDecider,
      command,
      context ?? { actor: SYSTEM, node, correlationId: ids.random() },
      {
        store,
        clock,
        ids,
        versionOf: catalogue.versionOf,
        typed: archiveEvent,
        snapshot: () => this.#loaded,
        ifRevision,
      },
    );
  }

  #recover(): void {
    if (this.#blocked) this.#settings.logger.info({ adapter: this.#settings.adapter }, 'the archive goes on');
    this.#blocked = undefined;
    this.#failures = 0;
  }

  async #block(error: unknown): Promise<void> {
    const { logger, adapter, folder, retryMs, signal } = this.#settings;
    if (signal.aborted) return;
    const blocked = blockedBy(error, adapter, `${folder}/${adapter}`);
    if (blocked.message !== this.#blocked?.message) logger.error({ adapter, err: error }, blocked.message);
    this.#blocked = blocked;
    this.#refuseCuts(blocked);
    const wait = Math.min(retryMs.first * 2 ** this.#failures, retryMs.longest);
    this.#failures += 1;
    await this.#wake.rest(wait, signal);
  }

  #refuseCuts(error: Error): void {
    for (const { reject } of this.#cuts.splice(0)) reject(error);
  }

  #stopping(): ArchiveBlockedError {
    return new ArchiveBlockedError(`The ${this.#settings.adapter} archive is being stopped.`);
  }
}
