import type { HansardEvent } from '../domain/catalogue/catalogue.js';
import type { ParkedEvent } from '../domain/kernel/catalogue.js';
import type { Key, ReadModelSchema, Row } from './read-models.js';

/** What one event does to one row. Pure: the same row and event, the same row. */
export interface Change {
  readonly table: string;
  readonly key: Key;
  /** `undefined` on either side: no such row. The row given back unchanged: the event does nothing to it. */
  readonly fold: (row: Row | undefined) => Row | undefined;
  /** The event makes the row: nothing can be there before it, so nothing needs to be loaded. */
  readonly creates?: true;
}

/** A read model's rows as a function of the log. Written once; no engine knows it, it knows no engine. */
export interface Projection {
  readonly schema: ReadModelSchema;
  /** Stream categories that it reads; `undefined`: the whole log, other programs' events too. */
  readonly categories: readonly string[] | undefined;
  readonly changes: (event: HansardEvent) => readonly Change[];
  /** Events that no schema knows are nothing to a projection, but to the one that lists them. */
  readonly parked?: (parked: ParkedEvent) => readonly Change[];
}
