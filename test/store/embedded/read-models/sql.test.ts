import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import type { Scan } from '../../../../src/projections/read-models.js';
import { TableSql } from '../../../../src/store/embedded/read-models/sql.js';

const sql = new TableSql(1, 'notes', { key: ['room', 'seq'], indexes: { byAuthor: ['author', 'size'] } });

/** What SQLite would do. */
function plan(scan: Omit<Scan, 'table' | 'limit'>): string {
  const db = new DatabaseSync(':memory:');
  db.exec(sql.create());
  const rows = db.prepare(`EXPLAIN QUERY PLAN ${sql.scan({ ...scan, limit: 1 })}`).all() as { detail: string }[];
  db.close();
  return rows.map(({ detail }) => detail).join('; ');
}

describe('the SQL of a scan', () => {
  test('begins where the page begins, along the key, in both directions', () => {
    const page = 'SEARCH g1_notes USING PRIMARY KEY (m_room=? AND m_seq>?)';
    expect(plan({ prefix: ['r'], after: [5] })).toBe(page);
    expect(plan({ prefix: ['r'], after: [5], descending: true })).toBe(page);
    expect(plan({ prefix: ['r'], before: [5], descending: true })).toBe(page.replace('>', '<'));
    expect(plan({ prefix: ['r'], after: [5], before: [9] })).toBe(page.replace('seq>?', 'seq>? AND m_seq<?'));
    expect(plan({ after: ['r', 5] })).toBe('SEARCH g1_notes USING PRIMARY KEY ((m_room,m_seq)>(?,?))');
  });

  test('begins where the page begins, along an index that is finished with the key', () => {
    const page = 'SEARCH g1_notes USING INDEX g1_notes_byAuthor';
    expect(plan({ index: 'byAuthor', prefix: ['ada'], after: [3, 'r', 5] })).toBe(
      `${page} (m_author=? AND (m_size,m_room,m_seq)>(?,?,?))`,
    );
    expect(plan({ index: 'byAuthor', before: ['ada', 3, 'r', 5], descending: true })).toBe(
      `${page} ((m_author,m_size,m_room,m_seq)<(?,?,?,?))`,
    );
  });

  test('never sorts', () => {
    for (const index of [undefined, 'byAuthor'])
      for (const descending of [false, true])
        for (const prefix of [[], ['x']])
          expect(plan({ ...(index && { index }), descending, prefix, after: ['a'], before: ['b'] })).not.toMatch(
            /TEMP B-TREE/,
          );
  });

  test('takes no name that is more than a word', () => {
    expect(() => new TableSql(1, 'notes', { key: ['a; DROP TABLE x'] })).toThrow(/no name/);
    expect(() => new TableSql(1, 'x"', { key: ['a'] })).toThrow(/no name/);
  });
});
