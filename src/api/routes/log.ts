import { Readable } from 'node:stream';
import { z } from 'zod';
import type { StreamName } from '../../domain/kernel/event.js';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import { linesOf, logLines } from '../log-lines.js';
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
    const selection = { after: positionOf(services, after), limit, types, streams };
    void reply.type(NDJSON).send(Readable.from(logLines(services, selection)));
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
      return reply.type(NDJSON).send(Readable.from(linesOf(events, services.toEnvelope, limit)));
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
