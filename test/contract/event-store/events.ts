import { randomBytes, randomUUID } from 'node:crypto';
import {
  streamName,
  type EventId,
  type EventMetadata,
  type ProposedEvent,
  type RecordedEvent,
  type StreamCategory,
  type StreamName,
} from '../../../src/domain/kernel/event.js';
import type { AppendOutcome, EventBatch, EventStore } from '../../../src/domain/kernel/event-store.js';
import type { Position } from '../../../src/domain/kernel/position.js';

export const metadata: EventMetadata = {
  version: 1,
  time: '2026-11-23T14:00:00.000Z',
  actor: { id: 'ada', name: 'Ada', email: 'ada@example.org', internal: true },
  correlationId: 'c0ffee',
  node: 'n1',
};

export function freshStream(category: StreamCategory = 'transcript'): StreamName {
  return streamName(category, randomBytes(16).toString('hex'));
}

export function event(data: object = {}, type = 'MessagePosted'): ProposedEvent {
  return { id: randomUUID() as EventId, type, data, metadata };
}

export function eventsOf(count: number): readonly ProposedEvent[] {
  return Array.from({ length: count }, (_, n) => event({ n }));
}

/** An append that the test takes for granted. */
export async function appended(
  store: EventStore,
  stream: StreamName,
  events: readonly ProposedEvent[],
  expected: Parameters<EventStore['append']>[2] = 'any',
): Promise<readonly Position[]> {
  return positionsOf(await store.append(stream, events, expected));
}

export function positionsOf(outcome: AppendOutcome): readonly Position[] {
  if (outcome.kind !== 'committed') throw new Error(`not committed: ${JSON.stringify(outcome)}`);
  return outcome.positions;
}

export async function all<T>(batches: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

export async function streamEvents(
  batches: AsyncIterable<readonly RecordedEvent[]>,
): Promise<readonly RecordedEvent[]> {
  return (await all(batches)).flat();
}

export async function logEvents(batches: AsyncIterable<EventBatch>): Promise<readonly RecordedEvent[]> {
  return (await all(batches)).flatMap(({ events }) => events);
}

export function ids(events: readonly { readonly id: string }[]): readonly string[] {
  return events.map(({ id }) => id);
}
