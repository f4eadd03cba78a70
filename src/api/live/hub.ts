import type { HansardEvent } from '../../domain/catalogue/catalogue.js';
import type { RecordedEvent } from '../../domain/kernel/event.js';
import type { Position } from '../../domain/kernel/position.js';
import type { NodeView, ViewListener } from '../node-view.js';
import { deliveredIn, receivesPast } from './audience.js';
import { Coalescing, type Window } from './coalescing.js';
import { Batch, type Frame, type Frames } from './frame.js';
import type { Reader } from './reader.js';
import { Readership } from './readership.js';
import { RecentEvents, type Memory } from './recent-events.js';

/** How a reader goes on: it is live now; or it takes what is remembered; or it has to read the log up to a place. */
export type Step =
  | { readonly kind: 'live' }
  | { readonly kind: 'recent'; readonly batch: Batch; readonly to: Position }
  | { readonly kind: 'log'; readonly to: Position };

export interface HubOptions {
  readonly window?: Window;
  readonly memory?: Memory;
  /** Milliseconds that the oldest event of a round of writes has waited. */
  readonly onWritten?: (waitedMs: number) => void;
}

/** Characters of frames that a reader takes from memory in one step. */
const STEP_SIZE = 65_536;

/**
 * Gives every event to the readers of its room. The lists of readers are those of the event's own place in the log:
 * rights change by events of the same log, so a list changes exactly when such an event comes, and frames that wait to
 * be written go out before it does.
 */
export class Hub implements ViewListener {
  readonly #view: NodeView;
  readonly #frames: Frames;
  readonly #recent: RecentEvents;
  readonly #readership: Readership;
  readonly #coalescing: Coalescing;
  #closed = false;

  constructor(view: NodeView, frames: Frames, { window, memory, onWritten }: HubOptions = {}) {
    const coalescing = new Coalescing(window, onWritten);
    this.#view = view;
    this.#frames = frames;
    this.#recent = new RecentEvents(view.position, memory);
    this.#coalescing = coalescing;
    this.#readership = new Readership(view.directory, (fan) => coalescing.settle(fan));
    view.listen(this);
  }

  /** Where a reader begins who wants nothing of the past. */
  get position(): Position {
    return this.#view.position;
  }

  get counters() {
    return { readers: this.#readership.size, ...this.#coalescing.counters };
  }

  onEvent(event: HansardEvent, recorded: RecordedEvent): void {
    const ends = event.type === 'RoomDisabled' || event.type === 'RoomDeleted';
    // Who could read the room up to now is told that it is over.
    if (ends) this.#publish(event, recorded);
    this.#readership.follow(event);
    if (!ends) this.#publish(event, recorded);
    if (event.type === 'PrincipalDisabled')
      for (const reader of this.#readership.readersOf(event.data.id)) reader.dismiss();
  }

  onBatch(): void {
    this.#coalescing.endOfBatch();
  }

  /** From now on the reader is dismissed when its user is disabled. Nothing is delivered before `advance` says `live`. */
  register(reader: Reader): void {
    this.#readership.register(reader);
    if (this.#closed || this.#view.directory.principal(reader.caller.actor.id)?.disabled) reader.dismiss();
  }

  /**
   * One step of a registered reader who has everything up to `after`, which is not ahead of the node's view. When it
   * answers `live`, the reader has been given what was remembered behind that place and is given everything from there on.
   */
  advance(reader: Reader, after: Position): Step {
    const to = this.#view.position;
    if (!this.#recent.covers(after)) return { kind: 'log', to };
    const frames: Frame[] = [];
    let size = 0;
    for (const { roomId, event, recorded } of this.#recent.between(after, to)) {
      if (!receivesPast(this.#view.directory, reader, roomId, event)) continue;
      const frame = this.#frames.of(event, recorded);
      frames.push(frame);
      size += frame.size;
      if (size >= STEP_SIZE) return { kind: 'recent', batch: new Batch(frames), to: frame.position };
    }
    if (frames.length > 0) reader.deliver(new Batch(frames));
    this.#coalescing.came(to);
    this.#readership.attach(reader, to);
    return { kind: 'live' };
  }

  /** Back to catching up: nothing is delivered any more. */
  detach(reader: Reader): void {
    this.#readership.detach(reader);
  }

  remove(reader: Reader): void {
    this.#readership.remove(reader);
  }

  /** Delivers what waits, and dismisses everybody, also who comes later. */
  close(): void {
    this.#closed = true;
    this.#coalescing.close();
    for (const reader of this.#readership.all()) reader.dismiss();
  }

  #publish(event: HansardEvent, recorded: RecordedEvent): void {
    const roomId = deliveredIn(event);
    if (roomId === undefined) return;
    this.#recent.add({ roomId, event, recorded });
    const fan = this.#readership.fanOf(roomId);
    if (fan) this.#coalescing.add(fan, this.#frames.of(event, recorded));
  }
}
