import { categoryOf, idOf, type RecordedEvent } from '../../../domain/kernel/event.js';
import { ORIGIN, type Position } from '../../../domain/kernel/position.js';
import { withEntry, withoutEntry } from '../../../domain/layered-map.js';
import { rawOf, textOf, type Raw } from '../raw.js';
import { Overlay } from './overlay.js';

export interface RoomFacts {
  readonly name: string;
  readonly categoryId: string;
  readonly privacy: string;
  readonly type: string;
}

/** Somebody who is in a room, as they were called when they entered. */
export interface Present {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly internal: boolean;
  /** RFC 3339 */
  readonly since: string;
}

export type Roster = ReadonlyMap<string, Present>;

export interface LogFacts {
  readonly position: Position;
  readonly rooms: Iterable<readonly [string, RoomFacts]>;
  /** Names by id. */
  readonly categories: Iterable<readonly [string, string]>;
  readonly rosters: Iterable<readonly [string, Roster]>;
  /** User ids in the order of their first act. */
  readonly principals: Iterable<string>;
  /** Last revisions by stream. */
  readonly revisions: Iterable<readonly [string, number]>;
}

const NOTHING: LogFacts = {
  position: ORIGIN,
  rooms: [],
  categories: [],
  rosters: [],
  principals: [],
  revisions: [],
};

const NO_ROOM: RoomFacts = { name: '', categoryId: '', privacy: '', type: '' };
const EMPTY: Roster = new Map();

/**
 * What a window needs to know of the log before it. A fold that asks no schema, so that it is cheap and does not depend on
 * which events this version knows: it reads the members it needs (of version 1 of their events) and leaves out what is not
 * as it should be. Changes since the last `keep` can be taken back, for a window that could not be finished.
 */
export class LogState {
  readonly #rooms: Overlay<string, RoomFacts>;
  readonly #categories: Overlay<string, string>;
  readonly #rosters: Overlay<string, Roster>;
  readonly #ordinals: Overlay<string, number>;
  readonly #revisions: Overlay<string, number>;
  #principals: number;
  #keptPosition: Position;
  #position: Position;

  constructor(facts: LogFacts = NOTHING) {
    this.#rooms = new Overlay(facts.rooms);
    this.#categories = new Overlay(facts.categories);
    this.#rosters = new Overlay(facts.rosters);
    this.#ordinals = new Overlay([...facts.principals].map((id, index) => [id, index + 1]));
    this.#revisions = new Overlay(facts.revisions);
    this.#principals = this.#ordinals.base.size;
    this.#position = this.#keptPosition = facts.position;
  }

  get position(): Position {
    return this.#position;
  }

  /** What was kept. Rosters are in no order. */
  facts(): LogFacts {
    return {
      position: this.#keptPosition,
      rooms: this.#rooms.base,
      categories: this.#categories.base,
      rosters: this.#rosters.base,
      principals: this.#ordinals.base.keys(),
      revisions: this.#revisions.base,
    };
  }

  room(id: string): RoomFacts {
    return this.#rooms.get(id) ?? NO_ROOM;
  }

  categoryName(id: string): string {
    return this.#categories.get(id) ?? '';
  }

  roster(roomId: string): Roster {
    return this.#rosters.get(roomId) ?? EMPTY;
  }

  /** From 1, in the order of first acts; 0 for one who never did anything. */
  ordinal(userId: string): number {
    return this.#ordinals.get(userId) ?? 0;
  }

  /** -1 for a stream that has no events yet. */
  lastRevision(stream: string): number {
    return this.#revisions.get(stream) ?? -1;
  }

  apply({ stream, type, revision, data, metadata }: RecordedEvent): void {
    const { actor, time } = rawOf(metadata);
    const who = rawOf(actor);
    this.#see(who['id']);
    const category = categoryOf(stream);
    if (category !== 'receipt') this.#revisions.set(stream, revision);
    if (category === 'attendance') this.#attend(idOf(stream), type, who, textOf(time));
    else if (category === 'room') this.#changeRoom(idOf(stream), type, rawOf(data));
    else if (category === 'category') this.#changeCategory(idOf(stream), type, rawOf(data));
  }

  /** Everything up to here was applied. */
  reached(position: Position): void {
    this.#position = position;
  }

  keep(): void {
    for (const part of this.#parts()) part.keep();
    this.#principals = this.#ordinals.base.size;
    this.#keptPosition = this.#position;
  }

  takeBack(): void {
    for (const part of this.#parts()) part.takeBack();
    this.#principals = this.#ordinals.base.size;
    this.#position = this.#keptPosition;
  }

  #parts(): readonly { keep(): void; takeBack(): void }[] {
    return [this.#rooms, this.#categories, this.#rosters, this.#ordinals, this.#revisions];
  }

  #see(userId: unknown): void {
    if (typeof userId !== 'string' || this.#ordinals.get(userId) !== undefined) return;
    this.#principals += 1;
    this.#ordinals.set(userId, this.#principals);
  }

  #attend(roomId: string, type: string, who: Raw, since: string): void {
    const { id } = who;
    if (typeof id !== 'string') return;
    const roster = this.roster(roomId);
    if (type === 'ParticipantLeft') this.#rosters.set(roomId, withoutEntry(roster, id));
    else if (type === 'ParticipantJoined' && !roster.has(id)) {
      const { name, email, internal } = who;
      const present = { id, name: textOf(name), email: textOf(email), internal: internal === true, since };
      this.#rosters.set(roomId, withEntry(roster, id, present));
    }
  }

  #changeRoom(id: string, type: string, data: Raw): void {
    const changed = roomAfter(this.room(id), type, data);
    if (changed) this.#rooms.set(id, changed);
  }

  #changeCategory(id: string, type: string, { name }: Raw): void {
    if (type === 'CategoryCreated' || type === 'CategoryRenamed') this.#categories.set(id, textOf(name));
  }
}

/** `undefined`: the event changes nothing that windows tell. */
function roomAfter(before: RoomFacts, type: string, data: Raw): RoomFacts | undefined {
  const { name, categoryId, privacy, type: roomType } = data;
  switch (type) {
    case 'RoomCreated':
      return { name: textOf(name), categoryId: textOf(categoryId), privacy: textOf(privacy), type: textOf(roomType) };
    case 'RoomRenamed':
      return { ...before, name: textOf(name) };
    case 'RoomMoved':
      return { ...before, categoryId: textOf(categoryId) };
    case 'PrivacyChanged':
      return { ...before, privacy: textOf(privacy) };
    case 'RoomTypeChanged':
      return { ...before, type: textOf(roomType) };
    default:
      return undefined;
  }
}
