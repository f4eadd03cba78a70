import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet } from 'jose';
import { Histogram, Registry } from 'prom-client';
import { container as root, instanceCachingFactory, type DependencyContainer, type InjectionToken } from 'tsyringe';
import { buildApp } from './api/app.js';
import { anyOf, remembered, type Authenticator } from './api/auth/authenticator.js';
import { developmentCaller } from './api/auth/development.js';
import { jwtAuthenticator } from './api/auth/jwt.js';
import { Categories } from './api/commands/categories.js';
import { Messages } from './api/commands/messages.js';
import { Idempotency } from './api/commands/once.js';
import { Principals } from './api/commands/principals.js';
import { Rooms } from './api/commands/rooms.js';
import { TranscriptWriter } from './api/commands/transcript-writer.js';
import { sealedCursors } from './api/cursors.js';
import { makeFrames } from './api/live/frame.js';
import { HistoryViews } from './api/live/history-views.js';
import { Hub } from './api/live/hub.js';
import { Presence } from './api/live/presence.js';
import { Streams } from './api/live/streams.js';
import { Tickets } from './api/live/tickets.js';
import { NodeView } from './api/node-view.js';
import { Problem } from './api/problem.js';
import type { App, ArchiveControl, Channel } from './api/routes/route.js';
import type { Services } from './api/services.js';
import { asCannotStart, CannotStartError } from './cannot-start.js';
import { deploymentKey } from './config/deployment-key.js';
import type { Config } from './config/config.js';
import { localIssuer } from './config/local-tokens.js';
import { catalogue } from './domain/catalogue/catalogue.js';
import type { EventStore } from './domain/kernel/event-store.js';
import type { Position } from './domain/kernel/position.js';
import { deferred } from './deferred.js';
import { Lifecycle } from './lifecycle.js';
import { makeLogger, standardSink, type Logger } from './logger.js';
import { appendMetrics } from './measured-store.js';
import { observe } from './metrics.js';
import { aesSequences } from './projections/aes-sequences.js';
import { loadDirectory, SOURCES } from './projections/directory/load.js';
import { envelopes, type ToEnvelope } from './projections/envelope.js';
import type { ProjectionControl } from './projections/operating.js';
import { PROJECTIONS } from './projections/projections.js';
import type { ReadModelReader, ReadModels } from './projections/read-models.js';
import type { SequenceCodec } from './projections/sequence.js';
import { openEmbeddedEventStore } from './store/embedded/log/embedded-event-store.js';
import { copyLog, inspectFile, inspectLog } from './store/embedded/log/inspect-log.js';
import { LogFailedError, LogUnusableError } from './store/embedded/log/log-error.js';
import { openLogForReading } from './store/embedded/log/read-only-event-store.js';
import { lockForWriting } from './store/embedded/log/writer-lock.js';
import {
  openEmbeddedReadModels,
  openEmbeddedReadModelsForReading,
} from './store/embedded/read-models/open-read-models.js';
import { openScratchReadModels } from './store/embedded/scratch.js';
import { startWorker } from './store/embedded/start-worker.js';
import { programVersion, systemClock, systemIds } from './system.js';
import { startArchive, type Archive } from './workers/compliance/archive.js';
import { ArchiveBlockedError } from './workers/compliance/blocked.js';
import { ProjectionOperator } from './workers/operating/projection-operator.js';
import { Projector } from './workers/projector.js';
import { dropForeignRows } from './workers/same-log.js';

/** Starts a thread of the program, wherever it runs. */
export { startWorker };

/** A running node. */
export interface Hansard {
  readonly config: Config;
  readonly app: App;
  readonly url: string;
  readonly version: string;
  /** The log was empty when it started. */
  readonly isNew: boolean;
  readonly archive: Archive;
  /** Resolves with what the node cannot go on after. */
  readonly failed: Promise<Error>;
  /** Ends everything in order; true when all ended well. Idempotent. */
  readonly stop: () => Promise<boolean>;
}

export interface StartOptions {
  /** `false`: requests are only injected. */
  readonly listen?: boolean;
  /** Ends a start that has to fill read models first; it fails with CannotStartError then. */
  readonly signal?: AbortSignal;
}

/** Events that a projection folds in one go: as long as requests may have to wait for it. */
const PROJECTED_AT_ONCE = 500;

/** Filling takes as long as it takes. */
const MAX_TIMER_MS = 2_147_483_647;

