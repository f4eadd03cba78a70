import { STREAM_CATEGORIES } from '../domain/kernel/event.js';
import type { KeyRecord } from './directory/recent-keys.js';
import type { Projection } from './projection.js';
import type { Row } from './read-models.js';

/** Every idempotency mark for good, and the first event that carries it. */
export const keys: Projection = {
  schema: { name: 'keys', version: 1, tables: { keys: { key: ['key'], scattered: true } } },
  categories: STREAM_CATEGORIES,
  changes({ metadata: { idempotency }, stream, revision, type, position }) {
    if (!idempotency) return [];
    const { key, fingerprint } = idempotency;
    return [
      { table: 'keys', key: [key], fold: (first) => first ?? { key, fingerprint, stream, revision, type, position } },
    ];
  },
};

export function keyRecord(row: Row): KeyRecord {
  // made by this projection, and by it alone
  return row as Row & KeyRecord;
}
