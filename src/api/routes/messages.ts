import type { z } from 'zod';
import { catalogue } from '../../domain/catalogue/catalogue.js';
import { isParked } from '../../domain/kernel/catalogue.js';
import { streamName } from '../../domain/kernel/event.js';
import { postedMessage, toMessage, type Message } from '../../projections/messages.js';
import { etag, ifMatch, send } from '../answer.js';
import { sanitised, type NewMessage } from '../commands/messages.js';
import type { Answer } from '../commands/once.js';
import type { TranscriptOutcome } from '../commands/transcript-writer.js';
import { history, messageAt, NOTHING, placeIn, showing } from '../history.js';
import { listed } from '../paging.js';
import { callerOf, contextOf } from '../plugins/authentication.js';
import { Problem, problemOf } from '../problem.js';
import { readableRoom, visibleRoom } from '../rooms-access.js';
import { idParams, listOf, noQuery } from '../schemas/common.js';
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

/** How long an answer waits for the read model to show what was changed. */
const PATIENCE_MS = 5_000;

export function messageRoutes(app: App, channel: Channel): void {
  const { services, idempotency, messages, presence, principals, views } = channel;

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
          await principals.seeAsClaimed(caller, request.id); // whether it stays is decided by what is recorded
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
      config: { reads: ['messages'] },
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
    {
      config: { reads: ['messages'] },
      schema: { tags: ['messages'], params: messageParams, querystring: noQuery, response: { 200: messageSchema } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = readableRoom(services, caller, request.params.id);
      const { seq } = request.params;
      const row = messages.isUnlogged(id) ? undefined : await messageAt(services, id, seq);
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
      return send(reply, services, await changedAnswer(services, id, edit.seq, outcome));
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
      return send(reply, services, await changedAnswer(services, id, redaction.seq, outcome));
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

/** The first answer of a post is what its event says; its author knows that text, whatever became of it. */
async function postedAgain({ store }: Services, roomId: string, revision: number): Promise<Answer<Message>> {
  for await (const [recorded] of store.readStream(streamName('transcript', roomId), {
    from: revision,
    limit: 1,
  })) {
    if (recorded) return answerWith(messageOf(recorded), recorded.position);
  }
  throw new Error(`message ${revision} of ${roomId} is not in the log`);
}

function messageOf(recorded: Parameters<typeof catalogue.decode>[0]): Message {
  const event = catalogue.decode(recorded);
  if (isParked(event)) {
    throw new Problem('message-not-found', `It was recorded as ${recorded.revision}, but its event is damaged.`);
  }
  if (event.type !== 'MessagePosted') throw new Error(`no message at ${recorded.stream} ${recorded.revision}`);
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

async function changedAnswer(services: Services, roomId: string, seq: number, outcome: TranscriptOutcome) {
  if (outcome.kind === 'rejected') throw problemOf(outcome);
  const position = outcome.kind === 'repeated' ? outcome.record.position : outcome.position;
  if (!(await services.readModelsReached(['messages'], position, PATIENCE_MS))) {
    // It is written, but what the read model still has may not be shown as the answer.
    throw new Problem('read-model-behind', 'The change is recorded, but cannot be shown yet; read the message again.', {
      headers: { 'retry-after': '1' },
    });
  }
  const row = await messageAt(services, roomId, seq);
  if (!row) throw new Problem('message-not-found', `There is no message ${seq} in this room.`);
  return { status: 200 as const, body: toMessage(row), position, headers: { etag: etag(row.revision) } };
}
