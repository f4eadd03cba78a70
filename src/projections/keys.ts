import { STREAM_CATEGORIES } from '../domain/kernel/event.js';
import type { Projection } from './projection.js';

/** Every idempotency mark for good, and the first event that carries it: rows are KeyRecords. */
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
