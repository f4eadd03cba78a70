import type { CommandContext, Stamping } from '../../domain/kernel/command.js';
import type { EventStore } from '../../domain/kernel/event-store.js';
import type { Rendering, Window, AdapterName } from './dependencies.js';
import type { Logger } from '../logger.js';
import { AdapterLoop, type AdapterState, type CutWindow } from './publish/adapter-loop.js';
import type { Publishing } from './publish/publish-window.js';
import { KeptState } from './state/kept-state.js';

export interface ArchiveSettings extends Rendering, Stamping {
  readonly store: EventStore;
  readonly adapters: Iterable<AdapterName>;
  /** Of the xml adapter: `strict` leaves out everything that the original's own schema does not know. */
  readonly profile: Window['profile'];
  /** The archive's root: one folder per adapter in it. */
  readonly folder: string;
  readonly intervalMs: number;
  /** For snapshots, which may be deleted at any time. */
  readonly stateFolder: string;
  /** The same after a restart: a node clears away what it left behind. */
  readonly node: string;
  /** Version of Hansard. */
  readonly software: string;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
  readonly retryMs?: { readonly first: number; readonly longest: number } | undefined;
  /** Called between the steps of publishing; for tests of what a crash there leaves behind. */
  readonly step?: Publishing['step'] | undefined;
}

/** The compliance worker: every adapter in a loop of its own, none of which waits for another. */
export interface Archive {
  state(): readonly AdapterState[];
  /**
   * Seals the open window now, even if it is empty, and resolves when that is durable; publishing goes on. `undefined`: no
   * such adapter. Rejects with ArchiveBlockedError while the adapter cannot publish.
   */
  cut(adapter: string, context: CommandContext): Promise<CutWindow | undefined>;
  /** Resolves when this window of the adapter is published; rejects when the worker stops before that. */
  published(adapter: string, number: number): Promise<void>;
  /** Idempotent. */
  stop(): Promise<void>;
}

const RETRY_MS = { first: 500, longest: 30_000 };

export function startArchive(settings: ArchiveSettings): Archive {
  const stopping = new AbortController();
  const signal = settings.signal ? AbortSignal.any([settings.signal, stopping.signal]) : stopping.signal;
  const loops = [...settings.adapters].map((adapter) => loopOf(adapter, settings, signal));
  const running = Promise.all(loops.map((loop) => loop.run()));
  const loop = (adapter: string) => loops.find(({ state }) => state.name === adapter);
  return {
    state: () => loops.map(({ state }) => state),
    cut: (adapter, context) => loop(adapter)?.cut(context) ?? Promise.resolve(undefined),
    published: (adapter, number) =>
      loop(adapter)?.published(number) ?? Promise.reject(new Error(`no adapter ${adapter}`)),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function loopOf(adapter: AdapterName, settings: ArchiveSettings, signal: AbortSignal): AdapterLoop {
  const { store, stateFolder, logger, profile, retryMs = RETRY_MS, step = () => undefined } = settings;
  const kept = new KeptState({ store, path: `${stateFolder}/${adapter}.snapshot`, logger, signal });
  return new AdapterLoop(
    { ...settings, adapter, profile: adapter === 'xml' ? profile : 'full', retryMs, signal, step },
    kept,
  );
}
