import { decideJoin, decideLeave } from '../../domain/attendance/decide.js';
import type { Caller } from '../../domain/caller.js';
import type { LeaveReason } from '../../domain/catalogue/attendance.js';
import { catalogue, type EventOf, type FactOf, type HansardEvent } from '../../domain/catalogue/catalogue.js';
import type { CommandContext, Stamping } from '../../domain/kernel/command.js';
import { propose } from '../../domain/kernel/command.js';
import { idOf, streamName, type Actor } from '../../domain/kernel/event.js';
import type { EventStore } from '../../domain/kernel/event-store.js';
import { settle } from '../../domain/kernel/handle-command.js';
import type { Position } from '../../domain/kernel/position.js';
import type { Directory } from '../../projections/directory/directory.js';
import type { Logger } from '../logger.js';
import type { NodeView, ViewListener } from '../node-view.js';
import { Announcer } from './announcer.js';
import { reads } from './audience.js';
import { Leases, type Terms } from './leases.js';
import type { StreamWatch } from './streams.js';

export interface PresenceOptions extends Terms {
  /** How often leases are looked at. */
  readonly sweepMs: number;
  /** Milliseconds, never going back. */
  readonly now: () => number;
}

const DEFAULTS: PresenceOptions = {
  grace: 30_000,
  act: 300_000,
  doomed: 30_000,
  sweepMs: 1_000,
  now: () => performance.now(),
};

export interface PresenceParts extends Stamping {
  readonly store: EventStore;
  readonly view: NodeView;
  readonly node: string;
  readonly logger: Logger;
  /** Participants up to which readers are told who comes and goes. */
  readonly limit: number;
}

type Attendance = FactOf<'ParticipantJoined' | 'ParticipantLeft' | 'RoomUnfollowed'>;

interface Turn {
  readonly kind: 'enter' | 'leave';
  readonly done: Promise<Position>;
}

/**
 * Who is in which room, as far as this node keeps them there. A user is present while one of their streams is open, shortly
 * after, and for a while after an act in the room; what the log says of it is written here. The participant is the actor of
 * every event, whoever noticed.
 */
export class Presence implements StreamWatch, ViewListener {
  readonly #parts: PresenceParts;
  readonly #directory: Directory;
  readonly #options: PresenceOptions;
  readonly #leases: Leases;
  readonly #announcer: Announcer;
  /** One user's comings and goings in one room happen one after the other. */
  readonly #turns = new Map<string, Turn>();
  readonly #timer: NodeJS.Timeout;
  #stopped = false;

