import type { HansardEvent } from '../../domain/catalogue/catalogue.js';
import type { RecordedEvent } from '../../domain/kernel/event.js';
import type { Position } from '../../domain/kernel/position.js';

/** An event that readers of a room are given. */
export interface Delivery {
  readonly roomId: string;
  readonly event: HansardEvent;
  readonly recorded: RecordedEvent;
}

export interface Memory {
  readonly events: number;
  /** Characters of text, about: long stories must not fill the memory. */
  readonly weight: number;
}

const MEMORY: Memory = { events: 4096, weight: 8 * 1024 * 1024 };

/**
 * The last deliveries of the node, bounded by number and weight: a reader who is less than this behind goes live from
 * memory, so that catching up ends however fast the log grows.
 */
export class RecentEvents {
  #deliveries: Delivery[] = [];
  /** Those before it are gone; they are cut off when they are as many as those behind it. */
  #start = 0;
  #weight = 0;
  #floor: Position;
  readonly #memory: Memory;

  /** `floor`: where remembering begins. */
  constructor(floor: Position, memory = MEMORY) {
    this.#floor = floor;
    this.#memory = memory;
  }

  /** Whether everything delivered behind this place is remembered. */
  covers(after: Position): boolean {
    return after >= this.#floor;
  }

  add(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    this.#weight += weightOf(delivery);
    const { events, weight } = this.#memory;
    while (this.#deliveries.length - this.#start > events || this.#weight > weight) this.#forget();
    if (this.#start * 2 > this.#deliveries.length) {
      this.#deliveries = this.#deliveries.slice(this.#start);
      this.#start = 0;
    }
  }

  /** In log order, exclusive of `after`, inclusive of `to`. */
  *between(after: Position, to: Position): Iterable<Delivery> {
    for (let at = this.#firstBehind(after); at < this.#deliveries.length; at += 1) {
      const delivery = this.#deliveries[at];
      if (!delivery || delivery.event.position > to) return;
      yield delivery;
    }
  }

  #forget(): void {
    const oldest = this.#deliveries[this.#start];
    if (!oldest) return;
    this.#floor = oldest.event.position;
    this.#weight -= weightOf(oldest);
    this.#start += 1;
  }

  /** Binary search: most who ask are only a little behind. */
  #firstBehind(after: Position): number {
    let low = this.#start;
    let high = this.#deliveries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#deliveries[middle]?.event.position ?? after) > after) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function weightOf({ event: { data } }: Delivery): number {
  let characters = 500;
  for (const value of Object.values(data)) if (typeof value === 'string') characters += value.length;
  return characters;
}
