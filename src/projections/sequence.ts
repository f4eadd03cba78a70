import type { Position } from '../domain/kernel/position.js';

/** Positions as the outside sees them: opaque, unordered, the same for every reader, of one deployment only. */
export interface SequenceCodec {
  encode(position: Position): string;
  /** `undefined`: not made by this deployment. */
  decode(cursor: string): Position | undefined;
}
