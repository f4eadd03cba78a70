import type { Brand } from './brand.js';
import type { Position } from './position.js';

/** A UUID. Deterministic where the command carried an idempotency key. */
export type EventId = Brand<string, 'EventId'>;

/** `<stream category>-<id>`; the id never comes from user input. */
export type StreamName = Brand<string, 'StreamName'>;

/** The stream categories of the log. */
export const STREAM_CATEGORIES = [
  'category',
  'room',
  'transcript',
  'attendance',
  'principal',
  'receipt',
  'archive',
] as const;
export type StreamCategory = (typeof STREAM_CATEGORIES)[number];

export function streamName(category: StreamCategory, id: string): StreamName {
  return `${category}-${id}` as StreamName;
}

/** The part before the first hyphen: a stream category of ours, or something another program wrote. */
export function categoryOf(stream: string): string {
  const hyphen = stream.indexOf('-');
  return hyphen < 0 ? stream : stream.slice(0, hyphen);
}

/** The part behind the first hyphen. */
export function idOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1);
}

/** Who did it, as known at that time. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly internal: boolean;
}

/** Acts for nobody. No token can be of this user. */
export const SYSTEM: Actor = { id: 'system', name: 'Hansard', email: '', internal: true };

/** What makes a command that is sent twice one command: remembered with its event for good. */
export interface IdempotencyMark {
  /** SHA-256 of user and `Idempotency-Key`, hex. */
  readonly key: string;
  /** SHA-256 of method, path and body, hex: the same key with another fingerprint is a mismatch. */
  readonly fingerprint: string;
}

/** What every event carries beside its data. */
export interface EventMetadata {
  /** Version of the data's schema, from 1. */
  readonly version: number;
  /** Server time, RFC 3339 UTC with milliseconds; never decreasing within a room's transcript. */
  readonly time: string;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly causationId?: string | undefined;
  /** Id of the node that wrote it. */
  readonly node: string;
  readonly idempotency?: IdempotencyMark | undefined;
  /** `false`: the room was above its limit of participants, so readers are not told of this join or leave. */
  readonly announced?: false | undefined;
  /** `false`: said in an unlogged room; kept in log and archive, but in no history. */
  readonly logged?: false | undefined;
}

/** An event on its way into the log. */
export interface ProposedEvent {
  readonly id: EventId;
  readonly type: string;
  readonly data: object;
  readonly metadata: EventMetadata;
}

/**
 * An event as an engine gives it back. Data and metadata are whatever was stored, perhaps by another program or damaged:
 * the catalogue makes a typed event of it, or parks it.
 */
export interface RecordedEvent {
  readonly id: EventId;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
  readonly stream: StreamName;
  readonly revision: number;
  readonly position: Position;
  /** Set when the stored bytes are no JSON: SHA-256 (hex) of data and metadata as stored, one after the other. */
  readonly damagedSha256?: string | undefined;
}
