import { z } from 'zod';
import { ORIGIN, type Position } from '../domain/kernel/position.js';
import { messageRow, toMessage, type Message, type MessageRow } from '../projections/messages.js';
import type { Scan } from '../projections/read-models.js';
import { invalidCursor, type Page } from './paging.js';
import { Problem } from './problem.js';
import { DEFAULT_LIMIT } from './schemas/common.js';
import type { messagesQuery } from './schemas/message.js';
import type { Services } from './services.js';

/** How long a page waits for the read model to follow a redaction. */
const PATIENCE_MS = 2_000;

export const NOTHING: Page<Message> = { items: [] };

/** Where a page of history lies: exclusive of `seq`, but for `around`. */
type Place = { readonly limit: number } & (
  | { readonly direction: 'before'; readonly seq: number | undefined }
  | { readonly direction: 'after' | 'around'; readonly seq: number }
);

const cursorOfPage = z.strictObject({ direction: z.enum(['before', 'after']), seq: z.number() });

export function placeIn({ cursors }: Services, roomId: string, query: z.output<typeof messagesQuery>): Place {
  const { before, after, around, cursor, limit = DEFAULT_LIMIT } = query;
  if (cursor !== undefined) {
    const opened = cursorOfPage.safeParse(cursors.open(`messages ${roomId}`, cursor));
    if (!opened.success) throw invalidCursor();
    return { ...opened.data, limit };
  }
  if (around !== undefined) return { direction: 'around', seq: around, limit };
  if (after !== undefined) return { direction: 'after', seq: after, limit };
  return { direction: 'before', seq: before, limit };
}

/** A page of history, ascending, in the time of a page at any depth. */
export async function history(
  services: Services,
  roomId: string,
  place: Place,
): Promise<{ readonly page: Page<Message>; readonly checkpoint: Position }> {
  const { rows, checkpoint } = await rowsAt(services, roomId, place);
  return { page: pageWith(services, roomId, place, rows), checkpoint };
}

function pageWith(services: Services, roomId: string, place: Place, rows: readonly MessageRow[]): Page<Message> {
  const [first, last] = [rows.at(0), rows.at(-1)];
  const items = rows.map(toMessage);
  if (!first || !last) return { items };
  const cursor = (direction: 'before' | 'after', { seq }: MessageRow) =>
    services.cursors.seal(`messages ${roomId}`, { direction, seq });
  const more = rows.length === place.limit;
  const isNewest = place.direction === 'before' && place.seq === undefined;
  return {
    items,
    ...((place.direction !== 'after' || more) && !isNewest && { next: cursor('after', last) }),
    ...((place.direction !== 'before' || more) && first.seq > 0 && { prev: cursor('before', first) }),
  };
}

interface Rows {
  readonly rows: readonly MessageRow[];
  readonly checkpoint: Position;
}

async function rowsAt(services: Services, roomId: string, { direction, seq, limit }: Place): Promise<Rows> {
  if (direction === 'before') return older(services, roomId, seq, limit);
  if (direction === 'after') return newer(services, roomId, seq, limit);
  const before = await older(services, roomId, seq, Math.floor(limit / 2));
  const after = await newer(services, roomId, seq - 1, limit - before.rows.length);
  return { rows: [...before.rows, ...after.rows], checkpoint: before.checkpoint };
}

async function older(services: Services, roomId: string, seq: number | undefined, limit: number): Promise<Rows> {
  const { rows, checkpoint } = await scan(services, {
    descending: true,
    limit,
    prefix: [roomId],
    ...(seq !== undefined && { before: [seq] }),
  });
  return { rows: rows.toReversed(), checkpoint };
}

function newer(services: Services, roomId: string, seq: number, limit: number): Promise<Rows> {
  return scan(services, { limit, prefix: [roomId], after: [seq] });
}

async function scan(services: Services, where: Omit<Scan, 'table'>): Promise<Rows> {
  if (where.limit === 0) return { rows: [], checkpoint: ORIGIN };
  return current(services, async () => {
    const { rows, checkpoint } = await services.readModels.scan('messages', { table: 'messages', ...where });
    return { rows: rows.map(messageRow), checkpoint };
  });
}

/** The message as the read model has it. */
export async function messageAt(services: Services, roomId: string, seq: number): Promise<MessageRow | undefined> {
  const { rows } = await current(services, async () => {
    const row = await services.readModels.get('messages', 'messages', [roomId, seq]);
    return { rows: row ? [messageRow(row)] : [] };
  });
  return rows[0];
}

/** The node's view is ahead of the read model: what was redacted by now is not shown any more, so it is waited for. */
async function current<R extends { readonly rows: readonly MessageRow[] }>(
  { directory, view, readModelsReached }: Services,
  read: () => Promise<R>,
): Promise<R> {
  for (let found = await read(); ; found = await read()) {
    const isBehind = found.rows.some(
      ({ roomId, seq, redactedAt }) => redactedAt === undefined && directory.isRedacted(roomId, seq),
    );
    if (!isBehind) return found;
    if (!(await readModelsReached(['messages'], view.position, PATIENCE_MS))) {
      throw new Problem('read-model-behind', 'A message was redacted that the read model still has; ask again.', {
        headers: { 'retry-after': '1' },
      });
    }
  }
}

/** Nothing is shown that was not recorded as shown. */
export async function showing(
  items: readonly { readonly seq: number }[],
  record: (from: number, to: number) => Promise<void>,
): Promise<void> {
  const [first, last] = [items.at(0), items.at(-1)];
  if (first && last) await record(first.seq, last.seq);
}
