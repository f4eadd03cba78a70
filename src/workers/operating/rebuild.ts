import { randomUUID } from 'node:crypto';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import type { Projection } from '../../projections/projection.js';
import type { ReadModelWriter, Write } from '../../projections/read-models.js';
import { foldUpTo } from './fold-up-to.js';
import { keyOf, pages } from './rows.js';
import { fill, type Scratch } from './scratch.js';
import type { Outcome, Under, Working } from './working.js';

/** So near the live rows that what is left is folded while they stand still. */
const NEAR_EVENTS = 200;
/** After so many rounds the live rows have to wait for the rest: while so much is written, it would never come near. */
const ROUNDS = 10;

/**
 * Makes a read model again from the log's beginning. Filled in a scratch place, which a process that ends leaves behind for the
 * next try; then copied in the order of its keys beside the live rows; then brought to their very position and swapped in.
 */
export async function rebuild(
  projection: Projection,
  working: Working,
  under: Under,
  { afresh = false }: { readonly afresh?: boolean } = {},
): Promise<Outcome> {
  const scratch = await openFor(projection, working, afresh);
  try {
    const rows = await rebuildFrom(scratch, projection, working, under);
    await scratch.remove();
    return { rows, position: working.projector.positionOf(projection.schema.name) };
  } catch (error) {
    // What a bug or a damaged scratch made is not gone on with.
    await (under.signal.aborted ? scratch.close() : scratch.remove());
    throw error;
  }
}

/** `afresh`: nothing of an earlier try is gone on with. */
async function openFor(
  { schema }: Projection,
  { openScratch, store, software }: Working,
  afresh: boolean,
): Promise<Scratch> {
  const origin = JSON.stringify({
    software,
    schema,
    log: await firstEvent(store),
    ...(afresh && { try: randomUUID() }),
  });
  const name = `rebuild-${schema.name}`;
  const scratch = await openScratch(name, origin);
  if ((await scratch.models.checkpoint(schema.name)) <= (await store.head())) return scratch;
  await scratch.remove(); // the log was put back to an older copy
  return openScratch(name, origin);
}

/** Tells one log from another. */
async function firstEvent(store: Working['store']): Promise<string | undefined> {
  for await (const { events } of store.readAll({ after: ORIGIN, to: 1 as Position })) return events[0]?.id;
  return undefined;
}

async function rebuildFrom(scratch: Scratch, projection: Projection, working: Working, under: Under): Promise<number> {
  const { models, projector } = working;
  const { signal, report } = under;
  const { name } = projection.schema;
  const filled = await fill(projection, scratch, working, signal, (done, planned) =>
    report({ step: 'filling', done, planned }),
  );
  const writer = await models.rebuild(projection.schema);
  const rows = await copy(projection, scratch, writer, await filled.checkpoint(), under);
  report({ step: 'swapping', done: rows, planned: rows });
  const catchUp = (to: Position) => foldUpTo(projection, writer, to, working, { signal });
  for (let round = 0; round < ROUNDS; round += 1) {
    await catchUp(projector.positionOf(name));
    if (projector.positionOf(name) - (await writer.checkpoint()) <= NEAR_EVENTS) break;
  }
  await projector.replace(name, async (to) => {
    await catchUp(to);
    return writer;
  });
  return rows;
}

/**
 * Each page is committed at a position of its own, because a commit takes no rows at or before the checkpoint. Any that rise
 * and stay below where the scratch is will do: events that are folded later lie behind that.
 */
async function copy(
  { schema }: Projection,
  { models }: Scratch,
  writer: ReadModelWriter,
  to: Position,
  { signal, report }: Under,
): Promise<number> {
  let rows = 0;
  let position = ORIGIN;
  const commit = async (writes: readonly Write[]) => {
    await writer.commit(writes, position);
    rows += writes.length;
    report({ step: 'copying', done: rows, planned: 0 });
    signal.throwIfAborted();
  };
  let waiting: Write[] = [];
  for await (const page of pages(models, schema)) {
    if (waiting.length === 0) position = (position + 1) as Position;
    if (position > to) throw new Error(`${schema.name} has more rows than its events can have made`);
    for (const row of page.rows) waiting.push({ table: page.table, key: keyOf(row, page.key), row, position });
    if (waiting.length < COMMIT_ROWS) continue;
    await commit(waiting);
    waiting = [];
  }
  await commit(waiting);
  await writer.commit([], to);
  return rows;
}

const COMMIT_ROWS = 500;
