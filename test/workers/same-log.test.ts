import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { catalogue } from '../../src/domain/catalogue/catalogue.js';
import { streamName, type EventId } from '../../src/domain/kernel/event.js';
import type { Position } from '../../src/domain/kernel/position.js';
import { foldBatch } from '../../src/projections/fold-batch.js';
import { messages } from '../../src/projections/messages.js';
import { parked } from '../../src/projections/parked.js';
import { dropForeignRows } from '../../src/workers/same-log.js';
import { openReadModels, tablesOf } from '../projections/projected.js';
import { ADA, seconds } from '../projections/recorded.js';
import { InMemoryEventStore } from '../support/in-memory-event-store.js';

const models = openReadModels();
const projections = [messages, parked];

function post(text: string) {
  const metadata = { version: 1, time: seconds(0), actor: ADA, node: 'n', correlationId: 'c' };
  return { id: randomUUID() as EventId, type: 'MessagePosted', data: { kind: 'normal', text }, metadata };
}

async function logOf(...posts: readonly ReturnType<typeof post>[]): Promise<InMemoryEventStore> {
  const log = new InMemoryEventStore();
  for (const one of posts) await log.append(streamName('transcript', 'r'), [one], 'any');
  return log;
}

async function fill({ events }: InMemoryEventStore): Promise<void> {
  for (const projection of projections) {
    const writer = await models().rebuild(projection.schema);
    await foldBatch(projection, events.map(catalogue.decode), writer, events.length as Position);
    await writer.promote();
  }
}

/** What is left when a node starts with these read models on that log. */
async function startedOn(log: InMemoryEventStore) {
  const error = vi.fn();
  await dropForeignRows(projections, models(), log, { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error });
  return { rows: (await tablesOf(models(), messages))['messages']?.length, said: error.mock.calls.length };
}

test('rows stay on the log that they were made of, however far it went on', async () => {
  const [one, two] = [post('one'), post('two')];
  await fill(await logOf(one, two));
  expect(await startedOn(await logOf(one, two, post('three')))).toEqual({ rows: 2, said: 0 });
});

test('rows of a log that was put back and went on differently are dropped', async () => {
  const [one, two] = [post('one'), post('two')];
  await fill(await logOf(one, two, post('three')));
  expect(await startedOn(await logOf(one, two, post('another three'), post('four')))).toEqual({ rows: 0, said: 1 });
});
