import { Readable } from 'node:stream';
import { z } from 'zod';
import type { RecordedEvent, StreamName } from '../../domain/kernel/event.js';
import type { EventFilter } from '../../domain/kernel/event-store.js';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import { callerWith } from '../plugins/authentication.js';
import { Problem } from '../problem.js';
import { invalidCursor } from '../paging.js';
import { cursorParam, DEFAULT_LINES, digits, lineLimit } from '../schemas/common.js';
import type { Services } from '../services.js';
import type { App, Channel } from './route.js';

const names = z
  .string()
  .min(1)
  .transform((list) => list.split(','));
const logQuery = z.strictObject({
  after: cursorParam.optional(),
  limit: lineLimit,
  types: names.optional(),
  streams: names.optional(),
});
const streamQuery = z.strictObject({
  from: digits(0, Number.MAX_SAFE_INTEGER).optional(),
  direction: z.enum(['forward', 'backward']).default('forward'),
  limit: lineLimit,
});
const streamParams = z.strictObject({ name: z.string() });
const NDJSON = 'application/x-ndjson';

/** The log as it is, for analysts: every stream, redacted texts too. */
export function logRoutes(app: App, { services }: Channel): void {
  const { store } = services;

  app.get('/v1/log', { schema: { tags: ['log'], querystring: logQuery, produces: [NDJSON] } }, (request, reply) => {
    callerWith(request, 'analyst');
    const { after, limit = DEFAULT_LINES, types, streams } = request.query;
    const from = positionOf(services, after);
    const wanted = selection(types, streams);
    return reply
      .type(NDJSON)
      .send(
        Readable.from(
          lines(services, inLog(store.readAll({ after: from, filter: wanted.filter }), wanted.matches), limit),
        ),
      );
  });

  app.get(
    '/v1/streams/:name',
    { schema: { tags: ['log'], params: streamParams, querystring: streamQuery, produces: [NDJSON] } },
    async (request, reply) => {
      callerWith(request, 'analyst');
      const stream = request.params.name as StreamName; // any name may be asked for; an unknown one has no events
      if (!(await exists(services, stream))) throw new Problem('stream-not-found', 'There is no such stream.');
      const { from, direction, limit = DEFAULT_LINES } = request.query;
      const events = store.readStream(stream, { direction, limit, ...(from !== undefined && { from }) });
      return reply.type(NDJSON).send(Readable.from(lines(services, events, limit)));
    },
  );
}

export function positionOf({ sequences }: Services, cursor: string | undefined): Position {
  if (cursor === undefined) return ORIGIN;
  const position = sequences.decode(cursor);
  if (position === undefined) throw invalidCursor();
  return position;
}

async function exists({ store }: Services, stream: StreamName): Promise<boolean> {
  for await (const batch of store.readStream(stream, { limit: 1 })) return batch.length > 0;
  return false;
}

/** Stream names and `<category>-*` may be mixed, which no engine's filter says: then the events are looked at here. */
export function selection(types: readonly string[] | undefined, streams: readonly string[] | undefined) {
  const wildcards = (streams ?? []).filter((name) => name.endsWith('-*')).map((name) => name.slice(0, -2));
  const plain = new Set((streams ?? []).filter((name) => !name.endsWith('-*')));
  const filter: EventFilter = {
    ...(types && { types: new Set(types) }),
    ...(wildcards.length > 0 && plain.size === 0 && { categories: wildcards }),
    ...(plain.size > 0 && wildcards.length === 0 && { streams: plain }),
  };
  const mixed = wildcards.length > 0 && plain.size > 0;
  const matches = ({ stream }: RecordedEvent) =>
    !mixed || plain.has(stream) || wildcards.some((category) => stream.startsWith(`${category}-`));
  return { filter, matches };
}

async function* inLog(
  batches: AsyncIterable<{ readonly events: readonly RecordedEvent[] }>,
  matches: (event: RecordedEvent) => boolean,
) {
  for await (const { events } of batches) yield events.filter(matches);
}

/** One string a batch; stops reading when the reader goes away or has enough. */
async function* lines({ toEnvelope }: Services, batches: AsyncIterable<readonly RecordedEvent[]>, limit: number) {
  let left = limit;
  for await (const batch of batches) {
    const taken = batch.slice(0, left);
    left -= taken.length;
    if (taken.length > 0) yield taken.map((event) => `${JSON.stringify(toEnvelope(event))}\n`).join('');
    if (left === 0) return;
  }
}
