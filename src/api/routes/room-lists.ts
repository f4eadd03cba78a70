import { principalOf } from '../../domain/caller.js';
import { readsContents } from '../../domain/access.js';
import type { LiveRoom } from '../../domain/room/room.js';
import { z } from 'zod';
import { ifMatch, send } from '../answer.js';
import { onRoom } from '../commands/handling.js';
import { pageOf, placeOf, listed } from '../paging.js';
import { callerOf, contextOf } from '../plugins/authentication.js';
import { Problem, problemOf } from '../problem.js';
import { managedRoom, visibleRoom } from '../rooms-access.js';
import { idParams, listOf, noQuery, principal, principalParam } from '../schemas/common.js';
import { pagingQuery } from '../schemas/room.js';
import type { App, Channel } from './route.js';

const LISTS = [
  { list: 'members', add: 'AddMember', remove: 'RemoveMember' },
  { list: 'managers', add: 'AddManager', remove: 'RemoveManager' },
  { list: 'presenters', add: 'AddPresenter', remove: 'RemovePresenter' },
] as const satisfies readonly { readonly list: keyof LiveRoom; readonly add: string; readonly remove: string }[];

const listedParams = z.strictObject({ id: z.string(), principal: principalParam });

/** Members, managers and presenters. */
export function roomListRoutes(app: App, { services, rooms, presence }: Channel): void {
  const { directory, view } = services;
  for (const { list, add, remove } of LISTS) {
    app.get(
      `/v1/rooms/:id/${list}`,
      { schema: { tags: ['rooms'], params: idParams, querystring: pagingQuery, response: { 200: listOf(principal) } } },
      (request, reply) => {
        const caller = callerOf(request);
        const { id, state } = visibleRoom(services, caller, request.params.id);
        if (!readsContents(state, directory.chain(state.categoryId), caller)) {
          throw new Problem('not-a-member', 'Only members see who is listed in the room.');
        }
        const kind = `${list} ${id}`;
        const page = pageOf(services, kind, placeOf(services, kind, request.query), state[list], (ref) => ref);
        return listed(request, reply, { ...page, items: page.items.map(principalOf) });
      },
    );

    app.put(
      `/v1/rooms/:id/${list}/:principal`,
      { schema: { tags: ['rooms'], params: listedParams, querystring: noQuery } },
      async (request, reply) => {
        const room = managedRoom(services, callerOf(request), request.params.id);
        const context = contextOf(request, services);
        const changed = await rooms.list(room, add, request.params.principal, context, ifMatch(request));
        if (changed.kind === 'rejected') throw problemOf(changed);
        return send(reply, services, { status: 204, body: undefined, position: changed.position ?? view.position });
      },
    );

    app.delete(
      `/v1/rooms/:id/${list}/:principal`,
      { schema: { tags: ['rooms'], params: listedParams, querystring: noQuery } },
      async (request, reply) => {
        const room = managedRoom(services, callerOf(request), request.params.id);
        const context = contextOf(request, services);
        const command = { type: remove, principal: request.params.principal };
        const changed = await onRoom(services, room.id, command, context, ifMatch(request));
        if (changed.kind === 'rejected') throw problemOf(changed);
        await presence.evict([room.id], context);
        return send(reply, services, { status: 204, body: undefined, position: changed.position ?? view.position });
      },
    );
  }
}