const TOKENS = {
  services: Symbol('services') as InjectionToken<Services>,
  transcripts: Symbol('transcripts') as InjectionToken<TranscriptWriter>,
  idempotency: Symbol('idempotency') as InjectionToken<Idempotency>,
  principals: Symbol('principals') as InjectionToken<Principals>,
  rooms: Symbol('rooms') as InjectionToken<Rooms>,
  categories: Symbol('categories') as InjectionToken<Categories>,
  messages: Symbol('messages') as InjectionToken<Messages>,
  views: Symbol('views') as InjectionToken<HistoryViews>,
  tickets: Symbol('tickets') as InjectionToken<Tickets>,
} as const;

/** The read models of a data folder that nobody serves. */
export interface ProjectionsOnFolder {
  readonly projections: ProjectionControl;
  readonly sequences: SequenceCodec;
  readonly stop: () => Promise<boolean>;
}

/** Opens log and read models alone, and keeps them current; `in-use`: another process does. */
export async function openProjections(config: Config): Promise<ProjectionsOnFolder | 'in-use'> {
  const logger = makeLogger(config, await standardSink(config));
  const lifecycle = new Lifecycle(logger, config.shutdown.phaseTimeoutMs);
  try {
    return await new Starting(config, logger, lifecycle, new AbortController().signal).projectionsAlone();
  } catch (error) {
    await lifecycle.stop();
    if (error instanceof LogUnusableError && error.reason === 'in-use') return 'in-use';
    if (error instanceof LogUnusableError) throw new CannotStartError(error.message, { cause: error });
    throw asCannotStart(error, config);
  }
}

/** Starts a node; what was started is stopped again when the rest cannot be. */
export async function start(
  config: Config,
  { listen = true, signal = new AbortController().signal }: StartOptions = {},
): Promise<Hansard> {
  const logger = makeLogger(config, await standardSink(config));
  const lifecycle = new Lifecycle(logger, config.shutdown.phaseTimeoutMs);
  try {
    return await new Starting(config, logger, lifecycle, signal).run(listen);
  } catch (error) {
    await lifecycle.stop();
    if (error instanceof LogUnusableError) throw new CannotStartError(error.message, { cause: error });
    throw asCannotStart(error, config);
  }
}

/** The start, step by step: each part is stopped before the parts it stands on. */
class Starting {
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #lifecycle: Lifecycle;
  readonly #signal: AbortSignal;
  readonly #failed = deferred<Error>();
  readonly #registry = new Registry();
  #lastMove = performance.now();

  constructor(config: Config, logger: Logger, lifecycle: Lifecycle, signal: AbortSignal) {
    this.#config = config;
    this.#logger = logger;
    this.#lifecycle = lifecycle;
    this.#signal = signal;
  }

