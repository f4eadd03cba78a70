import { catalogue } from '../../domain/catalogue/catalogue.js';
import { isParked } from '../../domain/kernel/catalogue.js';
import { streamName } from '../../domain/kernel/event.js';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import { messageRow, postedMessage, toMessage, type Message, type MessageRow } from '../../projections/messages.js';
import type { Scan } from '../../projections/read-models.js';
import { z } from 'zod';
import { etag, ifMatch, send } from '../answer.js';
import { sanitised, type NewMessage } from '../commands/messages.js';
import type { Answer } from '../commands/once.js';
import type { TranscriptOutcome } from '../commands/transcript-writer.js';
import { invalidCursor, listed, type Page } from '../paging.js';
import { callerOf, contextOf } from '../plugins/authentication.js';
import { Problem, problemOf } from '../problem.js';
import { readableRoom, visibleRoom } from '../rooms-access.js';
import { DEFAULT_LIMIT, idParams, listOf, noQuery } from '../schemas/common.js';
import {
  editMessage,
  message as messageSchema,
  messageParams,
  messagesQuery,
  postMessage,
  redactMessage,
} from '../schemas/message.js';
import type { Services } from '../services.js';
import type { App, Channel } from './route.js';

export function messageRoutes(app: App, channel: Channel): void {
  const { services, idempotency, messages, presence, views } = channel;

  app.post(
    '/v1/rooms/:id/messages',
    {
      schema: {
        tags: ['messages'],
        params: idParams,
        querystring: noQuery,
        body: postMessage,
        response: { 201: messageSchema },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = visibleRoom(services, caller, request.params.id);
      const answer = await idempotency.once<Message>(request, {
        run: async (context) => {
          const message = newMessage(request.body);
          const refused = await messages.check(id, caller, message);
          if (refused) throw problemOf(refused);
          await presence.enter(caller, id, contextOf(request, services));
          return postedAnswer(services, id, await messages.post(id, caller, message, context));
        },
        replay: ({ revision }) => postedAgain(services, id, revision),
      });
      return send(reply, services, answer);
    },
  );

  app.get(
    '/v1/rooms/:id/messages',
    {
      schema: {
        tags: ['messages'],
        params: idParams,
        querystring: messagesQuery,
        response: { 200: listOf(messageSchema) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = readableRoom(services, caller, request.params.id);
      const place = placeIn(services, id, request.query);
      const { page } = messages.isUnlogged(id) ? { page: NOTHING } : await history(services, id, place);
      await showing(page.items, (from, to) => views.viewed(caller, id, from, to, 'page', contextOf(request, services)));
      return listed(request, reply, page);
    },
  );

  app.get(
    '/v1/rooms/:id/messages/:seq',
    { schema: { tags: ['messages'], params: messageParams, querystring: noQuery, response: { 200: messageSchema } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = readableRoom(services, caller, request.params.id);
      const { seq } = request.params;
      const row = messages.isUnlogged(id) ? undefined : await messages.row(id, seq);
      if (!row) throw new Problem('message-not-found', `There is no message ${seq} in this room.`);
      await views.viewed(caller, id, seq, seq, 'message', contextOf(request, services));
      return reply.header('etag', etag(row.revision)).send(toMessage(row));
    },
  );

  app.patch(
    '/v1/rooms/:id/messages/:seq',
    {
      schema: {
        tags: ['messages'],
        params: messageParams,
        querystring: noQuery,
        body: editMessage,
        response: { 200: messageSchema },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = visibleRoom(services, caller, request.params.id);
      const edit = { seq: request.params.seq, text: request.body.text, ifRevision: ifMatch(request) };
      const outcome = await messages.edit(id, caller, edit, contextOf(request, services));
      return send(reply, services, await changedAnswer(channel, id, edit.seq, outcome));
    },
  );

  app.delete(
    '/v1/rooms/:id/messages/:seq',
    {
      schema: {
        tags: ['messages'],
        params: messageParams,
        querystring: noQuery,
        body: redactMessage,
        response: { 200: messageSchema },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = visibleRoom(services, caller, request.params.id);
      const redaction = { seq: request.params.seq, reason: request.body?.reason, ifRevision: ifMatch(request) };
      const outcome = await messages.redact(id, caller, redaction, contextOf(request, services));
      return send(reply, services, await changedAnswer(channel, id, redaction.seq, outcome));
    },
  );
}

function newMessage({
  html,
  files,
  text,
  kind,
  title,
  replyTo,
  claimedTime,
}: z.output<typeof postMessage>): NewMessage {
  if (files && files.length > 0) throw new Problem('file-not-found', 'There is no such file in this room.');
  return {
    kind,
    text,
    ...(title !== undefined && { title }),
    ...(html !== undefined && { html: sanitised(html) }),
    ...(replyTo !== undefined && { replyTo }),
    ...(claimedTime !== undefined && { claimedTime }),
  };
}

async function postedAnswer(
  services: Services,
  roomId: string,
  outcome: TranscriptOutcome,
): Promise<Answer<Message> & { readonly marked: true }> {
  switch (outcome.kind) {
    case 'rejected':
      throw problemOf(outcome);
    case 'repeated':
      return { ...(await postedAgain(services, roomId, outcome.record.revision)), marked: true };
    case 'unchanged':
      throw new Error('a post always writes');
    case 'written': {
      const { event, revision, position } = outcome;
      const posted = { ...event, stream: streamName('transcript', roomId), revision, position };
      return { ...answerWith(messageOf(posted), position), marked: true };
    }
  }
}

/** The first answer of a post is what its event says. */
async function postedAgain({ store }: Services, roomId: string, revision: number): Promise<Answer<Message>> {
  for await (const [recorded] of store.readStream(streamName('transcript', roomId), { from: revision, limit: 1 })) {
    if (recorded) return answerWith(messageOf(recorded), recorded.position);
  }
  throw new Error(`message ${revision} of ${roomId} is not in the log`);
}

function messageOf(recorded: Parameters<typeof catalogue.decode>[0]): Message {
  const event = catalogue.decode(recorded);
  if (isParked(event) || event.type !== 'MessagePosted')
    throw new Error(`no message at ${recorded.stream} ${recorded.revision}`);
  return postedMessage(event);
}

function answerWith(body: Message, position: Answer<Message>['position']): Answer<Message> {
  return {
    status: 201,
    body,
    position,
    headers: { location: `/v1/rooms/${body.roomId}/messages/${body.seq}`, etag: etag(body.seq) },
  };
}

async function changedAnswer({ services, messages }: Channel, roomId: string, seq: number, outcome: TranscriptOutcome) {
  if (outcome.kind === 'rejected') throw problemOf(outcome);
  const position = outcome.kind === 'repeated' ? outcome.record.position : outcome.position;
  await services.readModelsReached(position, 5_000);
  const row = await messages.row(roomId, seq);
  if (!row) throw new Problem('message-not-found', `There is no message ${seq} in this room.`);
  return { status: 200 as const, body: toMessage(row), position, headers: { etag: etag(row.revision) } };
}

export const NOTHING: Page<Message> = { items: [] };

/** Where a page of history lies: exclusive of `seq`, but for `around`. */
type Place = { readonly limit: number } & (
  | { readonly direction: 'before'; readonly seq: number | undefined }
  | { readonly direction: 'after' | 'around'; readonly seq: number }
);

const cursorOfPage = z.strictObject({ direction: z.enum(['before', 'after']), seq: z.number() });

function placeIn({ cursors }: Services, roomId: string, query: z.output<typeof messagesQuery>): Place {
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

async function scan({ readModels }: Services, where: Omit<Scan, 'table'>): Promise<Rows> {
  if (where.limit === 0) return { rows: [], checkpoint: ORIGIN };
  const { rows, checkpoint } = await readModels.scan('messages', { table: 'messages', ...where });
  return { rows: rows.map(messageRow), checkpoint };
}

/** Nothing is shown that was not recorded as shown. */
export async function showing(
  items: readonly { readonly seq: number }[],
  record: (from: number, to: number) => Promise<void>,
): Promise<void> {
  const [first, last] = [items.at(0), items.at(-1)];
  if (first && last) await record(first.seq, last.seq);
}
