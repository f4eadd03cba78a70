import { z } from 'zod';
import type { Caller } from '../../domain/caller.js';
import { unmarked, type CommandContext } from '../../domain/kernel/command.js';
import { reject } from '../../domain/kernel/decider.js';
import type { Position } from '../../domain/kernel/position.js';
import type { Person } from '../../projections/directory/people.js';
import { send } from '../answer.js';
import type { Answer, Receipt } from '../commands/once.js';
import { history, NOTHING, showing } from '../history.js';
import { pageOf, placeOf, listed } from '../paging.js';
import { callerOf } from '../plugins/authentication.js';
import { Problem, problemBody, problemOf } from '../problem.js';
import { readableRoom, visibleRoom } from '../rooms-access.js';
import { idParams, listOf, noQuery, problem } from '../schemas/common.js';
import { message } from '../schemas/message.js';
import { joinBody, joinsBody, pagingQuery, partBody, participant, room as roomSchema } from '../schemas/room.js';
import { roomView } from '../views/resources.js';
import type { App, Channel } from './route.js';

const joined = z.object({
  room: roomSchema,
  participants: z.array(participant).optional(),
  participantCount: z.int().optional(),
  history: z.array(message),
  cursor: z.string(),
});
const bulkItem = z.object({
  roomId: z.string(),
  status: z.int(),
  join: joined.optional(),
  problem: problem.optional(),
});

/** How long a join waits for the read model to have what the room had when it was asked for. */
const PATIENCE_MS = 5_000;

