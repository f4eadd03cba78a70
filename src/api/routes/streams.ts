import { z } from 'zod';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { send } from '../answer.js';
import { eventLines } from '../live/event-lines.js';
import { invalidCursor } from '../paging.js';
import { callerOf } from '../plugins/authentication.js';
import { readableRoom } from '../rooms-access.js';
import { cursorParam, DEFAULT_LINES, lineLimit, noBody, noQuery } from '../schemas/common.js';
import { streamQuery } from '../schemas/room.js';
import { positionOf } from './log.js';
import type { App, Channel } from './route.js';

const eventsQuery = z.strictObject({
  after: cursorParam.optional(),
  room: z.string().optional(),
  limit: lineLimit,
  follow: z.enum(['true', 'false']).optional(),
});
const NDJSON = 'application/x-ndjson';

/** The live stream, its NDJSON twin, and tickets for browsers, which cannot send a header. */
export function streamRoutes(app: App, channel: Channel): void {
  const { services, idempotency, tickets, streams, past, principals } = channel;

  app.get(
    '/v1/stream',
    {
      exposeHeadRoute: false, // it would be answered with a body that never ends
      config: { ticket: true },
      schema: { tags: ['stream'], querystring: streamQuery, produces: ['text/event-stream'] },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const cursor = lastEventId(request) ?? request.query.after;
      const after = cursor === undefined ? undefined : positionOf(services, cursor);
      await principals.seeAsClaimed(caller, request.id);
      reply.hijack();
      await streams.open(reply.raw, { caller, after, requestId: request.id });
    },
  );

  app.post(
    '/v1/stream/ticket',
    {
      schema: {
        tags: ['stream'],
        querystring: noQuery,
        body: noBody,
        response: { 201: z.object({ ticket: z.string() }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const issued = () => ({
        status: 201 as const,
        body: { ticket: tickets.issue(caller) },
        position: services.view.position,
      });
      const answer = await idempotency.once(request, {
        run: () => Promise.resolve({ ...issued(), marked: false }),
        replay: () => Promise.resolve(issued()),
      });
      return send(reply, services, answer);
    },
  );

  app.get(
    '/v1/events',
    { schema: { tags: ['stream'], querystring: eventsQuery, produces: [NDJSON] } },
    (request, reply) => {
      const caller = callerOf(request);
      const { after, room, follow } = request.query;
      const follows = follow === 'true';
      const roomId = room === undefined ? undefined : readableRoom(services, caller, room).id;
      const gone = new AbortController();
      reply.raw.on('close', () => gone.abort());
      const lines = eventLines(past, {
        caller,
        after: positionOf(services, after),
        room: roomId,
        limit: request.query.limit ?? (follows ? Infinity : DEFAULT_LINES),
        follow: follows,
        signal: gone.signal,
      });
      void reply.type(NDJSON).header('x-accel-buffering', 'no').send(Readable.from(lines));
    },
  );
}

function lastEventId({ headers }: FastifyRequest): string | undefined {
  const given = headers['last-event-id'];
  if (given === undefined || given === '') return undefined;
  if (typeof given !== 'string') throw invalidCursor();
  return given;
}
