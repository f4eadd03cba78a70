import type { EventId } from './event.js';

export interface Clock {
  /** RFC 3339, UTC, milliseconds. */
  now(): string;
}

/** Where ids come from. */
export interface Ids {
  /** 128 random bits, 32 lower-case hex digits. */
  random(): string;
  /** 128 bits of a hash of the parts, 32 lower-case hex digits: the same parts, the same id. */
  derived(...parts: readonly string[]): string;
  randomEvent(): EventId;
  derivedEvent(...parts: readonly string[]): EventId;
}
