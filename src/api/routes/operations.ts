import { z } from 'zod';
import type { Registry } from 'prom-client';
import { noQuery, time } from '../schemas/common.js';
import type { App, Channel } from './route.js';

/** What keeps the server from being ready: name and sentence. Empty: nothing. */
export type Readiness = () => readonly { readonly check: string; readonly message: string }[];

const readiness = z.object({
  status: z.enum(['ready', 'not ready']),
  failing: z.array(z.object({ check: z.string(), message: z.string() })),
});
const server = z.object({
  name: z.string(),
  version: z.string(),
  deployment: z.string(),
  node: z.string(),
  time,
  limits: z.object({
    messageBytes: z.int(),
    storyBytes: z.int(),
    participantUpdateLimit: z.int(),
    pageItems: z.int(),
    lines: z.int(),
  }),
});

/** Probes, metrics and what the server says of itself: no token. */
export function operationRoutes(app: App, { services }: Channel, registry: Registry, isReady: Readiness): void {
  const open = { config: { public: true } } as const;

  app.get(
    '/livez',
    {
      ...open,
      schema: {
        tags: ['operations'],
        querystring: noQuery,
        response: { 200: z.object({ status: z.literal('live') }) },
      },
    },
    () => ({ status: 'live' as const }),
  );

  app.get(
    '/readyz',
    { ...open, schema: { tags: ['operations'], querystring: noQuery, response: { 200: readiness, 503: readiness } } },
    (_request, reply) => {
      const failing = [...isReady()];
      if (failing.length === 0) return { status: 'ready' as const, failing };
      void reply.code(503);
      return { status: 'not ready' as const, failing };
    },
  );

  app.get(
    '/metrics',
    { ...open, schema: { tags: ['operations'], querystring: noQuery, produces: ['text/plain'] } },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );

  app.get(
    '/v1/server',
    { ...open, schema: { tags: ['operations'], querystring: noQuery, response: { 200: server } } },
    () => {
      const { version, deployment, node, clock, limits } = services;
      const { messageBytes, storyBytes, participantUpdateLimit } = limits;
      return {
        name: 'Hansard',
        version,
        deployment,
        node,
        time: clock.now(),
        limits: { messageBytes, storyBytes, participantUpdateLimit, pageItems: 500, lines: 10_000 },
      };
    },
  );
}
