import type { Brand } from './brand.js';

/**
 * The place of an event in the whole log. Compare positions with `<`, `===` and `>`; nothing else may be read from one.
 *
 * A safe integer in every engine: the embedded log counts events, EventStoreDB counts bytes of its transaction file
 * (2^53 bytes are nine petabytes).
 */
export type Position = Brand<number, 'Position'>;

/** The place before the first event. */
export const ORIGIN = 0 as Position;

export function laterOf(one: Position, other: Position): Position {
  return one > other ? one : other;
}
