import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../../src/api/logger.js';
import { makeFrames } from '../../src/api/live/frame.js';
import { Hub, type HubOptions } from '../../src/api/live/hub.js';
import { Presence, type PresenceOptions } from '../../src/api/live/presence.js';
import { Streams, type StreamOptions } from '../../src/api/live/streams.js';
import { NodeView } from '../../src/api/node-view.js';
import type { Caller } from '../../src/domain/caller.js';
import { catalogue, type EventType, type FactOf, type HansardEvent } from '../../src/domain/catalogue/catalogue.js';
import type { Principal } from '../../src/domain/catalogue/values.js';
import { propose, type Extra } from '../../src/domain/kernel/command.js';
import { streamName, type Actor, type EventId, type StreamCategory } from '../../src/domain/kernel/event.js';
import type { EventStore } from '../../src/domain/kernel/event-store.js';
import type { Position } from '../../src/domain/kernel/position.js';
import type { Clock, Ids } from '../../src/domain/kernel/ports.js';
import { aesSequences } from '../../src/projections/aes-sequences.js';
import { Directory } from '../../src/projections/directory/directory.js';
import { envelopes } from '../../src/projections/envelope.js';
import { InMemoryEventStore } from './in-memory-event-store.js';

export const ids: Ids = {
  random: () => randomUUID().replaceAll('-', ''),
  derived: (...parts) => parts.join('-'),
  randomEvent: () => randomUUID() as EventId,
  derivedEvent: (...parts) => parts.join('-') as EventId,
};

export const clock: Clock = { now: () => new Date().toISOString() };

export function actor(id: string): Actor {
  return { id, name: id, email: `${id}@example.org`, internal: true };
}

export function caller(id: string, ...groups: string[]): Caller {
  return { actor: actor(id), groups, roles: [] };
}

interface RoomOptions {
  readonly privacy?: 'open' | 'closed' | 'secret';
  readonly members?: readonly Principal[];
}

export interface LiveNodeOptions {
  readonly store?: EventStore;
  readonly hub?: HubOptions;
  readonly streams?: Partial<StreamOptions>;
  readonly presence?: Partial<PresenceOptions>;
  readonly limit?: number;
  readonly node?: string;
  /** Presence follows the streams. Off, so that the log holds what the test wrote and nothing else. */
  readonly watched?: boolean;
}

/** The live side of one node on a log, with events written straight into it and streams opened over real sockets. */
export class LiveNode {
  readonly store: EventStore;
  readonly directory = new Directory();
  readonly view: NodeView;
  readonly hub: Hub;
  readonly presence: Presence;
  readonly streams: Streams;
  readonly sequences = aesSequences(Buffer.from('test'));
  readonly past;
  readonly errors: object[] = [];
  /** What the view has taken in, from the beginning of the log. */
  readonly heard: HansardEvent[] = [];
  /** Streams that were opened over time. */
  opened = 0;
  readonly server: Server;
  readonly #ownsStore: boolean;
  readonly #over = new AbortController();
  #following: Promise<void> | undefined;
  readonly #callers = new Map<string, { readonly caller: Caller; readonly after: Position | undefined }>();

  constructor({ store, hub, streams, presence, limit = 75, node = 'n1', watched = false }: LiveNodeOptions = {}) {
    const silent = () => undefined;
    const logger: Logger = {
      debug: silent,
      info: silent,
      warn: silent,
      error: (facts) => void this.errors.push(facts),
    };
    this.store = store ?? new InMemoryEventStore();
    this.#ownsStore = store === undefined;
    this.view = new NodeView(this.directory, this.store, logger);
    this.view.listen({ onEvent: (event) => void this.heard.push(event), onBatch: silent });
    const frames = makeFrames(this.directory, envelopes('test', this.sequences));
    this.hub = new Hub(this.view, frames, hub);
    this.past = { hub: this.hub, store: this.store, directory: this.directory, frames };
    this.presence = new Presence({ store: this.store, view: this.view, node, logger, limit, clock, ids }, presence);
    const nobody = { streamOpened: silent, streamClosed: silent };
    this.streams = new Streams(
      {
        ...this.past,
        view: this.view,
        sequences: this.sequences,
        ids,
        node,
        logger,
        watch: watched ? this.presence : nobody,
      },
      streams,
    );
    this.server = createServer((request, response) => {
      const key = new URL(request.url ?? '/', 'http://x').searchParams.get('as') ?? '';
      const found = this.#callers.get(key);
      const lastId = request.headers['last-event-id'];
      const cursor = typeof lastId === 'string' ? this.sequences.decode(lastId) : found?.after;
      if (found) this.opening(response, found.caller, cursor);
      else response.writeHead(404).end();
    });
  }

