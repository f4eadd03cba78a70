import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import { Batch, type Frame } from './frame.js';
import type { Fan, Reader } from './reader.js';

export interface Window {
  /** Milliseconds for which frames are gathered: at least, and under the heaviest load. */
  readonly shortest: number;
  readonly longest: number;
}

const WINDOW: Window = { shortest: 5, longest: 40 };
/** Under load the window is so many times as long as the last writes took: they get a quarter of the time at most. */
const PATIENCE = 3;
/** A room with so many characters waiting is written at once. */
const FULL = 16_384;

/**
 * The cost of fan-out is per write, not per event. The first event after quiet goes out at once; while events keep coming,
 * those of a window are written together: one chunk for all readers who have only that room's events waiting, and for who
 * has several rooms' a joined one in log order.
 */
export class Coalescing {
  readonly #window: Window;
  readonly #waiting = new Set<Fan>();
  readonly #onWritten: ((waitedMs: number) => void) | undefined;
  #full = false;
  #lastCame = ORIGIN;
  #timer: NodeJS.Timeout | undefined;
  /** When the oldest frame that waits came. */
  #since = 0;
  #writes = 0;
  #deliveries = 0;

  /** `onWritten`: called after each round of writes, with the time since its oldest event came to the node. */
  constructor(window: Window = WINDOW, onWritten?: (waitedMs: number) => void) {
    this.#window = window;
    this.#onWritten = onWritten;
  }

  /** Since the start: calls of `deliver`, and events given by them, counted per reader. */
  get counters() {
    return { writes: this.#writes, deliveries: this.#deliveries };
  }

  /** A reader goes live at this place; what lies before it was given to it. */
  came(at: Position): void {
    this.#lastCame = at;
  }

  add(fan: Fan, frame: Frame): void {
    if (this.#waiting.size === 0) this.#since = performance.now();
    fan.waiting.push(frame);
    this.#waiting.add(fan);
    // Most rooms have few frames in a window, so summing up costs less than keeping the sum.
    if (fan.waiting.length % 8 === 0 || frame.size >= FULL) this.#full ||= sizeOf(fan.waiting) >= FULL;
  }

  /** The room's readers are about to change. */
  settle(fan: Fan): void {
    if (fan.waiting.length > 0) this.flush();
  }

  endOfBatch(): void {
    if (this.#waiting.size === 0) return;
    if (!this.#timer) {
      this.#write();
      this.#rest(0); // after quiet; whether there is load the window will tell
    } else if (this.#full) this.flush();
  }

  flush(): void {
    const started = performance.now();
    const gathered = this.#write();
    // A single event has not gained by waiting: its sender may be waiting for it.
    this.#rest(gathered > 1 ? (performance.now() - started) * PATIENCE : 0);
  }

  close(): void {
    this.#write();
    clearTimeout(this.#timer);
  }

  /** How many events were written. */
  #write(): number {
    const batches = [...this.#waiting].map((fan) => taken(fan));
    this.#waiting.clear();
    this.#full = false;
    this.#deliver(batches);
    if (batches.length > 0) this.#onWritten?.(performance.now() - this.#since);
    return batches.reduce((sum, { batch }) => sum + batch.frames.length, 0);
  }

  #rest(patience: number): void {
    const { shortest, longest } = this.#window;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#endOfWindow(), Math.min(longest, Math.max(shortest, patience)));
    this.#timer.unref();
  }

  #endOfWindow(): void {
    this.#timer = undefined;
    if (this.#waiting.size > 0) this.flush();
  }

  #deliver(taken: readonly Taken[]): void {
    const several = new Set<Reader>();
    for (const { fan, batch } of taken) {
      const alone = taken.length === 1;
      for (const reader of fan.readers) {
        if (alone || reader.fans?.size === 1) this.#give(reader, batch);
        else several.add(reader);
      }
    }
    const joined = new Map<string, Batch>();
    for (const reader of several) {
      const batch = join(taken, reader, joined);
      if (batch) this.#give(reader, batch);
    }
  }

  #give(reader: Reader, batch: Batch): void {
    // Only a batch that waited while somebody came can have what a reader was given already.
    const due = batch.first > this.#lastCame ? batch : batch.behind(reader.since);
    if (!due) return;
    this.#writes += 1;
    this.#deliveries += due.frames.length;
    reader.deliver(due);
  }
}

interface Taken {
  readonly fan: Fan;
  readonly batch: Batch;
}

function taken(fan: Fan): Taken {
  const batch = new Batch(fan.waiting);
  fan.waiting = [];
  return { fan, batch };
}

/** What a reader of several rooms is due, in log order; readers of the same rooms share it. */
function join(taken: readonly Taken[], { fans }: Reader, joined: Map<string, Batch>): Batch | undefined {
  const due = taken.filter(({ fan }) => fans?.has(fan));
  if (due.length <= 1) return due[0]?.batch;
  const key = due.map(({ fan }) => fan.roomId).join();
  const before = joined.get(key);
  if (before) return before;
  const frames = due.flatMap(({ batch }) => batch.frames).sort((one, other) => one.position - other.position);
  const batch = new Batch(frames);
  joined.set(key, batch);
  return batch;
}

function sizeOf(frames: readonly { readonly size: number }[]): number {
  return frames.reduce((sum, { size }) => sum + size, 0);
}
