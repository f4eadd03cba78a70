import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import type { TaskKind } from '../../projections/operating.js';
import {
  parkedView,
  readModelView,
  retryView,
  taskView,
  type RetryView,
  type TaskView,
} from '../../projections/operating-view.js';
import { send } from '../answer.js';
import type { Answer } from '../commands/once.js';
import { listed, placeOf } from '../paging.js';
import { callerWith } from '../plugins/authentication.js';
import { Problem } from '../problem.js';
import { listOf, noBody, noQuery, paging } from '../schemas/common.js';
import { parkedDetailsSchema, parkedSchema, readModelSchema, retrySchema, taskSchema } from '../schemas/projection.js';
import type { App, Channel } from './route.js';

const nameParams = z.strictObject({ name: z.string() });
const sequenceParams = z.strictObject({ sequence: z.string() });
const listQuery = z.strictObject({ rows: z.enum(['true', 'false']).default('false') });
const parkedQuery = z.strictObject(paging);
/** The first answer, as its receipt keeps it. */
const kept = z.object({ answer: z.string() });
const firstTask = (receipt: unknown) => JSON.parse(kept.parse(receipt).answer) as TaskView;
const firstRetry = (receipt: unknown) => JSON.parse(kept.parse(receipt).answer) as RetryView;

/** Read models, for operators: how they stand, made again, checked; and the events that none of them could take. */
export function projectionRoutes(app: App, channel: Channel): void {
  const { services, projections } = channel;
  const { sequences } = services;
  const tags = ['projections'];

  app.get(
    '/v1/projections',
    { schema: { tags, querystring: listQuery, response: { 200: z.object({ items: z.array(readModelSchema) }) } } },
    async (request) => {
      callerWith(request, 'operator');
      const items = await projections.list({ rows: request.query.rows === 'true' });
      return { items: items.map((info) => readModelView(info, sequences)) };
    },
  );

  app.get(
    '/v1/projections/:name/task',
    { schema: { tags, params: nameParams, querystring: noQuery, response: { 200: taskSchema } } },
    (request) => {
      callerWith(request, 'operator');
      const { name } = request.params;
      known(channel, name);
      const task = projections.task(name);
      if (!task) throw new Problem('task-not-found', `Nothing was asked of ${name} since this node started.`);
      return taskView(task, sequences);
    },
  );

  for (const kind of ['rebuild', 'verify'] as const) {
    app.post(
      `/v1/projections/:name/${kind}`,
      { schema: { tags, params: nameParams, querystring: noQuery, body: noBody, response: { 202: taskSchema } } },
      async (request, reply) => send(reply, services, await startTask(channel, request, request.params.name, kind)),
    );
  }

  app.get(
    '/v1/projections/parked/events',
    {
      config: { reads: ['parked'] },
      schema: { tags, querystring: parkedQuery, response: { 200: listOf(parkedSchema) } },
    },
    async (request, reply) => {
      callerWith(request, 'operator');
      const { after, limit } = placeOf(services, 'parked', request.query);
      const found = await projections.parked({ after: Number(after ?? ORIGIN) as Position, limit: limit + 1 });
      const last = found.length > limit ? found[limit - 1] : undefined;
      return listed(request, reply, {
        items: found.slice(0, limit).map((event) => parkedView(event, sequences)),
        ...(last && { next: services.cursors.seal('parked', { after: String(last.position), filters: {} }) }),
      });
    },
  );

  app.get(
    '/v1/projections/parked/events/:sequence',
    {
      config: { reads: ['parked'] },
      schema: { tags, params: sequenceParams, querystring: noQuery, response: { 200: parkedDetailsSchema } },
    },
    async (request) => {
      callerWith(request, 'operator');
      const position = sequences.decode(request.params.sequence);
      const found = position === undefined ? undefined : await projections.parkedEvent(position);
      if (!found) throw new Problem('parked-event-not-found', 'There is no parked event with this sequence.');
      return parkedView(found, sequences);
    },
  );

  app.post(
    '/v1/projections/parked/retry',
    { schema: { tags, querystring: noQuery, body: noBody, response: { 202: retrySchema } } },
    async (request, reply) => {
      callerWith(request, 'operator');
      const answer = await channel.idempotency.once<RetryView>(request, {
        run: async () => {
          const body = retryView(await projections.retryParked(), sequences);
          const receipt = { answer: JSON.stringify(body) };
          return { status: 202 as const, body, position: services.view.position, marked: false, receipt };
        },
        replay: ({ position }, receipt) =>
          Promise.resolve({ status: 202 as const, body: firstRetry(receipt), position }),
      });
      return send(reply, services, answer);
    },
  );
}

function known({ projections }: Channel, readModel: string): void {
  if (!projections.has(readModel)) throw new Problem('projection-not-found', 'There is no read model of this name.');
}

/** Asked for again while it goes on, it is one task. */
function startTask(
  channel: Channel,
  request: FastifyRequest,
  readModel: string,
  kind: TaskKind,
): Promise<Answer<TaskView>> {
  const { services, idempotency, projections } = channel;
  callerWith(request, 'operator');
  known(channel, readModel);
  return idempotency.once<TaskView>(request, {
    run: () => {
      const task = projections.start(readModel, kind);
      if (!task) throw new Problem('projection-busy', `${readModel} is being filled or worked on; ask again later.`);
      const body = taskView(task, services.sequences);
      const receipt = { answer: JSON.stringify(body) };
      const { position } = services.view;
      return Promise.resolve({ status: 202 as const, body, position, marked: false, receipt });
    },
    replay: ({ position }, receipt) => Promise.resolve({ status: 202 as const, body: firstTask(receipt), position }),
  });
}