  opening(response: ServerResponse, who: Caller, after: Position | undefined): void {
    this.opened += 1;
    void this.streams.open(response, { caller: who, after, requestId: 'r1' });
  }

  /** Follows the log and listens. */
  async start(): Promise<this> {
    this.#following = new Promise<void>((caughtUp) => void this.view.follow(this.#over.signal, caughtUp));
    await this.#following;
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    await this.streams.close(200);
    await this.presence.leaveAll();
    this.#over.abort();
    if (this.#ownsStore) await this.store.close();
    this.server.closeAllConnections();
    this.server.close();
  }

  /** The address of a stream that belongs to this caller. */
  url(who: Caller, after?: Position): string {
    const key = randomUUID();
    this.#callers.set(key, { caller: who, after });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/?as=${key}`;
  }

  /** Appends one event; resolves when the view has it. */
  async write<Type extends EventType>(
    category: StreamCategory,
    id: string,
    type: Type,
    data: FactOf<Type>['data'],
    by = 'root',
    extra: Extra = {},
  ): Promise<Position> {
    const context = { actor: actor(by), node: 'test', correlationId: 'c' };
    const events = propose(streamName(category, id), [{ type, data }], context, { clock, ids }, catalogue.versionOf, {
      extra,
    });
    const outcome = await this.store.append(streamName(category, id), events, 'any');
    if (outcome.kind !== 'committed') throw new Error(outcome.kind);
    const position = outcome.positions.at(-1);
    if (position === undefined) throw new Error('no position');
    await this.view.reached(position);
    return position;
  }

  async category(
    options: { readonly allowed?: Principal[]; readonly denied?: Principal[]; readonly history?: 'off' } = {},
  ): Promise<string> {
    const id = ids.random();
    const { allowed, denied = [], history = 'on' } = options;
    await this.write('category', id, 'CategoryCreated', {
      name: id,
      description: '',
      ...(allowed && { allowed }),
      denied,
      creators: [],
      settings: { invitations: 'on', fileUpload: 'on', history, externals: 'off' },
    });
    return id;
  }

  async room({ privacy = 'open', members = [] }: RoomOptions = {}, categoryId?: string): Promise<string> {
    const id = ids.random();
    await this.write('room', id, 'RoomCreated', {
      name: id,
      categoryId: categoryId ?? (await this.category()),
      description: '',
      topic: '',
      privacy,
      type: 'normal',
      invitations: 'inherit',
      members: [...members],
      managers: [],
      presenters: [],
    });
    return id;
  }

  register(id: string, ...groups: string[]): Promise<Position> {
    return this.write('principal', id, 'PrincipalRegistered', { ...actor(id), groups });
  }

  join(userId: string, roomId: string): Promise<Position> {
    return this.write('attendance', roomId, 'ParticipantJoined', {}, userId);
  }

  part(userId: string, roomId: string): Promise<Position> {
    return this.write('attendance', roomId, 'ParticipantLeft', { reason: 'parted' }, userId);
  }

  post(roomId: string, text: string, extra: Extra = {}): Promise<Position> {
    return this.write('transcript', roomId, 'MessagePosted', { kind: 'normal', text }, 'root', extra);
  }
}
