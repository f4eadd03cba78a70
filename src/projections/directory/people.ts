import type { Actor } from '../../domain/kernel/event.js';
import type { Position } from '../../domain/kernel/position.js';

/** One user's relation to one room. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly internal: boolean;
  readonly present: boolean;
  /** RFC 3339; since when present, "" when not. */
  readonly since: string;
  readonly following: boolean;
  /** Of the last event folded in. */
  readonly position: Position;
}

const NOBODY: ReadonlyMap<string, Person> = new Map();
const NOWHERE: ReadonlySet<string> = new Set();

/** Who is in which room and who follows it: the fold of every attendance stream. */
export class People {
  readonly #byRoom = new Map<string, Map<string, Person>>();
  readonly #followedBy = new Map<string, Set<string>>();
  readonly #presentIn = new Map<string, Set<string>>();
  readonly #counts = new Map<string, number>();

  of(roomId: string): ReadonlyMap<string, Person> {
    return this.#byRoom.get(roomId) ?? NOBODY;
  }

  person(roomId: string, userId: string): Person | undefined {
    return this.#byRoom.get(roomId)?.get(userId);
  }

  followedBy(userId: string): ReadonlySet<string> {
    return this.#followedBy.get(userId) ?? NOWHERE;
  }

  presentIn(userId: string): ReadonlySet<string> {
    return this.#presentIn.get(userId) ?? NOWHERE;
  }

  count(roomId: string): number {
    return this.#counts.get(roomId) ?? 0;
  }

  /** Puts a person as a read model has it. */
  restore(roomId: string, userId: string, person: Person): void {
    this.#put(roomId, userId, person);
  }

  joined(roomId: string, actor: Actor, since: string, position: Position): void {
    const before = this.person(roomId, actor.id);
    if (before && before.position >= position) return;
    const { name, email, internal } = actor;
    this.#put(roomId, actor.id, {
      name,
      email,
      internal,
      present: true,
      since: before?.present ? before.since : since,
      following: true,
      position,
    });
  }

  left(roomId: string, userId: string, unfollows: boolean, position: Position): void {
    const before = this.person(roomId, userId);
    if (!before || before.position >= position) return;
    this.#put(roomId, userId, {
      ...before,
      present: false,
      since: '',
      following: before.following && !unfollows,
      position,
    });
  }

  unfollowed(roomId: string, userId: string, position: Position): void {
    const before = this.person(roomId, userId);
    if (!before || before.position >= position) return;
    this.#put(roomId, userId, { ...before, following: false, position });
  }

  #put(roomId: string, userId: string, person: Person): void {
    const room = entry(this.#byRoom, roomId, () => new Map<string, Person>());
    const change = Number(person.present) - Number(room.get(userId)?.present ?? false);
    if (change !== 0) this.#counts.set(roomId, this.count(roomId) + change);
    if (person.present || person.following) room.set(userId, person);
    else room.delete(userId);
    relate(this.#followedBy, userId, roomId, person.following);
    relate(this.#presentIn, userId, roomId, person.present);
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key);
  if (found) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function relate(map: Map<string, Set<string>>, from: string, to: string, related: boolean): void {
  if (related) entry(map, from, () => new Set<string>()).add(to);
  else {
    const set = map.get(from);
    set?.delete(to);
    if (set?.size === 0) map.delete(from);
  }
}
