import type { Key, KeyPart, ReadModels, ReadModelSchema, Row } from '../../projections/read-models.js';

/** Rows that are read at once. */
export const PAGE_ROWS = 500;

/** Of a row as it was stored: the engine has checked that each part is there. */
export function keyOf(row: Row, members: readonly string[]): Key {
  return members.map((member) => row[member] as KeyPart);
}

/** All rows of a read model, a page at a time. */
export async function* pages(
  models: ReadModels,
  { name, tables }: ReadModelSchema,
): AsyncGenerator<{ readonly table: string; readonly key: readonly string[]; readonly rows: readonly Row[] }> {
  for (const [table, { key }] of Object.entries(tables)) {
    for (let after: Key | undefined, more = true; more;) {
      const { rows } = await models.scan(name, { table, limit: PAGE_ROWS, ...(after && { after }) });
      if (rows.length > 0) yield { table, key, rows };
      const last = rows.at(-1);
      after = last && keyOf(last, key);
      more = rows.length === PAGE_ROWS;
    }
  }
}

/** As engines sort: numbers before strings, strings by code point. */
export function compareKeys(one: Key, other: Key): number {
  for (const [index, part] of one.entries()) {
    const order = compareParts(part, other[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(one: KeyPart, other: KeyPart): number {
  if (typeof one === 'number') return typeof other === 'number' ? one - other : -1;
  return typeof other === 'number' ? 1 : Buffer.compare(Buffer.from(one), Buffer.from(other));
}
