import {
  catalogue,
  type EventOf,
  type EventType,
  type FactOf,
  type HansardEvent,
} from '../../src/domain/catalogue/catalogue.js';
import { isParked } from '../../src/domain/kernel/catalogue.js';
import type { Actor, EventId, EventMetadata, RecordedEvent, StreamName } from '../../src/domain/kernel/event.js';
import type { Position } from '../../src/domain/kernel/position.js';

export const ADA: Actor = { id: 'ada', name: 'Ada', email: 'ada@example.org', internal: true };
export const BOB: Actor = { id: 'bob', name: 'Bob', email: 'bob@example.org', internal: true };

export interface Around {
  readonly actor?: Actor;
  readonly time?: string;
  readonly idempotency?: EventMetadata['idempotency'];
  readonly logged?: false;
  readonly revision?: number;
}

/** 12:00:00 and so many seconds. */
export function seconds(count: number): string {
  return new Date(Date.UTC(2026, 10, 23, 12, 0, count)).toISOString();
}

/** A log that is written by hand: positions count from 1, revisions from 0 in each stream. */
export class Log {
  readonly events: RecordedEvent[] = [];
  readonly #revisions = new Map<string, number>();

  /** Whatever another program may have written. */
  raw(stream: string, type: string, data: unknown, metadata: unknown, revision?: number): RecordedEvent {
    const position = (this.events.at(-1)?.position ?? 0) + 1;
    const next = revision ?? (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, next);
    const event: RecordedEvent = {
      id: `00000000-0000-4000-8000-${String(position).padStart(12, '0')}` as EventId,
      type,
      data,
      metadata,
      stream: stream as StreamName,
      revision: next,
      position: position as Position,
    };
    this.events.push(event);
    return event;
  }

  append<Type extends EventType>(stream: string, { type, data }: FactOf<Type>, around: Around = {}): EventOf<Type> {
    const { actor = ADA, time = seconds(this.events.length), revision, ...rest } = around;
    const metadata = { version: 1, time, actor, correlationId: 'c', node: 'n', ...rest };
    return typed(this.raw(stream, type, data, metadata, revision)) as EventOf<Type>;
  }
}

export function typed(recorded: RecordedEvent): HansardEvent {
  const decoded = catalogue.decode(recorded);
  if (isParked(decoded)) throw new Error(decoded.reason);
  return decoded;
}
