import type { Caller } from '../../domain/caller.js';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import { catchUp, fromLog, type Past } from './catch-up.js';
import type { Batch } from './frame.js';
import type { Fan, Reader } from './reader.js';

export interface EventLinesRequest {
  readonly caller: Caller;
  /** Exclusive. */
  readonly after: Position;
  /** Only this room's events, whether the caller follows it or not; else those of all rooms that the caller follows. */
  readonly room?: string | undefined;
  /** Lines at most. */
  readonly limit: number;
  /** Goes on with what happens from now on. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Characters that may wait for a reader who is live; who lets more wait reads the log instead. */
const QUEUE_LIMIT = 1_048_576;

/** The same events as a stream's, under the same rules, as lines of NDJSON. Ends when the user is disabled or the node stops. */
export async function* eventLines(past: Past, request: EventLinesRequest): AsyncGenerator<Buffer> {
  const reader = new QueueingReader(request.caller, request.room, past, request.signal);
  past.hub.register(reader);
  let left = request.limit;
  try {
    if (request.follow) yield Buffer.alloc(0); // the headers go out now, not with the first line
    for await (const batch of batches(past, reader, request)) {
      const frames = batch.frames.slice(0, left);
      yield Buffer.concat(frames.map(({ line }) => line));
      left -= frames.length;
      if (left <= 0) return;
    }
  } finally {
    past.hub.remove(reader);
  }
}

async function* batches(
  past: Past,
  reader: QueueingReader,
  { after, follow }: EventLinesRequest,
): AsyncGenerator<Batch> {
  if (!follow) {
    yield* fromLog(past, reader, after, past.hub.position, reader.signal);
    return;
  }
  for (let from = after; !reader.signal.aborted;) {
    for await (const batch of catchUp(past, reader, from, reader.signal)) yield batch;
    yield* reader.live();
    from = reader.reached;
  }
}

/** A reader who is given batches when it asks for them. */
class QueueingReader implements Reader {
  caller: Caller;
  readonly room: string | undefined;
  fans: Set<Fan> | undefined = undefined;
  since = ORIGIN;
  readonly signal: AbortSignal;
  readonly #past: Past;
  readonly #over = new AbortController();
  #queue: Batch[] = [];
  #size = 0;
  #last = ORIGIN;
  #wake: (() => void) | undefined;

  constructor(caller: Caller, room: string | undefined, past: Past, signal: AbortSignal) {
    this.caller = caller;
    this.room = room;
    this.#past = past;
    this.signal = AbortSignal.any([signal, this.#over.signal]);
    this.signal.addEventListener('abort', () => this.#wake?.());
  }

  /** Everything up to here was queued. */
  get reached(): Position {
    return this.#last > this.since ? this.#last : this.since;
  }

  deliver(batch: Batch): void {
    this.#queue.push(batch);
    this.#last = batch.last;
    this.#size += batch.size;
    if (this.#size > QUEUE_LIMIT) this.#past.hub.detach(this);
    this.#wake?.();
  }

  dismiss(): void {
    this.#over.abort();
  }

  /** Until so much has waited that the reader is not live any more, and all of it was taken. */
  async *live(): AsyncGenerator<Batch> {
    while (!this.signal.aborted) {
      const queue = this.#queue;
      [this.#queue, this.#size] = [[], 0];
      yield* queue;
      if (queue.length > 0) continue;
      if (!this.fans) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