export function joinRoutes(app: App, channel: Channel): void {
  const { services, idempotency, presence } = channel;
  const { directory, view } = services;

  app.post(
    '/v1/rooms/:id/join',
    {
      schema: {
        tags: ['attendance'],
        params: idParams,
        querystring: noQuery,
        body: joinBody,
        response: { 200: joined },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = visibleRoom(services, caller, request.params.id);
      const { history: limit } = request.body;
      const answer = await idempotency.once(request, {
        run: async (context) => {
          const { body, position } = await join(channel, caller, id, limit, context, claimedIn(request.body));
          return { status: 200 as const, body, position, marked: false, receipt: keptOf('', { join: body }) };
        },
        replay: async ({ position }, receipt) => {
          const body = await joinedAgain(channel, caller, id, limit, firstIn(receipt, ''));
          return { status: 200 as const, body, position };
        },
      });
      return send(reply, services, answer);
    },
  );

  app.post(
    '/v1/joins',
    {
      schema: {
        tags: ['attendance'],
        querystring: noQuery,
        body: joinsBody,
        response: { 200: z.object({ items: z.array(bulkItem) }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { rooms, history: limit } = request.body;
      const ids = [...new Set(rooms)];
      const each = (one: (roomId: string, index: number) => Promise<Joined>) =>
        Promise.all(ids.map((roomId, index) => itemOf(roomId, request.id, () => one(roomId, index))));
      const answer = await idempotency.once(request, {
        run: async (context) => {
          const items = await each(
            async (id) => (await join(channel, caller, visibleRoom(services, caller, id).id, limit, context)).body,
          );
          const receipt = Object.assign({}, ...items.map((item, index) => keptOf(`${index} `, item))) as Receipt;
          return { status: 200 as const, body: { items }, position: view.position, marked: false, receipt };
        },
        replay: async ({ position }, receipt) => {
          const items = await each(async (id, index) =>
            joinedAgain(channel, caller, id, limit, firstIn(receipt, `${index} `)),
          );
          return { status: 200 as const, body: { items }, position };
        },
      });
      return send(reply, services, answer);
    },
  );

  app.post(
    '/v1/rooms/:id/part',
    { schema: { tags: ['attendance'], params: idParams, querystring: noQuery, body: partBody } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = visibleRoom(services, caller, request.params.id);
      const claimed = claimedIn(request.body);
      const gone = (position: Position): Answer<undefined> => ({ status: 204, body: undefined, position });
      const answer = await idempotency.once<undefined>(request, {
        run: async (context) => ({
          ...gone(await presence.part(caller, id, unmarked(context), claimed)),
          marked: false,
        }),
        replay: ({ position }) => Promise.resolve(gone(position)),
      });
      return send(reply, services, answer);
    },
  );

  app.get(
    '/v1/rooms/:id/participants',
    {
      schema: {
        tags: ['attendance'],
        params: idParams,
        querystring: pagingQuery,
        response: { 200: listOf(participant).extend({ participantCount: z.int() }) },
      },
    },
    (request, reply) => {
      const { id } = readableRoom(services, callerOf(request), request.params.id);
      const kind = `participants ${id}`;
      const page = pageOf(
        services,
        kind,
        placeOf(services, kind, request.query),
        present(channel, id),
        (one) => one.id,
      );
      return { ...listed(request, reply, page), participantCount: directory.people.count(id) };
    },
  );
}

type Joined = z.output<typeof joined>;

interface Claimed {
  readonly claimedTime?: string;
}

/** Events hold what was claimed and nothing else. */
function claimedIn(body: { readonly claimedTime?: string | undefined } | null | undefined): Claimed {
  return body?.claimedTime === undefined ? {} : { claimedTime: body.claimedTime };
}

async function join(
  channel: Channel,
  caller: Caller,
  id: string,
  limit: number,
  context: CommandContext,
  claimed: Claimed = {},
) {
  readableRoom(channel.services, caller, id);
  await channel.principals.seeAsClaimed(caller, context.correlationId); // whether it stays is decided by what is recorded
  const position = await channel.presence.enter(caller, id, unmarked(context), claimed);
  return { body: await joinedView(channel, caller, id, limit, context), position };
}

/** The room, who is in it, its newest messages, and a cursor behind exactly these. */
async function joinedView(
  channel: Channel,
  caller: Caller,
  id: string,
  limit: number,
  context: CommandContext,
  first?: First,
): Promise<Joined> {
  const { services, messages, views } = channel;
  const { view, directory, limits, sequences } = services;
  const seen = (first && sequences.decode(first.cursor)) ?? view.position;
  if (!(await services.readModelsReached(['messages'], seen, PATIENCE_MS))) {
    throw new Problem('read-model-behind', 'The history is not there yet; join again.', {
      headers: { 'retry-after': '1' },
    });
  }
  const unlogged = messages.isUnlogged(id);
  const shown =
    unlogged || limit === 0
      ? { page: NOTHING, checkpoint: seen }
      : await history(services, id, { direction: 'before', seq: first?.before, limit });
  const { page, checkpoint } = shown;
  await showing(page.items, (from, to) => views.viewed(caller, id, from, to, 'join', unmarked(context)));
  const { state } = readableRoom(services, caller, id);
  const participantCount = directory.people.count(id);
  return {
    room: roomView(id, state, participantCount),
    ...(participantCount > limits.participantUpdateLimit
      ? { participantCount }
      : { participants: present(channel, id) }),
    history: [...page.items],
    cursor: first?.cursor ?? sequences.encode(checkpoint),
  };
}

/** The first answer as far as it may still be shown: with its cursor, behind which the stream has what came since. */
async function joinedAgain(channel: Channel, caller: Caller, id: string, limit: number, first: First): Promise<Joined> {
  readableRoom(channel.services, caller, id);
  const context = { actor: caller.actor, node: channel.services.node, correlationId: '' };
  return joinedView(channel, caller, id, limit, context, first);
}

/** Where the first answer ended: its cursor, and the number behind the last message that it showed. */
interface First {
  readonly cursor: string;
  readonly before: number;
}

/** All that a receipt keeps of an answer. */
function keptOf(prefix: string, { join, problem }: Pick<z.output<typeof bulkItem>, 'join' | 'problem'>): Receipt {
  if (!join) return { [`${prefix}code`]: problem?.code ?? '', [`${prefix}detail`]: problem?.detail ?? '' };
  return { [`${prefix}cursor`]: join.cursor, [`${prefix}before`]: (join.history.at(-1)?.seq ?? -1) + 1 };
}

function firstIn(receipt: Receipt = {}, prefix: string): First {
  const kept = (name: string) => String(receipt[`${prefix}${name}`] ?? '');
  if (kept('code') !== '') throw problemOf(reject(kept('code'), kept('detail')));
  return { cursor: kept('cursor'), before: Number(kept('before')) };
}

async function itemOf(
  roomId: string,
  requestId: string,
  work: () => Promise<Joined>,
): Promise<z.output<typeof bulkItem>> {
  try {
    return { roomId, status: 200, join: await work() };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { errors, ...body } = problemBody(error, requestId);
    return { roomId, status: error.status, problem: { ...body, ...(errors && { errors: [...errors] }) } };
  }
}

function present({ services: { directory } }: Channel, roomId: string) {
  return [...directory.people.of(roomId)]
    .filter(([, person]) => person.present)
    .map(([id, person]) => participantView(id, person));
}

function participantView(id: string, { name, internal, since }: Person) {
  return { id, name, internal, since };
}
