import type { Change, Projection } from './projection.js';
import type { Row } from './read-models.js';

/** An event that no schema knows, by its place in the log. */
export type ParkedRow = Readonly<{ position: number; stream: string; revision: number; type: string; reason: string }>;

/** The last event that was looked at: which log the read models were made of can be told by it. */
export type MarkRow = Readonly<{ id: 'last'; stream: string; revision: number; eventId: string }>;

/** Every parked event of the log: what the other projections had to leave out is said here, not lost in silence. */
export const parked: Projection = {
  schema: { name: 'parked', version: 2, tables: { parked: { key: ['position'] }, marks: { key: ['id'] } } },
  categories: undefined,
  changes: (event) => [mark(event)],
  parked({ event, reason }) {
    const { position, stream, revision, type } = event;
    const row: ParkedRow = { position, stream, revision, type, reason };
    return [{ table: 'parked', key: [position], fold: () => row, creates: true }, mark(event)];
  },
};

export function markRow(row: Row): MarkRow {
  return row as MarkRow; // made by this projection, and by it alone
}

function mark({ stream, revision, id }: { stream: string; revision: number; id: string }): Change {
  const row: MarkRow = { id: 'last', stream, revision, eventId: id };
  return { table: 'marks', key: ['last'], fold: () => row, creates: true };
}

export function parkedRow(row: Row): ParkedRow {
  return row as ParkedRow; // made by this projection, and by it alone
}
