import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { catalogue } from '../../src/domain/catalogue/catalogue.js';
import { streamName, type EventId } from '../../src/domain/kernel/event.js';
import type { EventStore } from '../../src/domain/kernel/event-store.js';
import type { ReadModels } from '../../src/projections/read-models.js';
import { PROJECTIONS } from '../../src/projections/projections.js';
import { openEmbeddedEventStore } from '../../src/store/embedded/log/embedded-event-store.js';
import { Projector } from '../../src/workers/projector.js';
import { tablesOf } from '../projections/projected.js';
import { ADA, seconds } from '../projections/recorded.js';
import { embeddedPlace } from '../store/embedded/read-models/place.js';

const NAMES = PROJECTIONS.map(({ schema }) => schema.name);
const soon = { timeoutMs: 30_000 };

function projecting(store: EventStore, models: ReadModels) {
  const projector = new Projector({
    projections: PROJECTIONS,
    store,
    models,
    decode: catalogue.decode,
    clock: { now: () => seconds(0) },
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    delay: () => Promise.resolve(),
    maxEvents: 1000,
  });
  projector.start();
  return projector;
}

async function append(store: EventStore, room: string, key: string) {
  const metadata = { version: 1, time: seconds(0), actor: ADA, correlationId: 'c', node: 'n' };
  const id = () => randomUUID() as EventId;
  const idempotency = { key, fingerprint: 'f' };
  await store.append(
    streamName('attendance', room),
    [{ id: id(), type: 'ParticipantJoined', data: {}, metadata }],
    'any',
  );
  const post = {
    id: id(),
    type: 'MessagePosted',
    data: { kind: 'normal', text: key },
    metadata: { ...metadata, idempotency },
  };
  const outcome = await store.append(streamName('transcript', room), [post], 'any');
  const position = outcome.kind === 'committed' ? outcome.positions[0] : undefined;
  if (position === undefined) throw new Error(outcome.kind);
  return position;
}

test('a write is read as soon as its position is reached, and a deleted file is filled again identically', async () => {
  const { folder, open, remove } = await embeddedPlace();
  onTestFinished(remove);
  const store = await openEmbeddedEventStore({ folder, onFatal: () => undefined });
  onTestFinished(() => store.close());
  let models = await open();
  let projector = projecting(store, models);

  const readers = Array.from({ length: 12 }, async (_, reader) => {
    for (let n = 0; n < 10; n += 1) {
      const position = await append(store, `r${reader % 3}`, `${reader}-${n}`);
      expect(await projector.reached(NAMES, position, soon)).toBe(true);
      expect(await models.get('keys', 'keys', [`${reader}-${n}`])).toMatchObject({ position });
    }
  });
  await Promise.all(readers);
  const rows = () => Promise.all(PROJECTIONS.map((projection) => tablesOf(models, projection)));
  const before = await rows();
  expect(before[0]?.['messages']).toHaveLength(120);
  await projector.stop();
  await models.close();

  await rm(join(folder, 'read-models.db'));
  models = await open();
  projector = projecting(store, models);
  expect(await projector.reached(NAMES, await store.head(), soon)).toBe(true);
  expect(await rows()).toEqual(before);
  await projector.stop();
  await models.close();
}, 60_000);
