import type { CategoryChain } from '../../domain/access.js';
import type { EventOf, HansardEvent } from '../../domain/catalogue/catalogue.js';
import type { CategoryState, LiveCategory } from '../../domain/category/category.js';
import { evolveCategory, initialCategory } from '../../domain/category/evolve.js';
import { idOf } from '../../domain/kernel/event.js';
import { ORIGIN, laterOf, type Position } from '../../domain/kernel/position.js';
import type { KnownPrincipal, PrincipalState } from '../../domain/principal/principal.js';
import { evolvePrincipal, initialPrincipal } from '../../domain/principal/evolve.js';
import type { LiveRoom, RoomState } from '../../domain/room/room.js';
import { evolveRoom, initialRoom } from '../../domain/room/evolve.js';
import { People } from './people.js';
import { isCategoryEvent, isPrincipalEvent, isRoomEvent } from '../directory-events.js';
import { RecentKeys } from './recent-keys.js';

/** A state as of a revision of its stream. */
export interface Entry<State> {
  readonly id: string;
  readonly state: State;
  readonly revision: number;
  /** Of the last event folded in. */
  readonly position: Position;
}

/**
 * What a node knows of categories, rooms, users and attendance: in memory, current to `position`, the source of every
 * decision about rights. It is loaded from read models and kept current by the node's subscription; the same event seen
 * twice changes nothing.
 */
export class Directory {
  readonly people = new People();
  readonly recentKeys = new RecentKeys();
  readonly #categories = new Map<string, Entry<CategoryState>>();
  readonly #rooms = new Map<string, Entry<RoomState>>();
  readonly #principals = new Map<string, Entry<PrincipalState>>();
  readonly #redactions = new Map<string, Set<number>>();
  #position = ORIGIN;

  /** Everything up to here was seen. */
  get position(): Position {
    return this.#position;
  }

  category(id: string): (Entry<LiveCategory> & { readonly state: LiveCategory }) | undefined {
    return live(this.#categories.get(id));
  }

  /** From a category up to its root; empty for one that is not live. */
  chain(categoryId: string): CategoryChain {
    const chain: LiveCategory[] = [];
    for (let id: string | undefined = categoryId; id !== undefined;) {
      const state: LiveCategory | undefined = this.category(id)?.state;
      if (!state) break;
      chain.push(state);
      id = state.parentId;
    }
    return chain;
  }

  room(id: string): Entry<LiveRoom> | undefined {
    return live(this.#rooms.get(id));
  }

  principal(userId: string): KnownPrincipal | undefined {
    const state = this.#principals.get(userId)?.state;
    return state?.kind === 'known' ? state : undefined;
  }

  categories(): Iterable<Entry<LiveCategory>> {
    return liveOnes(this.#categories.values());
  }

  rooms(): Iterable<Entry<LiveRoom>> {
    return liveOnes(this.#rooms.values());
  }

  *principals(): Iterable<KnownPrincipal> {
    for (const { state } of this.#principals.values()) if (state.kind === 'known') yield state;
  }

  isRedacted(roomId: string, seq: number): boolean {
    return this.#redactions.get(roomId)?.has(seq) ?? false;
  }

  /** Snapshots for command handling: any state, as of its revision. */
  categoryEntry(id: string): Entry<CategoryState> | undefined {
    return this.#categories.get(id);
  }

  roomEntry(id: string): Entry<RoomState> | undefined {
    return this.#rooms.get(id);
  }

  principalEntry(userId: string): Entry<PrincipalState> | undefined {
    return this.#principals.get(userId);
  }

  restoreCategory(entry: Entry<CategoryState>): void {
    this.#categories.set(entry.id, entry);
  }

  restoreRoom(entry: Entry<RoomState>): void {
    this.#rooms.set(entry.id, entry);
  }

  restorePrincipal(entry: Entry<PrincipalState>): void {
    this.#principals.set(entry.id, entry);
  }

  restoreRedaction(roomId: string, seq: number): void {
    const seqs = this.#redactions.get(roomId);
    if (seqs) seqs.add(seq);
    else this.#redactions.set(roomId, new Set([seq]));
  }

  /** Everything up to here was looked at, also what no typed event came of. */
  advance(position: Position): void {
    this.#position = laterOf(this.#position, position);
  }

  apply(event: HansardEvent): void {
    this.#remember(event);
    if (isCategoryEvent(event)) fold(this.#categories, idOf(event.stream), event, initialCategory, evolveCategory);
    else if (isRoomEvent(event)) fold(this.#rooms, idOf(event.stream), event, initialRoom, evolveRoom);
    else if (isPrincipalEvent(event)) fold(this.#principals, event.data.id, event, initialPrincipal, evolvePrincipal);
    else if (event.type === 'MessageRedacted') this.restoreRedaction(idOf(event.stream), event.data.seq);
    else if (isAttendance(event)) this.#attend(event);
  }

  #attend(event: Attendance): void {
    const roomId = idOf(event.stream);
    const { actor, time } = event.metadata;
    if (event.type === 'ParticipantJoined') this.people.joined(roomId, actor, time, event.position);
    else if (event.type === 'RoomUnfollowed') this.people.unfollowed(roomId, actor.id, event.position);
    else this.people.left(roomId, actor.id, event.data.reason === 'parted', event.position);
  }

  #remember({ metadata: { idempotency }, stream, revision, type, position }: HansardEvent): void {
    if (idempotency) this.recentKeys.add({ ...idempotency, stream, revision, type, position });
  }
}

type Attendance = EventOf<'ParticipantJoined' | 'ParticipantLeft' | 'RoomUnfollowed'>;

function isAttendance(event: HansardEvent): event is Attendance {
  return event.type === 'ParticipantJoined' || event.type === 'ParticipantLeft' || event.type === 'RoomUnfollowed';
}

function fold<State, E extends HansardEvent>(
  entries: Map<string, Entry<State>>,
  id: string,
  event: E,
  initial: State,
  evolve: (state: State, event: E) => State,
): void {
  const before = entries.get(id);
  if (before && before.position >= event.position) return;
  const { revision, position } = event;
  entries.set(id, { id, state: evolve(before?.state ?? initial, event), revision, position });
}

function isLive<S extends { readonly kind: string }>(
  entry: Entry<S> | undefined,
): entry is Entry<Extract<S, { readonly kind: 'live' }>> {
  return entry?.state.kind === 'live';
}

function live<S extends { readonly kind: string }>(entry: Entry<S> | undefined) {
  return isLive(entry) ? entry : undefined;
}

function* liveOnes<S extends { readonly kind: string }>(entries: Iterable<Entry<S>>) {
  for (const entry of entries) if (isLive(entry)) yield entry;
}