  async run(listen: boolean): Promise<Hansard> {
    const version = programVersion();
    const key = deploymentKey(this.#config);
    const store = await this.#openLog();
    const head = await store.head();
    const readModels = await this.#openReadModels();
    const projector = await this.#startProjector(store, readModels);
    await this.#filled(projector, head);
    const projections = this.#operator(store, readModels, projector, version);
    const services = await this.#services(store, readModels, projector, key, version);
    const presence = this.#presence(services);
    const { hub, streams, past } = this.#live(services, presence);
    await this.#follow(services.view);
    this.#lifecycle.started('presence', () => presence.leaveAll()); // while the view still hears of it
    presence.adopt();
    const archive = this.#startArchive(services);
    const channel = this.#channel(services, {
      presence,
      streams,
      past,
      archive: controlOf(archive),
      projections,
      authenticate: this.#authenticator(key),
    });
    services.view.listen({
      onEvent: () => undefined,
      onBatch: () => services.directory.recentKeys.forget(projector.positionOf('keys')),
    });
    const app = await this.#buildApp(channel, { hub, projector, archive });
    const url = listen ? await this.#listen(app) : this.#config.node.url;
    this.#lifecycle.started('requests', () => this.#endRequests(app, streams));
    return {
      config: this.#config,
      app,
      url,
      version,
      isNew: head === 0,
      archive,
      failed: this.#failed.promise,
      stop: () => this.#lifecycle.stop(),
    };
  }

  async projectionsAlone(): Promise<ProjectionsOnFolder> {
    const store = await this.#openLog();
    const readModels = await this.#openReadModels();
    const projector = await this.#startProjector(store, readModels);
    const projections = this.#operator(store, readModels, projector, programVersion());
    const names = PROJECTIONS.map(({ schema }) => schema.name);
    await projector.reached(names, await store.head(), { timeoutMs: MAX_TIMER_MS, signal: this.#signal });
    return {
      projections,
      sequences: aesSequences(deploymentKey(this.#config)),
      stop: () => this.#lifecycle.stop(),
    };
  }

  /** A read model that was rebuilt or outgrown is filled first: nobody is served from half a history. */
  async #filled(projector: Projector, head: Position): Promise<void> {
    const over = new AbortController();
    void this.#failed.promise.then(() => over.abort());
    const signal = AbortSignal.any([this.#signal, over.signal]);
    if (await projector.reached(SOURCES, head, { timeoutMs: MAX_TIMER_MS, signal })) return;
    if (over.signal.aborted) throw await this.#failed.promise;
    throw new CannotStartError(
      this.#signal.aborted
        ? 'Hansard was told to end before its read models were filled; it goes on there when it is started again.'
        : 'The read models cannot be brought up to date; the log of the program says why.',
    );
  }

  async #openLog(): Promise<EventStore> {
    const { onGroup, measured } = appendMetrics(this.#registry);
    const store = await openEmbeddedEventStore({
      folder: this.#config.data,
      onFatal: (error) => this.#failed.resolve(error),
      onGroup,
    });
    this.#lifecycle.started('log', () => store.close());
    return measured(store, this.#logger.child({ part: 'log' }));
  }

  async #openReadModels(): Promise<ReadModels> {
    const readModels = await openEmbeddedReadModels({
      folder: this.#config.data,
      onFatal: (error) => this.#failed.resolve(error),
    }).catch((error: unknown) => {
      throw error instanceof Error && !('code' in error)
        ? new CannotStartError(error.message, { cause: error })
        : error;
    });
    this.#lifecycle.started('read models', () => readModels.close());
    return readModels;
  }

  async #startProjector(store: EventStore, models: ReadModels): Promise<Projector> {
    const logger = this.#logger.child({ part: 'projector' });
    await dropForeignRows(PROJECTIONS, models, store, logger);
    const projector = new Projector({
      projections: PROJECTIONS,
      store,
      models,
      decode: catalogue.decode,
      clock: systemClock,
      logger,
      delay: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
      maxEvents: PROJECTED_AT_ONCE,
    });
    projector.start();
    this.#lifecycle.started('projector', () => projector.stop());
    return projector;
  }

  #operator(store: EventStore, models: ReadModels, projector: Projector, software: string): ProjectionOperator {
    const operator = new ProjectionOperator({
      ...{ store, models, projector, software, projections: PROJECTIONS, inMemory: SOURCES },
      decode: catalogue.parse, // remembering would cost more than it saves: each event is looked at once
      maxEvents: PROJECTED_AT_ONCE,
      openScratch: (name, origin) => openScratchReadModels(this.#config.data, name, origin),
      now: () => systemClock.now(),
      newId: () => systemIds.random(),
      logger: this.#logger.child({ part: 'operator' }),
    });
    this.#lifecycle.started('read model tasks', () => operator.stop());
    return operator;
  }

  async #services(
    store: EventStore,
    readModels: ReadModels,
    projector: Projector,
    key: Buffer,
    version: string,
  ): Promise<Services> {
    const { node, deployment, limits } = this.#config;
    const sequences = aesSequences(key);
    const logger = this.#logger.child({ part: 'api' });
    const directory = await loadDirectory(readModels);
    const view = new NodeView(directory, store, logger);
    view.listen({ onEvent: () => (this.#lastMove = performance.now()), onBatch: () => undefined });
    return {
      store,
      readModels,
      view,
      directory,
      readModelsReached: (names, position, timeoutMs) => projector.reached(names, position, { timeoutMs }),
      node: node.id,
      deployment,
      version,
      limits,
      clock: systemClock,
      ids: systemIds,
      toEnvelope: envelopes(deployment, sequences),
      sequences,
      cursors: sealedCursors(key),
      logger,
    };
  }

  #presence({ store, view, clock, ids, node, limits }: Services): Presence {
    const logger = this.#logger.child({ part: 'presence' });
    return new Presence({ store, view, clock, ids, node, logger, limit: limits.participantUpdateLimit });
  }

  #live({ view, store, directory, toEnvelope, sequences, ids, node }: Services, watch: Presence) {
    const frames = makeFrames(directory, toEnvelope);
    const hub = new Hub(view, frames, { onWritten: writeDelay(this.#registry) });
    const past = { hub, store, directory, frames };
    const logger = this.#logger.child({ part: 'streams' });
    const streams = new Streams(
      { ...past, view, sequences, ids, node, watch, logger },
      { queueLimit: this.#config.limits.streamQueueBytes },
    );
    return { hub, past, streams };
  }

  /** Resolves when the node's view is current. */
  async #follow(view: NodeView): Promise<void> {
    const end = new AbortController();
    const current = deferred<undefined>();
    const following = view.follow(end.signal, () => current.resolve(undefined));
    const failed = following.catch((error: unknown) => {
      const failure = error instanceof Error ? error : new Error(String(error));
      this.#failed.resolve(failure);
      current.reject(failure);
    });
    this.#lifecycle.started('view', async () => {
      end.abort();
      await failed;
    });
    await current.promise;
  }

  #startArchive({ store, toEnvelope, sequences, clock, ids, node, version }: Services): Archive {
    const { archive, data, deployment } = this.#config;
    const running = startArchive({
      store,
      toEnvelope,
      sequences,
      adapters: archive.adapters,
      profile: archive.profile,
      folder: archive.folder,
      intervalMs: archive.intervalMs,
      stateFolder: `${data}/archive-state`,
      clock,
      ids,
      node,
      software: version,
      domain: deployment,
      logger: this.#logger.child({ part: 'archive' }),
    });
    this.#lifecycle.started('archive', () => running.stop());
    return running;
  }

  #authenticator(key: Buffer): Authenticator {
    const { mode, auth } = this.#config;
    const local = jwtAuthenticator(localIssuer(this.#config, key));
    const oidc = auth.oidc && jwtAuthenticator({ ...auth.oidc, key: keysOf(auth.oidc.jwks) });
    return anyOf([...(mode === 'development' ? [remembered(developmentCaller)] : []), ...(oidc ? [oidc] : []), local]);
  }

  #channel(
    services: Services,
    live: Pick<Channel, 'presence' | 'streams' | 'past' | 'archive' | 'projections' | 'authenticate'>,
  ): Channel {
    const container = registerCommands(root.createChildContainer(), services);
    const { idempotency, principals, rooms, categories, messages, views, tickets } = TOKENS;
    return {
      services,
      ...live,
      idempotency: container.resolve(idempotency),
      principals: container.resolve(principals),
      rooms: container.resolve(rooms),
      categories: container.resolve(categories),
      messages: container.resolve(messages),
      views: container.resolve(views),
      tickets: container.resolve(tickets),
    };
  }

  #buildApp(
    channel: Channel,
    { hub, projector, archive }: { hub: Hub; projector: Projector; archive: Archive },
  ): Promise<App> {
    const { view, clock } = channel.services;
    observe(this.#registry, {
      logPosition: () => view.position,
      idleSeconds: () => (performance.now() - this.#lastMove) / 1_000,
      readers: () => hub.counters.readers,
      delivered: () => hub.counters,
      cutOff: () => channel.streams.cutOff,
      projections: () =>
        projector.status(view.position).map(({ name, lagPositions, lagSeconds, parked, state }) => ({
          ...{ name, lagEvents: lagPositions, lagSeconds, parked },
          stopped: state === 'stopped',
        })),
      adapters: () =>
        archive.state().map(({ name, position, openSince, state }) => ({
          name,
          lagEvents: Math.max(0, view.position - position),
          openSeconds: Math.max(0, (Date.parse(clock.now()) - Date.parse(openSince)) / 1_000),
          blocked: state === 'blocked',
        })),
      archiveIntervalSeconds: this.#config.archive.intervalMs / 1_000,
      folders: { data: this.#config.data, archive: this.#config.archive.folder },
      version: channel.services.version,
    });
    const isReady = () =>
      projector
        .status(view.position)
        .filter(({ state, problem }) => state === 'stopped' || problem)
        .map(({ name, state }) => ({
          check: `projection ${name}`,
          message: `It ${state === 'stopped' ? 'has stopped' : 'fails and is tried again'}; the log of the program says why.`,
        }));
    return buildApp(channel, {
      logger: this.#logger.child({ part: 'http' }),
      registry: this.#registry,
      isReady,
      rateLimit: this.#config.limits.rate,
    });
  }

  async #listen(app: App): Promise<string> {
    const { host, port } = this.#config.http;
    return app.listen({ host, port });
  }

  async #endRequests(app: App, streams: Streams): Promise<void> {
    const graceMs = this.#config.shutdown.phaseTimeoutMs / 2;
    const closing = app.close(); // nobody new is let in
    // Who takes nothing of a long answer gets no end of it either.
    const late = setTimeout(() => app.server.closeAllConnections(), graceMs);
    await streams.close(graceMs);
    await closing;
    clearTimeout(late);
  }
}

/** The log of a configuration, read beside whoever writes it, and what its events are given as. */
export interface LogReading {
  readonly store: EventStore;
  readonly toEnvelope: ToEnvelope;
  readonly sequences: SequenceCodec;
  readonly domain: string;
}

/** Opens the log of a data folder for reading alone; close the store when done. Throws CannotStartError. */
export async function openLog(config: Config): Promise<LogReading> {
  const store = await openLogForReading(config.data).catch((error: unknown) => {
    throw error instanceof LogUnusableError || error instanceof LogFailedError
      ? new CannotStartError(error.message, { cause: error })
      : error;
  });
  const sequences = aesSequences(deploymentKey(config));
  return { store, sequences, toEnvelope: envelopes(config.deployment, sequences), domain: config.deployment };
}

/** Opens the read models of a data folder for reading alone, whoever writes them; close them when done. */
export async function openReadModels(config: Config): Promise<ReadModelReader> {
  return openEmbeddedReadModelsForReading(config.data).catch((error: unknown) => {
    throw error instanceof Error && !('code' in error) ? new CannotStartError(error.message, { cause: error }) : error;
  });
}

/** The files of the embedded log as backup and doctor handle them. What cannot be opened is a CannotStartError. */
export const logFiles = {
  copy: (data: string, to: string) => orCannotStart(() => copyLog(data, to)),
  inspect: (data: string, options: { readonly full: boolean }) => orCannotStart(() => inspectLog(data, options)),
  inspectFile,
  /** Until the answer is called, nobody else writes there. */
  lock: (data: string) => orCannotStart(() => lockForWriting(data)),
};

function orCannotStart<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof LogUnusableError ? new CannotStartError(error.message, { cause: error }) : error;
  }
}

