import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from './problem.js';
import { DEFAULT_LIMIT } from './schemas/common.js';
import type { Services } from './services.js';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
  readonly prev?: string;
}

/** By parameter. */
export type Filters = Readonly<Record<string, string | undefined>>;

const sealed = z.strictObject({ after: z.string(), filters: z.record(z.string(), z.string()) });

/** Where a list goes on: behind the item with this sort key, with the filters of its first page. */
export interface Place {
  readonly after: string | undefined;
  readonly filters: Filters;
  readonly limit: number;
}

/**
 * Reads `cursor` or filters. A cursor carries its filters; filters given beside it must be the same.
 * @param kind the list, so that a cursor of another one is refused
 */
export function placeOf(
  { cursors }: Services,
  kind: string,
  { cursor, limit = DEFAULT_LIMIT }: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
  filters: Filters = {},
): Place {
  if (cursor === undefined) return { after: undefined, filters, limit };
  const opened = sealed.safeParse(cursors.open(kind, cursor));
  if (!opened.success) throw invalidCursor();
  const { after, filters: before } = opened.data;
  for (const [name, value] of Object.entries(filters)) {
    if (value !== undefined && before[name] !== value) {
      throw new Problem('invalid-request', `The cursor carries another ${name}.`);
    }
  }
  return { after, filters: before, limit };
}

export function invalidCursor(): Problem {
  return new Problem('invalid-cursor', 'The cursor was not given by this list of this deployment.');
}

/** One page of what is in memory, in the order of `keyOf`, which is unique. */
export function pageOf<Item>(
  { cursors }: Services,
  kind: string,
  { after, filters, limit }: Place,
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
): Page<Item> {
  const rest = [...items]
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    ...(last && rest.length > limit && { next: cursors.seal(kind, { after: last.key, filters }) }),
  };
}

/** The page as a body, its neighbours in `Link` (RFC 8288). */
export function listed<Item>(request: FastifyRequest, reply: FastifyReply, page: Page<Item>): Page<Item> {
  const [path = '', query = ''] = request.url.split('?');
  const limit = new URLSearchParams(query).get('limit');
  const links = (['next', 'prev'] as const).flatMap((relation) => {
    const cursor = page[relation];
    if (cursor === undefined) return [];
    const parameters = new URLSearchParams({ cursor, ...(limit !== null && { limit }) });
    return [`<${path}?${parameters.toString()}>; rel="${relation}"`];
  });
  if (links.length > 0) void reply.header('link', links.join(', '));
  return page;
}
