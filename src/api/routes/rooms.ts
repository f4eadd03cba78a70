import { mayCreateRoom } from '../../domain/access.js';
import { userRef } from '../../domain/caller.js';
import { unmarked } from '../../domain/kernel/command.js';
import { foldName } from '../../domain/names.js';
import type { LiveRoom, RoomState } from '../../domain/room/room.js';
import { sees } from '../../domain/access.js';
import type { Entry } from '../../projections/directory/directory.js';
import { etag, ifMatch, send } from '../answer.js';
import { loadRoom, onRoom } from '../commands/handling.js';
import { listed, pageOf, placeOf, type Filters } from '../paging.js';
import { callerOf, callerWith, contextOf } from '../plugins/authentication.js';
import { problemOf, roomNotFound } from '../problem.js';
import { managedRoom, visibleRoom } from '../rooms-access.js';
import { idParams, listOf, noBody, noQuery } from '../schemas/common.js';
import { changeRoom, createRoom, room as roomSchema, roomQuery } from '../schemas/room.js';
import { roomView } from '../views/resources.js';
import { visibleCategory } from './categories.js';
import type { App, Channel } from './route.js';

export function roomRoutes(app: App, { services, idempotency, rooms, presence }: Channel): void {
  const { directory, view } = services;
  const viewOf = (id: string, state: LiveRoom) => roomView(id, state, directory.people.count(id));
  const answerOf = (id: string, state: RoomState, revision: number, participantCount = directory.people.count(id)) => {
    if (state.kind !== 'live') throw roomNotFound();
    return { status: 200 as const, body: roomView(id, state, participantCount), headers: { etag: etag(revision) } };
  };

  app.post(
    '/v1/rooms',
    { schema: { tags: ['rooms'], querystring: noQuery, body: createRoom, response: { 201: roomSchema } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const made = (id: string, state: RoomState, revision: number) => {
        const { body, headers } = answerOf(id, state, revision, 0);
        return { status: 201 as const, body, headers: { ...headers, location: `/v1/rooms/${id}` } };
      };
      const answer = await idempotency.once(request, {
        run: async (context) => {
          const { id: categoryId } = visibleCategory(services, caller, request.body.categoryId);
          const refused = mayCreateRoom(directory.chain(categoryId), caller);
          if (refused) throw problemOf(refused);
          const { type: roomType, ...rest } = request.body;
          const created = await rooms.create({ ...rest, roomType }, context);
          if (created.kind === 'rejected') throw problemOf(created);
          return {
            ...made(created.roomId, created.state, created.revision),
            position: created.position ?? view.position,
            marked: true,
          };
        },
        replay: async ({ stream, revision, position }) => {
          const id = stream.slice('room-'.length);
          return { ...made(id, (await loadRoom(services, id, revision)).state, revision), position };
        },
      });
      return send(reply, services, answer);
    },
  );

  app.get(
    '/v1/rooms',
    { schema: { tags: ['rooms'], querystring: roomQuery, response: { 200: listOf(roomSchema) } } },
    (request, reply) => {
      const caller = callerOf(request);
      const { cursor, limit, ...filters } = request.query;
      const place = placeOf(services, 'rooms', { cursor, limit }, filters);
      const wanted = matcher(place.filters);
      const seen = [...directory.rooms()].filter(
        ({ state }) => wanted(state) && sees(state, directory.chain(state.categoryId), caller),
      );
      const page = pageOf(services, 'rooms', place, seen, byName);
      return listed(request, reply, { ...page, items: page.items.map(({ id, state }) => viewOf(id, state)) });
    },
  );

  app.get(
    '/v1/rooms/:id',
    { schema: { tags: ['rooms'], params: idParams, querystring: noQuery, response: { 200: roomSchema } } },
    (request, reply) => {
      const { id, state, revision } = visibleRoom(services, callerOf(request), request.params.id);
      void reply.header('etag', etag(revision));
      return viewOf(id, state);
    },
  );

  app.patch(
    '/v1/rooms/:id',
    {
      schema: {
        tags: ['rooms'],
        params: idParams,
        querystring: noQuery,
        body: changeRoom,
        response: { 200: roomSchema },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const room = managedRoom(services, caller, request.params.id);
      const { categoryId } = request.body;
      if (categoryId !== undefined && categoryId !== room.state.categoryId) {
        visibleCategory(services, caller, categoryId);
        const refused = mayCreateRoom(directory.chain(categoryId), caller);
        if (refused) throw problemOf(refused);
      }
      const context = contextOf(request, services);
      const changed = await rooms.change(room, request.body, context, ifMatch(request));
      if (changed.kind === 'rejected') throw problemOf(changed);
      await presence.evict([room.id], context);
      return send(reply, services, {
        ...answerOf(room.id, changed.state, changed.revision),
        position: changed.position ?? view.position,
      });
    },
  );

  app.delete(
    '/v1/rooms/:id',
    { schema: { tags: ['rooms'], params: idParams, querystring: noQuery } },
    async (request, reply) => {
      const room = visibleRoom(services, callerOf(request), request.params.id);
      callerWith(request, 'admin');
      const context = contextOf(request, services);
      const deleted = await rooms.delete(room, context, ifMatch(request));
      if (deleted.kind === 'rejected') throw problemOf(deleted);
      await presence.evict([room.id], context);
      return send(reply, services, { status: 204, body: undefined, position: deleted.position ?? view.position });
    },
  );

  for (const [act, type] of [
    ['disable', 'DisableRoom'],
    ['enable', 'EnableRoom'],
  ] as const) {
    app.post(
      `/v1/rooms/:id/${act}`,
      {
        schema: {
          tags: ['rooms'],
          params: idParams,
          querystring: noQuery,
          body: noBody,
          response: { 200: roomSchema },
        },
      },
      async (request, reply) => {
        const { id } = managedRoom(services, callerOf(request), request.params.id);
        const answer = await idempotency.once(request, {
          run: async (context) => {
            const changed = await onRoom(services, id, { type }, context);
            if (changed.kind === 'rejected') throw problemOf(changed);
            await presence.evict([id], unmarked(context));
            const { position, state, revision } = changed;
            return {
              ...answerOf(id, state, revision),
              position: position ?? view.position,
              marked: position !== undefined,
              receipt: { revision, participantCount: directory.people.count(id) },
            };
          },
          replay: async ({ revision, position }, receipt) => {
            const at = receipt ? Number(receipt['revision']) : revision;
            const count = Number(receipt?.['participantCount'] ?? 0); // whoever changes it finds or leaves nobody in it
            return { ...answerOf(id, (await loadRoom(services, id, at)).state, at, count), position };
          },
        });
        return send(reply, services, answer);
      },
    );
  }
}

function byName({ id, state }: Entry<LiveRoom>): string {
  return `${foldName(state.name)}\0${id}`;
}

function matcher({ q, category, member, manager, privacy, type, disabled }: Filters): (room: LiveRoom) => boolean {
  const words = q === undefined ? undefined : foldName(q);
  const listed = (refs: LiveRoom['members'], id: string) => refs.has(userRef(id));
  return (room) =>
    (words === undefined || [room.name, room.topic, room.description].some((text) => foldName(text).includes(words))) &&
    (category === undefined || room.categoryId === category) &&
    (member === undefined || listed(room.members, member)) &&
    (manager === undefined || listed(room.managers, manager)) &&
    (privacy === undefined || room.privacy === privacy) &&
    (type === undefined || room.type === type) &&
    (disabled === undefined || String(room.disabled) === disabled);
}
