import { afterAll, beforeAll, expect } from 'vitest';
import { catalogue } from '../../src/domain/catalogue/catalogue.js';
import type { RecordedEvent } from '../../src/domain/kernel/event.js';
import { ORIGIN } from '../../src/domain/kernel/position.js';
import { foldBatch } from '../../src/projections/fold-batch.js';
import type { Projection } from '../../src/projections/projection.js';
import type { ReadModels, ReadModelWriter, Row } from '../../src/projections/read-models.js';
import { embeddedPlace } from '../store/embedded/read-models/place.js';

export type Tables = Readonly<Record<string, readonly Row[]>>;

/** The embedded engine, open for the tests of a file. */
export function openReadModels(): () => ReadModels {
  let models: ReadModels;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const place = await embeddedPlace();
    models = await place.open();
    remove = () => place.remove();
  }, 60_000);
  afterAll(async () => {
    await models.close();
    await remove();
  });
  return () => models;
}

/** Rows of the live generation. */
export async function tablesOf(models: ReadModels, { schema }: Projection): Promise<Tables> {
  const tables = await Promise.all(
    Object.keys(schema.tables).map(async (table) => {
      const { rows } = await models.scan(schema.name, { table, limit: 100_000 });
      return [table, rows] as const;
    }),
  );
  return Object.fromEntries(tables);
}

export async function feed(
  projection: Projection,
  events: readonly RecordedEvent[],
  writer: ReadModelWriter,
): Promise<void> {
  const checkpoint = events.at(-1)?.position ?? ORIGIN;
  await foldBatch(projection, events.map(catalogue.decode), writer, checkpoint);
}

/**
 * Folds the events from zero and gives the rows. They are folded one by one, each twice; then all of them again as one
 * batch; then into a generation from zero as one batch: the rows have to be the same each time.
 */
export async function project(
  models: ReadModels,
  projection: Projection,
  events: readonly RecordedEvent[],
): Promise<Tables> {
  const writer = await models.rebuild(projection.schema);
  await writer.promote();
  for (const event of events) {
    await feed(projection, [event], writer);
    await feed(projection, [event], writer);
  }
  const tables = await tablesOf(models, projection);
  await feed(projection, events, writer);
  expect(await tablesOf(models, projection)).toEqual(tables);
  const rebuilt = await models.rebuild(projection.schema);
  await feed(projection, events, rebuilt);
  await rebuilt.promote();
  expect(await tablesOf(models, projection)).toEqual(tables);
  return tables;
}
