import type { Caller } from '../../domain/caller.js';
import { catalogue, type FactOf } from '../../domain/catalogue/catalogue.js';
import { propose, type CommandContext, type Stamping } from '../../domain/kernel/command.js';
import { streamName } from '../../domain/kernel/event.js';
import type { EventStore } from '../../domain/kernel/event-store.js';
import { settle } from '../../domain/kernel/handle-command.js';

const REMEMBERED_MS = 60_000;
/** Users times rooms; who falls out is recorded once more. */
const MAX_ENTRIES = 10_000;
const MAX_RANGES = 16;

interface Range {
  readonly from: number;
  readonly to: number;
  readonly until: number;
}

/** Records who was shown which messages. The same messages shown again within a minute are one view. */
export class HistoryViews {
  readonly #store: EventStore;
  readonly #stamping: Stamping;
  readonly #now: () => number;
  /** In the order of their latest record. */
  readonly #recorded = new Map<string, readonly Range[]>();

  /** `now` in milliseconds, never going back. */
  constructor(store: EventStore, stamping: Stamping, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#stamping = stamping;
    this.#now = now;
  }

  /** Await it before the messages `from` to `to` (seq, both inclusive) are given: then the record is durable. */
  async viewed(
    { actor }: Caller,
    roomId: string,
    from: number,
    to: number,
    via: FactOf<'HistoryViewed'>['data']['via'],
    context: CommandContext,
  ): Promise<void> {
    const key = `${roomId} ${actor.id}`;
    if (covers(this.#fresh(key), from, to)) return;
    const stream = streamName('attendance', roomId);
    const facts = [{ type: 'HistoryViewed', data: { from, to, via } } satisfies FactOf<'HistoryViewed'>];
    const events = propose(stream, facts, { ...context, actor }, this.#stamping, catalogue.versionOf);
    await settle(this.#store, stream, events, 'any');
    this.#remember(key, { from, to, until: this.#now() + REMEMBERED_MS });
  }

  #fresh(key: string): readonly Range[] {
    const now = this.#now();
    return (this.#recorded.get(key) ?? []).filter(({ until }) => until > now);
  }

  #remember(key: string, range: Range): void {
    const ranges = [...this.#fresh(key), range].slice(-MAX_RANGES);
    this.#recorded.delete(key);
    this.#recorded.set(key, ranges);
    const now = this.#now();
    for (const [oldest, kept] of this.#recorded) {
      const stale = kept.every(({ until }) => until <= now);
      if (!stale && this.#recorded.size <= MAX_ENTRIES) return;
      this.#recorded.delete(oldest);
    }
  }
}

/** Whether the ranges together have every number. */
function covers(ranges: readonly Range[], from: number, to: number): boolean {
  let next = from;
  for (const range of ranges.toSorted((one, other) => one.from - other.from)) {
    if (range.from > next) break;
    next = Math.max(next, range.to + 1);
  }
  return next > to;
}
