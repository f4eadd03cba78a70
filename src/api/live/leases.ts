import type { LeaveReason } from '../../domain/catalogue/attendance.js';

/** For how long presence outlasts what it comes from, in milliseconds. */
export interface Terms {
  /** The last stream of a user. */
  readonly grace: number;
  /** An act in a room. */
  readonly act: number;
  /** Having been present through a process that is gone. */
  readonly doomed: number;
}

export interface Expired {
  readonly userId: string;
  readonly roomId: string;
  readonly reason: LeaveReason;
}

interface Lease {
  /** Kept until then whatever the streams do. */
  until: number;
  /** How it ends, unless the user comes back: no stream keeps it before. Undefined: kept by the user. */
  ending: LeaveReason | undefined;
}

interface Holder {
  streams: number;
  graceUntil: number;
  readonly rooms: Map<string, Lease>;
}

/** Why and until when this node takes users for present. Times are milliseconds of one clock that never goes back. */
export class Leases {
  readonly #holders = new Map<string, Holder>();
  readonly #terms: Terms;

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  opened(userId: string): void {
    this.#holder(userId).streams += 1;
  }

  closed(userId: string, now: number): void {
    const holder = this.#holder(userId);
    holder.streams -= 1;
    if (holder.streams > 0) return;
    holder.graceUntil = now + this.#terms.grace;
    if (holder.rooms.size === 0) this.#holders.delete(userId);
  }

  /** Kept by the user's streams alone. */
  hold(userId: string, roomId: string): void {
    this.#lease(userId, roomId).ending = undefined;
  }

  act(userId: string, roomId: string, now: number): void {
    const lease = this.#lease(userId, roomId);
    lease.ending = undefined;
    lease.until = now + this.#terms.act;
  }

  /** Present for no reason of ours: it ends so, after a while, unless the user comes back. */
  doom(userId: string, roomId: string, ending: LeaveReason, now: number): void {
    this.#holder(userId).rooms.set(roomId, { until: now + this.#terms.doomed, ending });
  }

  drop(userId: string, roomId: string): void {
    const holder = this.#holders.get(userId);
    holder?.rooms.delete(roomId);
    if (holder?.rooms.size === 0 && holder.streams === 0) this.#holders.delete(userId);
  }

  /** By the user. */
  isHeld(userId: string, roomId: string, now: number): boolean {
    const holder = this.#holders.get(userId);
    const lease = holder?.rooms.get(roomId);
    return holder !== undefined && lease !== undefined && !lease.ending && holds(holder, lease, now);
  }

  roomsOf(userId: string): readonly string[] {
    return [...(this.#holders.get(userId)?.rooms.keys() ?? [])];
  }

  /** Leases that have ended; they are still there until they are dropped. */
  *expired(now: number): Iterable<Expired> {
    for (const [userId, holder] of this.#holders) {
      for (const [roomId, lease] of holder.rooms) {
        if (!holds(holder, lease, now)) yield { userId, roomId, reason: reasonOf(holder, lease) };
      }
    }
  }

  /** Every lease, as if all streams were closed now. */
  *all(): Iterable<Expired> {
    for (const [userId, { rooms }] of this.#holders) {
      for (const [roomId, { ending }] of rooms) yield { userId, roomId, reason: ending ?? 'disconnected' };
    }
  }

  #holder(userId: string): Holder {
    const found = this.#holders.get(userId);
    if (found) return found;
    const made = { streams: 0, graceUntil: -Infinity, rooms: new Map<string, Lease>() };
    this.#holders.set(userId, made);
    return made;
  }

  #lease(userId: string, roomId: string): Lease {
    const { rooms } = this.#holder(userId);
    const found = rooms.get(roomId);
    if (found) return found;
    const made = { until: -Infinity, ending: undefined };
    rooms.set(roomId, made);
    return made;
  }
}

function holds({ streams, graceUntil }: Holder, { until, ending }: Lease, now: number): boolean {
  return until > now || (!ending && (streams > 0 || graceUntil > now));
}

/** What ended last is what it ended by. */
function reasonOf({ graceUntil }: Holder, { until, ending }: Lease): LeaveReason {
  return ending ?? (until > graceUntil ? 'idle' : 'disconnected');
}
