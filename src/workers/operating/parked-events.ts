import { createHash } from 'node:crypto';
import { isParked } from '../../domain/kernel/catalogue.js';
import { categoryOf, type RecordedEvent } from '../../domain/kernel/event.js';
import type { EventStore } from '../../domain/kernel/event-store.js';
import type { Position } from '../../domain/kernel/position.js';
import type { Decoded } from '../../projections/fold-batch.js';
import type { ParkedDetails, ParkedInfo } from '../../projections/operating.js';
import { parkedRow } from '../../projections/parked.js';
import type { Projection } from '../../projections/projection.js';
import type { ReadModels } from '../../projections/read-models.js';

const AT_ONCE = 500;

/** The parked events of the log, as the read model `parked` lists them. */
export class ParkedEvents {
  readonly #models: ReadModels;
  readonly #store: Pick<EventStore, 'readAll'>;
  readonly #decode: (event: RecordedEvent) => Decoded;

  constructor(models: ReadModels, store: Pick<EventStore, 'readAll'>, decode: (event: RecordedEvent) => Decoded) {
    this.#models = models;
    this.#store = store;
    this.#decode = decode;
  }

  async page({ after, limit }: { readonly after: Position; readonly limit: number }): Promise<readonly ParkedInfo[]> {
    const { rows } = await this.#models.scan('parked', { table: 'parked', after: [after], limit });
    return rows.map((row) => {
      const { position, ...rest } = parkedRow(row);
      return { position: position as Position, ...rest };
    });
  }

  async details(position: Position): Promise<ParkedDetails | undefined> {
    const found = await this.#models.get('parked', 'parked', [position]);
    const event = found && (await this.#event(position));
    if (!event) return undefined;
    const { stream, revision, type, reason } = parkedRow(found);
    return {
      ...{ position, stream, revision, type, reason },
      id: event.id,
      ...metadataOf(event.metadata),
      sha256: event.damagedSha256 ?? hashOf(event),
      members: shapeOf(event.data),
      known: !isParked(this.#decode(event)),
    };
  }

  /** How many there are, how many of them this program knows, and which of the projections these mean something to. */
  async concerned(projections: readonly Projection[]) {
    const readModels = new Set<string>();
    let [checked, known] = [0, 0];
    for (let after = 0 as Position, more = true; more;) {
      const some = await this.page({ after, limit: AT_ONCE });
      for (const { position } of some) {
        after = position;
        checked += 1;
        const event = await this.#event(position);
        const decoded = event && this.#decode(event);
        if (!decoded || isParked(decoded)) continue;
        known += 1;
        for (const { schema, categories, changes } of projections) {
          const reads = categories?.includes(categoryOf(decoded.stream)) ?? true;
          if (reads && changes(decoded).length > 0) readModels.add(schema.name);
        }
      }
      more = some.length === AT_ONCE;
    }
    return { checked, known, readModels };
  }

  async #event(position: Position): Promise<RecordedEvent | undefined> {
    for await (const { events } of this.#store.readAll({ after: (position - 1) as Position, to: position }))
      return events.find((event) => event.position === position);
    return undefined;
  }
}

function metadataOf(metadata: unknown): Partial<Pick<ParkedDetails, 'time' | 'version' | 'correlationId'>> {
  if (typeof metadata !== 'object' || metadata === null) return {};
  return {
    ...('time' in metadata && typeof metadata.time === 'string' && { time: metadata.time }),
    ...('version' in metadata && typeof metadata.version === 'number' && { version: metadata.version }),
    ...('correlationId' in metadata &&
      typeof metadata.correlationId === 'string' && { correlationId: metadata.correlationId }),
  };
}

function hashOf({ data, metadata }: RecordedEvent): string {
  return createHash('sha256').update(JSON.stringify(data)).update(JSON.stringify(metadata)).digest('hex');
}

function shapeOf(data: unknown): Readonly<Record<string, string>> {
  if (typeof data !== 'object' || data === null) return {};
  return Object.fromEntries(Object.entries(data).map(([member, value]) => [member, typeOf(value)]));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
