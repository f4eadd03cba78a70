import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema, RouteOptions } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { App } from './routes/route.js';
import { Problem } from './problem.js';
import { problem } from './schemas/common.js';
import { SUMMARIES } from './summaries.js';

/** OpenAPI 3.1 of the very schemas that validate, and a page that reads it without a network. */
export async function document(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Hansard', version, description: 'Group chat that keeps the record.' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: (given) => jsonSchemaTransform({ ...given, schema: described(given.schema, given.route) }),
  });
  app.get('/v1/openapi.json', { config: { public: true }, schema: { hide: true } }, (_request, reply) =>
    reply.send(app.swagger()),
  );
  await app.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, public: true };
    });
    docs.addHook('onRequest', ({ url }, _reply, done) => {
      done(url.includes('%00') ? new Problem('route-not-found', 'There is nothing at this address.') : undefined);
    });
    await docs.register(swaggerUi, { routePrefix: '/docs' });
  });
}

/** What all routes have in common, so that no route has to say it: headers, problems, and answers that are no JSON. */
function described(
  schema: FastifySchema,
  { method, url, config }: Pick<RouteOptions, 'method' | 'url' | 'config'>,
): FastifySchema {
  if (schema.hide === true) return schema;
  const isPublic = config?.public === true;
  const summary = SUMMARIES[`${String(method)} ${url.replace(/:(\w+)/g, '{$1}')}`];
  return {
    ...schema,
    ...(summary !== undefined && { summary }),
    ...(isPublic ? { security: [] } : { headers: headersOf(String(method)) }),
    response: { ...(schema.response ?? answersOf(schema)), default: PROBLEM },
  };
}

const PROBLEM = { description: 'A problem', content: { 'application/problem+json': { schema: problem } } };

function answersOf({ produces = [] }: FastifySchema) {
  if (produces.length === 0) return { 204: z.null().describe('Done') };
  const content = Object.fromEntries(produces.map((type) => [type, { schema: z.string() }]));
  return { 200: { description: 'As it comes', content } };
}

function headersOf(method: string) {
  const request = { 'x-request-id': z.string().optional() };
  if (method === 'GET') return z.object({ ...request, 'hansard-read-after': z.string().optional() });
  if (method === 'POST') return z.object({ ...request, 'idempotency-key': z.string().min(1).max(255).optional() });
  return z.object({ ...request, 'if-match': z.string().optional() });
}
