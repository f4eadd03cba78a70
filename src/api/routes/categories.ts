import type { z } from 'zod';
import type { Settings } from '../../domain/catalogue/category.js';
import { admits } from '../../domain/access.js';
import { isAdmin, type Caller } from '../../domain/caller.js';
import type { LiveCategory } from '../../domain/category/category.js';
import type { Entry } from '../../projections/directory/directory.js';
import { etag, ifMatch, send } from '../answer.js';
import { loadCategory, onCategory } from '../commands/handling.js';
import { pageOf, placeOf, listed } from '../paging.js';
import { callerOf, callerWith, contextOf } from '../plugins/authentication.js';
import { Problem, problemOf } from '../problem.js';
import { category, changeCategory, createCategory } from '../schemas/category.js';
import { idParams, listOf, noQuery } from '../schemas/common.js';
import { pagingQuery } from '../schemas/room.js';
import type { Services } from '../services.js';
import { categoryView } from '../views/resources.js';
import type { App, Channel } from './route.js';

function withDefaults({
  invitations = 'on',
  fileUpload = 'on',
  history = 'on',
  externals = 'off',
}: z.output<typeof createCategory>['settings'] & object = {}): Settings {
  return { invitations, fileUpload, history, externals };
}

export function categoryRoutes(app: App, { services, idempotency, categories, presence }: Channel): void {
  const { directory, view } = services;

  app.post(
    '/v1/categories',
    { schema: { tags: ['categories'], querystring: noQuery, body: createCategory, response: { 201: category } } },
    async (request, reply) => {
      callerWith(request, 'admin');
      const { settings, description = '', denied = [], creators = [], ...rest } = request.body;
      const body = { ...rest, description, denied, creators, settings: withDefaults(settings) };
      const answer = await idempotency.once(request, {
        run: async (context) => {
          const created = await categories.create(body, context);
          if (created.kind === 'rejected') throw problemOf(created);
          return {
            ...made(created.categoryId, created.state, created.revision),
            position: created.position ?? view.position,
            marked: true,
          };
        },
        replay: async ({ stream, revision, position }) => {
          const id = stream.slice('category-'.length);
          const { state } = await loadCategory(services, id, revision);
          return { ...made(id, state, revision), position };
        },
      });
      return send(reply, services, answer);
    },
  );

  app.get(
    '/v1/categories',
    { schema: { tags: ['categories'], querystring: pagingQuery, response: { 200: listOf(category) } } },
    (request, reply) => {
      const caller = callerOf(request);
      const place = placeOf(services, 'categories', request.query);
      const seen = [...directory.categories()].filter(({ id }) => seesCategory(services, caller, id));
      const page = pageOf(services, 'categories', place, seen, ({ state, id }) => `${state.name}\0${id}`);
      return listed(request, reply, { ...page, items: page.items.map(({ id, state }) => categoryView(id, state)) });
    },
  );

  app.get(
    '/v1/categories/:id',
    { schema: { tags: ['categories'], params: idParams, querystring: noQuery, response: { 200: category } } },
    (request, reply) => {
      const { id, state, revision } = visibleCategory(services, callerOf(request), request.params.id);
      void reply.header('etag', etag(revision));
      return categoryView(id, state);
    },
  );

  app.patch(
    '/v1/categories/:id',
    {
      schema: {
        tags: ['categories'],
        params: idParams,
        querystring: noQuery,
        body: changeCategory,
        response: { 200: category },
      },
    },
    async (request, reply) => {
      const { id } = visibleCategory(services, callerWith(request, 'admin'), request.params.id);
      const context = contextOf(request, services);
      const changed = await onCategory(
        services,
        id,
        { type: 'ChangeCategory', patch: request.body },
        context,
        ifMatch(request),
      );
      if (changed.kind === 'rejected') throw problemOf(changed);
      await presence.evict(roomsBelow(services, id), context);
      return send(reply, services, {
        ...made(id, changed.state, changed.revision),
        status: 200,
        position: changed.position ?? view.position,
      });
    },
  );

  app.delete(
    '/v1/categories/:id',
    { schema: { tags: ['categories'], params: idParams, querystring: noQuery } },
    async (request, reply) => {
      const { id, state } = visibleCategory(services, callerWith(request, 'admin'), request.params.id);
      const deleted = await categories.delete(id, state.parentId, contextOf(request, services), ifMatch(request));
      if (deleted.kind === 'rejected') throw problemOf(deleted);
      return send(reply, services, { status: 204, body: undefined, position: deleted.position ?? view.position });
    },
  );
}

function made(id: string, state: { readonly kind: string }, revision: number) {
  if (!isLive(state)) throw new Problem('category-not-found', 'The category was deleted.');
  const headers = { location: `/v1/categories/${id}`, etag: etag(revision) };
  return { status: 201 as const, body: categoryView(id, state), headers };
}

function isLive(state: { readonly kind: string }): state is LiveCategory {
  return state.kind === 'live';
}

function seesCategory({ directory }: Services, caller: Caller, id: string): boolean {
  return isAdmin(caller) || admits(directory.chain(id), caller);
}

export function visibleCategory(services: Services, caller: Caller, id: string): Entry<LiveCategory> {
  const found = services.directory.category(id);
  if (!found || !seesCategory(services, caller, id))
    throw new Problem('category-not-found', 'There is no such category.');
  return found;
}

/** Rooms whose scope a change of this category can narrow. */
function roomsBelow({ directory }: Services, categoryId: string): string[] {
  const changed = directory.category(categoryId)?.state;
  return [...directory.rooms()]
    .filter(({ state }) => directory.chain(state.categoryId).some((one) => one === changed))
    .map(({ id }) => id);
}
