import { z } from 'zod';
import type { Caller } from '../../domain/caller.js';
import { foldName } from '../../domain/names.js';
import { messageRow, toMessage, type MessageRow } from '../../projections/messages.js';
import { SearchBusyError, type Search, type SearchFound } from '../../projections/read-models.js';
import { planQuery, type SearchableRooms } from '../../projections/search/plan.js';
import { parseQuery, type Query } from '../../projections/search/query.js';
import { snippetOf } from '../../projections/search/snippet.js';
import type { TextQuery } from '../../projections/search/text-query.js';
import { reads } from '../live/audience.js';
import { invalidCursor, listed, type Page } from '../paging.js';
import { callerOf, contextOf } from '../plugins/authentication.js';
import { Problem } from '../problem.js';
import { DEFAULT_LIMIT, listOf, paging, text } from '../schemas/common.js';
import { message } from '../schemas/message.js';
import type { Services } from '../services.js';
import type { App, Channel } from './route.js';

const order = z.enum(['newest', 'relevance']);
const searchQuery = z
  .strictObject({ q: text.optional(), order: order.optional(), ...paging })
  .refine(({ q, cursor }) => q !== undefined || cursor !== undefined, { path: ['q'], message: 'is missing' });

/** A cursor carries its query. `before`: pages show nothing that came behind the first one. */
const place = z.strictObject({ q: z.string(), order, before: z.number().optional(), skip: z.number().optional() });
type SearchPlace = z.output<typeof place>;

const hit = z.object({
  message,
  room: z.object({ id: z.string(), name: z.string() }),
  snippet: z.string(),
  highlights: z.array(z.tuple([z.int(), z.int()]).readonly()).readonly(),
});
type Hit = z.output<typeof hit>;
const answer = listOf(hit).extend({ total: z.int(), exceeded: z.boolean() });

/** Messages by their words, in the rooms that the caller may read at this moment. */
export function searchRoutes(app: App, { services, messages, views }: Channel): void {
  app.get(
    '/v1/search/messages',
    {
      config: { reads: ['messages'] },
      schema: { tags: ['search'], querystring: searchQuery, response: { 200: answer } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { limit = DEFAULT_LIMIT } = request.query;
      const at = placeIn(services, request.query);
      const query = planQuery(
        read(at.q),
        searchable(services, caller, (roomId) => !messages.isUnlogged(roomId)),
      );
      const found = await search(services, at, query, limit);
      const rows = found.rows.slice(0, limit).map(messageRow);
      const hits = rows.flatMap((row) => hitOf(services, row, query));
      await recordViews(hits, (roomId, from, to) =>
        views.viewed(caller, roomId, from, to, 'search', contextOf(request, services)),
      );
      const next = found.rows.length > limit ? behind(at, rows, found) : undefined;
      const page: Page<Hit> = { items: hits, ...(next && { next: services.cursors.seal('search', next) }) };
      return { ...listed(request, reply, page), total: found.total, exceeded: found.exceeded };
    },
  );
}

function placeIn({ cursors }: Services, { q, order: wanted, cursor }: z.output<typeof searchQuery>): SearchPlace {
  if (cursor === undefined) return { q: q ?? '', order: wanted ?? 'newest' };
  const opened = place.safeParse(cursors.open('search', cursor));
  if (!opened.success) throw invalidCursor();
  if ((q ?? opened.data.q) !== opened.data.q || (wanted ?? opened.data.order) !== opened.data.order)
    throw new Problem('invalid-request', 'The cursor carries another query.');
  return opened.data;
}

function read(q: string): Query {
  const query = parseQuery(q);
  if (query.kind === 'query') return query;
  throw new Problem('invalid-query', query.errors[0]?.message ?? 'The query cannot be read.', { errors: query.errors });
}

function searchable({ directory }: Services, caller: Caller, isSearched: (roomId: string) => boolean): SearchableRooms {
  const rooms = [...directory.rooms()].filter(({ id }) => reads(directory, caller, id) && isSearched(id));
  return {
    readable: rooms.map(({ id }) => id),
    roomsNamed(name) {
      const wanted = foldName(name);
      return rooms.filter(({ state }) => foldName(state.name) === wanted).map(({ id }) => id);
    },
  };
}

/** One more than asked for, to know whether there are more. */
async function search(
  { readModels }: Services,
  { order: by, before, skip }: SearchPlace,
  query: TextQuery,
  limit: number,
): Promise<SearchFound> {
  const where: Search = {
    table: 'messages',
    query,
    order: by,
    limit: limit + 1,
    ...(before !== undefined && { before }),
    ...(skip !== undefined && { skip }),
  };
  return readModels.search('messages', where).catch((error: unknown) => {
    if (!(error instanceof SearchBusyError)) throw error;
    throw new Problem('search-busy', 'Too many searches wait; search again.', { headers: { 'retry-after': '1' } });
  });
}

/** Nothing of a message that was redacted just now, and that the index still has. */
function hitOf({ directory }: Services, row: MessageRow, query: TextQuery): readonly Hit[] {
  const room = directory.room(row.roomId);
  if (!room || directory.isRedacted(row.roomId, row.seq)) return [];
  return [{ message: toMessage(row), room: { id: room.id, name: room.state.name }, ...snippetOf(row, query) }];
}

/** By relevance the order is that of the first page's moment; by time a place in it is enough. */
function behind(at: SearchPlace, rows: readonly MessageRow[], { checkpoint }: SearchFound): SearchPlace {
  const last = rows.at(-1);
  if (at.order === 'newest') return { ...at, before: last?.position };
  return { ...at, before: at.before ?? checkpoint + 1, skip: (at.skip ?? 0) + rows.length };
}

/** Nothing is shown that was not recorded as shown; neighbours are one view. */
async function recordViews(
  hits: readonly Hit[],
  record: (roomId: string, from: number, to: number) => Promise<void>,
): Promise<void> {
  const byRoom = new Map<string, number[]>();
  for (const { message: shown } of hits) byRoom.set(shown.roomId, [...(byRoom.get(shown.roomId) ?? []), shown.seq]);
  await Promise.all(
    [...byRoom].flatMap(([roomId, shown]) => rangesOf(shown).map(([from, to]) => record(roomId, from, to))),
  );
}

function rangesOf(seqs: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const ranges: [number, number][] = [];
  for (const seq of seqs.toSorted((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last?.[1] === seq - 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}