  constructor(parts: PresenceParts, options: Partial<PresenceOptions> = {}) {
    this.#parts = parts;
    this.#directory = parts.view.directory;
    this.#options = { ...DEFAULTS, ...options };
    this.#leases = new Leases(this.#options);
    this.#announcer = new Announcer(this.#directory.people, parts.limit);
    this.#timer = setInterval(() => this.sweep(), this.#options.sweepMs);
    this.#timer.unref();
    parts.view.listen(this.#announcer);
    parts.view.listen(this);
  }

  /**
   * An act in the room: its author is present for the next minutes and follows it. Gives a position at which the node's view
   * has that. The caller must be entitled; who loses the right meanwhile is put out again.
   */
  enter(
    caller: Caller,
    roomId: string,
    context: CommandContext,
    data: FactOf<'ParticipantJoined'>['data'] = {},
  ): Promise<Position> {
    const userId = caller.actor.id;
    this.#leases.act(userId, roomId, this.#options.now());
    return this.#enter(caller, roomId, context, data);
  }

  /** Leaves the room and unfollows it. */
  part(
    { actor }: Caller,
    roomId: string,
    context: CommandContext,
    data: Omit<FactOf<'ParticipantLeft'>['data'], 'reason'> = {},
  ): Promise<Position> {
    this.#leases.drop(actor.id, roomId);
    return this.#inTurn(actor.id, roomId, 'leave', () => this.#leave(actor, roomId, 'parted', context, data));
  }

  /** Puts out of these rooms whoever may not read them any more. */
  async evict(roomIds: readonly string[], context: CommandContext): Promise<void> {
    const gone: Promise<Position>[] = [];
    for (const roomId of roomIds) {
      for (const [userId, { present, name, email, internal }] of this.#directory.people.of(roomId)) {
        const actor = { id: userId, name, email, internal };
        if (present && !this.#isEntitled(actor, roomId)) gone.push(this.#putOut(actor, roomId, context));
      }
    }
    await Promise.all(gone);
  }

  streamOpened(caller: Caller): void {
    const userId = caller.actor.id;
    this.#leases.opened(userId);
    for (const roomId of this.#directory.people.followedBy(userId)) {
      if (!reads(this.#directory, caller, roomId)) continue;
      this.#leases.hold(userId, roomId);
      this.#unawaited(this.#enter(caller, roomId, this.#contextOf(caller.actor), {}));
    }
  }

  streamClosed({ actor }: Caller): void {
    this.#leases.closed(actor.id, this.#options.now());
  }

  /**
   * At the start, when the view is current: whoever is present was so through a process that is gone, and has a while to
   * come back.
   */
  adopt(): void {
    const now = this.#options.now();
    for (const { id } of this.#directory.rooms()) {
      for (const [userId, { present }] of this.#directory.people.of(id))
        if (present) this.#leases.doom(userId, id, 'node lost', now);
    }
  }

  /** Writes the leaves of everybody whose lease has ended. */
  sweep(): void {
    const ended = [...this.#leases.expired(this.#options.now())];
    for (const { userId, roomId, reason } of ended) {
      this.#leases.drop(userId, roomId);
      this.#unawaited(this.#end(userId, roomId, reason));
    }
  }

  /** An orderly stop: everybody leaves. Nobody is let in again by himself. */
  async leaveAll(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    const all = [...this.#leases.all()];
    for (const { userId, roomId } of all) this.#leases.drop(userId, roomId);
    await Promise.all(all.map(({ userId, roomId, reason }) => this.#end(userId, roomId, reason)));
  }

  onEvent(event: HansardEvent): void {
    if (event.type === 'PrincipalDisabled') this.#disabled(event);
    else if (event.type === 'ParticipantLeft') this.#left(event);
  }

  onBatch(): void {
    // Nothing waits for the end of a batch.
  }

  #disabled({ data: { id } }: EventOf<'PrincipalDisabled'>): void {
    for (const roomId of this.#leases.roomsOf(id)) {
      this.#leases.drop(id, roomId);
      this.#unawaited(this.#end(id, roomId, 'removed'));
    }
  }

  /** Another node let go a user who is here too. */
  #left({ stream, metadata: { node, actor }, data: { reason } }: EventOf<'ParticipantLeft'>): void {
    const roomId = idOf(stream);
    if (node === this.#parts.node || reason === 'parted' || reason === 'removed' || this.#stopped) return;
    if (!this.#leases.isHeld(actor.id, roomId, this.#options.now())) return;
    this.#unawaited(this.#enter(this.#callerOf(actor), roomId, this.#contextOf(actor), {}));
  }

  #enter(
    caller: Caller,
    roomId: string,
    context: CommandContext,
    data: FactOf<'ParticipantJoined'>['data'],
  ): Promise<Position> {
    const { actor } = caller;
    const turn = this.#turns.get(keyOf(actor.id, roomId));
    if (turn?.kind === 'enter') return turn.done;
    if (!turn && decideJoin(this.#standing(actor.id, roomId)).facts.length === 0) {
      return Promise.resolve(this.#parts.view.position);
    }
    return this.#inTurn(actor.id, roomId, 'enter', async () => {
      const { facts } = decideJoin(this.#standing(actor.id, roomId), data);
      const position = await this.#append(roomId, facts, { ...context, actor }, 1);
      // The right may have been taken away while the join was being written, when nobody could see it yet.
      return this.#isEntitled(actor, roomId, caller) ? position : this.#leave(actor, roomId, 'removed', context);
    });
  }

  #putOut(actor: Actor, roomId: string, context: CommandContext): Promise<Position> {
    this.#leases.drop(actor.id, roomId);
    return this.#inTurn(actor.id, roomId, 'leave', () => this.#leave(actor, roomId, 'removed', context));
  }

  /** The lease is over; who has come back meanwhile stays. */
  async #end(userId: string, roomId: string, reason: LeaveReason): Promise<Position> {
    const { now } = this.#options;
    try {
      return await this.#inTurn(userId, roomId, 'leave', async () => {
        const person = this.#directory.people.person(roomId, userId);
        if (!person || this.#leases.isHeld(userId, roomId, now())) return this.#parts.view.position;
        const { name, email, internal } = person;
        const actor = { id: userId, name, email, internal };
        return this.#leave(actor, roomId, reason, this.#contextOf(actor));
      });
    } catch (error) {
      this.#leases.doom(userId, roomId, reason, now()); // or nobody would ever try again
      throw error;
    }
  }

  async #leave(
    actor: Actor,
    roomId: string,
    reason: LeaveReason,
    context: CommandContext,
    data: Omit<FactOf<'ParticipantLeft'>['data'], 'reason'> = {},
  ): Promise<Position> {
    const { facts } = decideLeave(this.#standing(actor.id, roomId), { ...data, reason });
    return this.#append(roomId, facts, { ...context, actor }, -1);
  }

  async #append(roomId: string, facts: readonly Attendance[], context: CommandContext, by: 1 | -1): Promise<Position> {
    const { store, view } = this.#parts;
    if (facts.length === 0) return view.position;
    const stream = streamName('attendance', roomId);
    const told = facts.some(({ type }) => type === 'RoomUnfollowed') || this.#announcer.isTold(roomId, by);
    const extra = told ? {} : ({ announced: false } as const);
    const events = propose(stream, facts, context, this.#parts, catalogue.versionOf, { extra });
    const counted = events.filter(({ type }) => type !== 'RoomUnfollowed');
    for (const { id } of counted) this.#announcer.begin(id, { roomId, by });
    try {
      const outcome = await settle(store, stream, events, 'any');
      if (outcome.kind === 'conflict') throw new Error(`${stream} refused an append at any revision`);
      const position = outcome.positions.at(-1) ?? view.position;
      await view.reached(position);
      return position;
    } finally {
      for (const { id } of counted) this.#announcer.end(id);
    }
  }

  #inTurn(userId: string, roomId: string, kind: Turn['kind'], act: () => Promise<Position>): Promise<Position> {
    const key = keyOf(userId, roomId);
    const before = this.#turns.get(key)?.done.catch(() => undefined);
    const done = before ? before.then(act) : act();
    const turn = { kind, done };
    this.#turns.set(key, turn);
    const over = () => {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    };
    done.then(over, over);
    return done;
  }

  #standing(userId: string, roomId: string) {
    const person = this.#directory.people.person(roomId, userId);
    return { present: person?.present ?? false, following: person?.following ?? false };
  }

  #isEntitled(actor: Actor, roomId: string, caller = this.#callerOf(actor)): boolean {
    return !this.#directory.principal(actor.id)?.disabled && reads(this.#directory, caller, roomId);
  }

  #callerOf(actor: Actor): Caller {
    return { actor, groups: this.#directory.principal(actor.id)?.groups ?? [], roles: [] };
  }

  #contextOf(actor: Actor): CommandContext {
    return { actor, node: this.#parts.node, correlationId: this.#parts.ids.random() };
  }

  #unawaited(done: Promise<Position>): void {
    done.catch((error: unknown) => this.#parts.logger.error({ err: error }, 'attendance was not recorded'));
  }
}

function keyOf(userId: string, roomId: string): string {
  return `${roomId} ${userId}`;
}
