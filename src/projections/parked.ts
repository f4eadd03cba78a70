import type { Projection } from './projection.js';

/** An event that no schema knows, by its place in the log. */
export type ParkedRow = Readonly<{ position: number; stream: string; revision: number; type: string; reason: string }>;

/** Every parked event of the log: what the other projections had to leave out is said here, not lost in silence. */
export const parked: Projection = {
  schema: { name: 'parked', version: 1, tables: { parked: { key: ['position'] } } },
  categories: undefined,
  changes: () => [],
  parked({ event: { position, stream, revision, type }, reason }) {
    const row: ParkedRow = { position, stream, revision, type, reason };
    return [{ table: 'parked', key: [position], fold: () => row, creates: true }];
  },
};