function registerCommands(container: DependencyContainer, services: Services): DependencyContainer {
  const { store, view, clock, ids } = services;
  const once = <T>(token: InjectionToken<T>, make: (container: DependencyContainer) => T) =>
    container.register(token, { useFactory: instanceCachingFactory(make) });
  container.register(TOKENS.services, { useValue: services });
  once(TOKENS.transcripts, () => new TranscriptWriter(store, view, { clock, ids }));
  once(TOKENS.idempotency, () => new Idempotency(services));
  once(TOKENS.principals, () => new Principals(services));
  once(TOKENS.rooms, () => new Rooms(services));
  once(TOKENS.categories, (c) => new Categories(services, c.resolve(TOKENS.rooms).names));
  once(TOKENS.messages, (c) => new Messages(services, c.resolve(TOKENS.transcripts)));
  once(TOKENS.views, () => new HistoryViews(store, { clock, ids }));
  once(TOKENS.tickets, () => new Tickets());
  return container;
}

function writeDelay(registry: Registry): (waitedMs: number) => void {
  const seconds = new Histogram({
    name: 'hansard_stream_write_delay_seconds',
    help: 'Time from an event reaching the node to its being written to all live readers.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    registers: [registry],
  });
  return (waitedMs) => seconds.observe(waitedMs / 1_000);
}

function keysOf(jwks: { readonly file: string } | { readonly url: string }) {
  if ('url' in jwks) return createRemoteJWKSet(new URL(jwks.url));
  return createLocalJWKSet(JSON.parse(readFileSync(jwks.file, 'utf8')) as JSONWebKeySet);
}

function controlOf(archive: Archive): ArchiveControl {
  return {
    adapters: () => archive.state(),
    cut: (adapter, context) =>
      archive.cut(adapter, context).catch((error: unknown) => {
        throw error instanceof ArchiveBlockedError ? new Problem('archive-blocked', error.message) : error;
      }),
  };
}
