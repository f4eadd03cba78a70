import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Difference } from '../../projections/operating.js';
import type { Projection } from '../../projections/projection.js';
import type { Key, Row } from '../../projections/read-models.js';
import { foldUpTo } from './fold-up-to.js';
import { compareKeys, keyOf, PAGE_ROWS } from './rows.js';
import { fill, scratchSchema, type Scratch } from './scratch.js';
import type { Outcome, Under, Working } from './working.js';

/** Differences that are listed; all are counted. */
const LISTED = 100;

/**
 * Makes a read model a second time in a scratch place and compares it with the live one, row by row. Commits go on: they
 * rest for one page of rows at a time, for which both are at the same position.
 */
export async function verify(projection: Projection, working: Working, under: Under): Promise<Outcome> {
  const scratch = await working.openScratch(`verify-${projection.schema.name}`, randomUUID());
  try {
    await fill(projection, scratch, working, under.signal, (done, planned) =>
      under.report({ step: 'filling', done, planned }),
    );
    const differences: Difference[] = [];
    let [rows, differing] = [0, 0];
    for await (const page of compared(projection, scratch, working, under)) {
      rows += page.rows;
      differing += page.differences.length;
      differences.push(...page.differences.slice(0, LISTED - differences.length));
      under.report({ step: 'comparing', done: rows, planned: 0 });
    }
    return { rows, differing, differences, position: working.projector.positionOf(projection.schema.name) };
  } finally {
    await scratch.remove();
  }
}

interface Page {
  readonly rows: number;
  readonly differences: readonly Difference[];
  /** Key of the last rows that were compared; `undefined`: all were. */
  readonly end: Key | undefined;
}

async function* compared(
  projection: Projection,
  scratch: Scratch,
  working: Working,
  under: Under,
): AsyncGenerator<Page> {
  const { name, tables } = projection.schema;
  for (const [table, { key }] of Object.entries(tables)) {
    let after: Key | undefined;
    do {
      under.signal.throwIfAborted();
      const scan = { table, limit: PAGE_ROWS, ...(after && { after }) };
      const page = await working.projector.still(name, async (position) => {
        const writer = await scratch.models.writer(scratchSchema(projection.schema));
        await foldUpTo(projection, writer, position, working, under);
        const [live, made] = await Promise.all([working.models.scan(name, scan), scratch.models.scan(name, scan)]);
        return comparePages(table, key, live.rows, made.rows);
      });
      yield page;
      after = page.end;
    } while (after);
  }
}

/** Up to the end of the shorter one of two full pages. */
export function comparePages(
  table: string,
  members: readonly string[],
  live: readonly Row[],
  made: readonly Row[],
): Page {
  const end = [live, made]
    .filter((rows) => rows.length === PAGE_ROWS)
    .map((rows) => keyOf(rows.at(-1) ?? {}, members))
    .toSorted(compareKeys)[0];
  const within = (rows: readonly Row[]) =>
    rows.filter((row) => end === undefined || compareKeys(keyOf(row, members), end) <= 0);
  const [inLive, inMade] = [within(live), within(made)];
  const byKey = new Map(inMade.map((row) => [JSON.stringify(keyOf(row, members)), row]));
  const differences: Difference[] = [];
  for (const row of inLive) {
    const key = keyOf(row, members);
    const place = JSON.stringify(key);
    const other = byKey.get(place);
    byKey.delete(place);
    if (!other) differences.push({ table, key, kind: 'unexpected' });
    else if (!isDeepStrictEqual(row, other))
      differences.push({ table, key, kind: 'different', members: differing(row, other) });
  }
  for (const row of byKey.values()) differences.push({ table, key: keyOf(row, members), kind: 'missing' });
  return { rows: inMade.length, differences, end };
}

function differing(one: Row, other: Row): string[] {
  const members = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...members].filter((member) => !isDeepStrictEqual(one[member], other[member]));
}
