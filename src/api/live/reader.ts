import type { Caller } from '../../domain/caller.js';
import type { Position } from '../../domain/kernel/position.js';
import type { Audience } from './audience.js';
import type { Batch, Frame } from './frame.js';

/** A room that somebody reads live. */
export interface Fan {
  readonly roomId: string;
  readonly readers: Set<Reader>;
  /** Frames that wait for the next write, in log order. */
  waiting: Frame[];
}

/** Somebody with a stream of events, catching up or live. */
export interface Reader extends Audience {
  /** Groups and name as the user's latest token says: the hub brings it up to date. */
  caller: Caller;
  /** The rooms it is given live; undefined while it catches up. The hub's alone. */
  fans: Set<Fan> | undefined;
  /** Where its live part began: what lies before was given already. The hub's alone. */
  since: Position;
  /** Called in log order, each event once; must not wait. */
  deliver(batch: Batch): void;
  /** Nothing more will come: the user was disabled, or the node stops. */
  dismiss(): void;
}
