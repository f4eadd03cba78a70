import type { StreamName } from '../domain/kernel/event.js';
import type { EventStore } from '../domain/kernel/event-store.js';
import { markRow } from '../projections/parked.js';
import type { Projection } from '../projections/projection.js';
import type { ReadModels } from '../projections/read-models.js';
import type { Logger } from './logger.js';

/**
 * Before projections run: rows of another log, or of this one before it was put back to an older copy and went on
 * differently, tell of events that never happened here. They are dropped, and made again from the log.
 */
export async function dropForeignRows(
  projections: readonly Projection[],
  models: ReadModels,
  store: Pick<EventStore, 'readStream'>,
  logger: Logger,
): Promise<void> {
  const row = await models.get('parked', 'marks', ['last']);
  if (!row) return;
  const { stream, revision, eventId } = markRow(row);
  if ((await idAt(store, stream as StreamName, revision)) === eventId) return;
  logger.error({ stream, revision }, 'the read models are of another log and are made again');
  for (const { schema } of projections) await (await models.rebuild(schema)).promote();
}

async function idAt(
  store: Pick<EventStore, 'readStream'>,
  stream: StreamName,
  revision: number,
): Promise<string | undefined> {
  for await (const [event] of store.readStream(stream, { from: revision, limit: 1 })) return event?.id;
  return undefined;
}
