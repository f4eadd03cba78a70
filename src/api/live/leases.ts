import type { LeaveReason } from '../../domain/catalogue/attendance.js';

/** For how long presence outlasts what it comes from, in milliseconds. */
export interface Terms {
  /** The last stream of a user. */
  readonly grace: number;
  /** An act in a room. */
  readonly act: number;
  /** The start of a node that found somebody present. */
  readonly adopted: number;
}

export interface Expired {
  readonly userId: string;
  readonly roomId: string;
  readonly reason: LeaveReason;
}

interface Lease {
  /** An act, or the adoption, keeps it until then. */
  until: number;
  /** Taken over from a process that is gone: no stream keeps it before the user has come back. */
  adopted: boolean;
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
    this.#lease(userId, roomId).adopted = false;
  }

  act(userId: string, roomId: string, now: number): void {
    const lease = this.#lease(userId, roomId);
    lease.adopted = false;
    lease.until = now + this.#terms.act;
  }

  adopt(userId: string, roomId: string, now: number): void {
    this.#holder(userId).rooms.set(roomId, { until: now + this.#terms.adopted, adopted: true });
  }

  drop(userId: string, roomId: string): void {
    const holder = this.#holders.get(userId);
    holder?.rooms.delete(roomId);
    if (holder?.rooms.size === 0 && holder.streams === 0) this.#holders.delete(userId);
  }

  /** By the user; what was only adopted is not held. */
  isHeld(userId: string, roomId: string, now: number): boolean {
    const holder = this.#holders.get(userId);
    const lease = holder?.rooms.get(roomId);
    return holder !== undefined && lease?.adopted === false && holds(holder, lease, now);
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
      for (const [roomId, { adopted }] of rooms)
        yield { userId, roomId, reason: adopted ? 'node lost' : 'disconnected' };
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
    const made = { until: -Infinity, adopted: false };
    rooms.set(roomId, made);
    return made;
  }
}

function holds({ streams, graceUntil }: Holder, { until, adopted }: Lease, now: number): boolean {
  return until > now || (!adopted && (streams > 0 || graceUntil > now));
}

/** What ended last is what it ended by. */
function reasonOf({ graceUntil }: Holder, { until, adopted }: Lease): LeaveReason {
  if (adopted) return 'node lost';
  return until > graceUntil ? 'idle' : 'disconnected';
}
