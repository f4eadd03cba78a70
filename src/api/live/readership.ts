import type { HansardEvent } from '../../domain/catalogue/catalogue.js';
import { idOf } from '../../domain/kernel/event.js';
import type { Position } from '../../domain/kernel/position.js';
import type { Directory } from '../../projections/directory/directory.js';
import { receives, roomsOf } from './audience.js';
import type { Fan, Reader } from './reader.js';

/**
 * Which reader is given which room live. A list changes when an event says so, and only then: `beforeChange` is called
 * first, so that what waits for the room's readers goes to those it was meant for.
 */
export class Readership {
  readonly #directory: Directory;
  readonly #beforeChange: (fan: Fan) => void;
  readonly #byUser = new Map<string, Set<Reader>>();
  /** Readers of one room, followed or not. */
  readonly #watchers = new Map<string, Set<Reader>>();
  readonly #fans = new Map<string, Fan>();
  #size = 0;

  constructor(directory: Directory, beforeChange: (fan: Fan) => void) {
    this.#directory = directory;
    this.#beforeChange = beforeChange;
  }

  get size(): number {
    return this.#size;
  }

  fanOf(roomId: string): Fan | undefined {
    return this.#fans.get(roomId);
  }

  readersOf(userId: string): readonly Reader[] {
    return [...(this.#byUser.get(userId) ?? [])];
  }

  all(): readonly Reader[] {
    return [...this.#byUser.values()].flatMap((readers) => [...readers]);
  }

  /** From here on the reader is dismissed with its user; nothing is delivered yet. */
  register(reader: Reader): void {
    this.#size += 1;
    put(this.#byUser, reader.caller.actor.id, reader);
    if (reader.room !== undefined) put(this.#watchers, reader.room, reader);
  }

  /** Live from here on: it has been given everything up to `since`. */
  attach(reader: Reader, since: Position): void {
    reader.fans = new Set();
    reader.since = since;
    for (const roomId of roomsOf(this.#directory, reader)) this.#update(reader, roomId);
  }

  /** Back to catching up. */
  detach(reader: Reader): void {
    for (const fan of reader.fans ?? []) this.#leave(reader, fan);
    reader.fans = undefined;
  }

  remove(reader: Reader): void {
    this.detach(reader);
    if (!take(this.#byUser, reader.caller.actor.id, reader)) return;
    this.#size -= 1;
    if (reader.room !== undefined) take(this.#watchers, reader.room, reader);
  }

  /** The directory has the event already. */
  follow(event: HansardEvent): void {
    switch (event.type) {
      case 'ParticipantJoined':
      case 'ParticipantLeft':
      case 'RoomUnfollowed':
        this.#updateUser(event.metadata.actor.id, idOf(event.stream));
        break;
      case 'RoomCreated':
      case 'PrivacyChanged':
      case 'RoomMoved':
      case 'MemberAdded':
      case 'MemberRemoved':
      case 'ManagerAdded':
      case 'ManagerRemoved':
      case 'RoomDisabled':
      case 'RoomEnabled':
      case 'RoomDeleted':
        this.#updateRoom(idOf(event.stream));
        break;
      case 'CategoryScopeChanged':
      case 'CategorySettingsChanged':
      case 'CategoryDeleted':
        this.#updateCategory(idOf(event.stream));
        break;
      case 'PrincipalRegistered':
      case 'PrincipalRenamed':
      case 'PrincipalGroupsChanged':
        this.#updateCaller(event.data.id);
        break;
      default:
    }
  }

  #updateUser(userId: string, roomId: string): void {
    for (const reader of this.#byUser.get(userId) ?? []) this.#update(reader, roomId);
  }

  #updateRoom(roomId: string): void {
    if (this.#size === 0) return;
    for (const userId of this.#directory.people.of(roomId).keys()) this.#updateUser(userId, roomId);
    for (const reader of this.#watchers.get(roomId) ?? []) this.#update(reader, roomId);
  }

  #updateCategory(categoryId: string): void {
    if (this.#size === 0) return;
    for (const { id, state } of this.#directory.rooms())
      if (isWithin(this.#directory, state.categoryId, categoryId)) this.#updateRoom(id);
  }

  #updateCaller(userId: string): void {
    const known = this.#directory.principal(userId);
    if (!known) return;
    const { id, name, email, internal, groups } = known;
    for (const reader of this.#byUser.get(userId) ?? []) {
      reader.caller = { ...reader.caller, actor: { id, name, email, internal }, groups };
      for (const roomId of roomsOf(this.#directory, reader)) this.#update(reader, roomId);
    }
  }

  #update(reader: Reader, roomId: string): void {
    if (!reader.fans) return;
    const fan = this.#fans.get(roomId);
    const is = fan !== undefined && reader.fans.has(fan);
    const shall = receives(this.#directory, reader, roomId);
    if (fan && is !== shall) this.#beforeChange(fan);
    if (fan && is && !shall) {
      reader.fans.delete(fan);
      this.#leave(reader, fan);
    } else if (shall && !is) this.#enter(reader, roomId);
  }

  #enter(reader: Reader, roomId: string): void {
    const fan = this.#fans.get(roomId) ?? { roomId, readers: new Set(), waiting: [] };
    this.#fans.set(roomId, fan);
    fan.readers.add(reader);
    reader.fans?.add(fan);
  }

  #leave(reader: Reader, fan: Fan): void {
    fan.readers.delete(reader);
    if (fan.readers.size === 0) this.#fans.delete(fan.roomId);
  }
}

/** Whether a category is another one or lies below it. */
function isWithin(directory: Directory, categoryId: string, ancestorId: string): boolean {
  for (let id: string | undefined = categoryId; id !== undefined; id = directory.category(id)?.state.parentId) {
    if (id === ancestorId) return true;
  }
  return false;
}

function put<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

/** Whether it was there. */
function take<K, V>(map: Map<K, Set<V>>, key: K, value: V): boolean {
  const set = map.get(key);
  const was = set?.delete(value) ?? false;
  if (set?.size === 0) map.delete(key);
  return was;
}
