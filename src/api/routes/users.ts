import { sees } from '../../domain/access.js';
import { lists, type Caller } from '../../domain/caller.js';
import { foldName } from '../../domain/names.js';
import type { KnownPrincipal } from '../../domain/principal/principal.js';
import { z } from 'zod';
import { send } from '../answer.js';
import { pageOf, placeOf, listed } from '../paging.js';
import { callerOf, callerWith } from '../plugins/authentication.js';
import { Problem, problemOf } from '../problem.js';
import { idParams, listOf, noBody, noQuery, paging } from '../schemas/common.js';
import { pagingQuery, room as roomSchema } from '../schemas/room.js';
import type { Services } from '../services.js';
import { roomView, userView } from '../views/resources.js';
import type { App, Channel } from './route.js';

const user = z
  .object({ id: z.string(), name: z.string(), email: z.string(), internal: z.boolean(), disabled: z.boolean() })
  .describe('User');
const me = user.extend({ groups: z.array(z.string()), roles: z.array(z.string()) });
const usersQuery = z.strictObject({ q: z.string().optional(), ...paging });
const myRoom = z.object({ room: roomSchema, following: z.boolean(), member: z.boolean(), manager: z.boolean() });

export function userRoutes(app: App, { services, idempotency, principals }: Channel): void {
  const { directory, view } = services;

  app.get('/v1/me', { schema: { tags: ['users'], querystring: noQuery, response: { 200: me } } }, (request) => {
    const { actor, groups, roles } = callerOf(request);
    return { ...actor, disabled: false, groups: [...groups], roles: [...roles] };
  });

  app.get(
    '/v1/me/rooms',
    { schema: { tags: ['users'], querystring: pagingQuery, response: { 200: listOf(myRoom) } } },
    (request, reply) => {
      const caller = callerOf(request);
      const page = pageOf(
        services,
        'my rooms',
        placeOf(services, 'my rooms', request.query),
        myRooms(services, caller),
        ({ room }) => `${foldName(room.name)}\0${room.id}`,
      );
      return listed(request, reply, page);
    },
  );

  app.get(
    '/v1/users',
    { schema: { tags: ['users'], querystring: usersQuery, response: { 200: listOf(user) } } },
    (request, reply) => {
      const { cursor, limit, q } = request.query;
      const place = placeOf(services, 'users', { cursor, limit }, { q });
      const wanted = place.filters['q'];
      const words = wanted === undefined ? undefined : foldName(wanted);
      const matches = ({ id, name, email }: KnownPrincipal) =>
        words === undefined || [id, name, email].some((text) => foldName(text).includes(words));
      const page = pageOf(services, 'users', place, [...directory.principals()].filter(matches), ({ id }) => id);
      return listed(request, reply, { ...page, items: page.items.map(userView) });
    },
  );

  app.get(
    '/v1/users/:id',
    { schema: { tags: ['users'], params: idParams, querystring: noQuery, response: { 200: user } } },
    (request) => userView(known(services, request.params.id)),
  );

  for (const [act, type, disabled] of [
    ['disable', 'Disable', true],
    ['enable', 'Enable', false],
  ] as const) {
    app.post(
      `/v1/users/:id/${act}`,
      { schema: { tags: ['users'], params: idParams, querystring: noQuery, body: noBody, response: { 200: user } } },
      async (request, reply) => {
        callerWith(request, 'admin');
        const { id } = request.params;
        const answer = await idempotency.once(request, {
          run: async (context) => {
            const changed = await principals.handle(id, { type }, context);
            if (changed.kind === 'rejected') throw problemOf(changed);
            const position = changed.position ?? view.position;
            return {
              status: 200 as const,
              body: userView(known(services, id)),
              position,
              marked: changed.position !== undefined,
            };
          },
          replay: ({ position }) =>
            Promise.resolve({ status: 200 as const, body: { ...userView(known(services, id)), disabled }, position }),
        });
        return send(reply, services, answer);
      },
    );
  }
}

function known({ directory }: Services, id: string): KnownPrincipal {
  const principal = directory.principal(id);
  if (!principal) throw new Problem('user-not-found', 'There is no such user.');
  return principal;
}

/** Rooms that the caller follows, is a member of, or manages, as far as they exist for the caller. */
function* myRooms({ directory }: Services, caller: Caller) {
  const followed = directory.people.followedBy(caller.actor.id);
  for (const { id, state } of directory.rooms()) {
    const [following, member, manager] = [
      followed.has(id),
      lists(state.members, caller),
      lists(state.managers, caller),
    ];
    if (!(following || member || manager) || !sees(state, directory.chain(state.categoryId), caller)) continue;
    yield { room: roomView(id, state, directory.people.count(id)), following, member, manager };
  }
}
