import type { EventOf } from '../domain/catalogue/catalogue.js';
import type { Change, Projection } from './projection.js';
import type { Row } from './read-models.js';

/** One archive window, `(from, to]` in log positions. */
export type WindowRow = Readonly<{
  adapter: string;
  number: number;
  from: number;
  to: number;
  /** RFC 3339 */
  fromTime: string;
  toTime: string;
  /** Counted when it is published; 0 before. */
  events: number;
  state: 'sealed' | 'published' | 'collected';
  /** Relative to the archive's root; "" before it is published. */
  folder: string;
  manifestSha256?: string;
}>;

/** The archive's windows and what became of each. */
export const windows: Projection = {
  schema: { name: 'windows', version: 1, tables: { windows: { key: ['adapter', 'number'] } } },
  categories: ['archive'],
  changes(event) {
    switch (event.type) {
      case 'WindowSealed':
        return [sealed(event)];
      case 'WindowPublished': {
        const { folder, manifestSha256, events } = event.data;
        return [changed(event, { state: 'published', folder, manifestSha256, events })];
      }
      case 'WindowCollected':
        return [changed(event, { state: 'collected' })];
      default:
        return [];
    }
  },
};

export function windowRow(row: Row): WindowRow {
  return row as WindowRow; // made by this projection, and by it alone
}

function sealed({ data }: EventOf<'WindowSealed'>): Change {
  const { adapter, number, from, to, fromTime, toTime } = data;
  const row: WindowRow = { adapter, number, from, to, fromTime, toTime, events: 0, state: 'sealed', folder: '' };
  return { table: 'windows', key: [adapter, number], fold: () => row, creates: true };
}

function changed(
  { data: { adapter, number } }: EventOf<'WindowPublished' | 'WindowCollected'>,
  change: Partial<WindowRow>,
): Change {
  return { table: 'windows', key: [adapter, number], fold: (row) => row && { ...windowRow(row), ...change } };
}
