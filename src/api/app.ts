import { createServer } from 'node:http';
import rateLimit from '@fastify/rate-limit';
import { fastify, LogController, type FastifyBaseLogger } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import { document } from './openapi.js';
import { refuseUnreadable, refuseWhenClosing } from './plugins/connections.js';
import { measureRequests } from './plugins/request-metrics.js';
import { authenticateCallers, callerOf } from './plugins/authentication.js';
import { acceptJsonBodies } from './plugins/json-body.js';
import { answerProblems, frameworkErrors } from './plugins/problems.js';
import { waitForReadAfter } from './plugins/read-after.js';
import { logRequests } from './plugins/request-logs.js';
import { answerRequestIds, requestId } from './plugins/request-id.js';
import { Problem } from './problem.js';
import { archiveRoutes } from './routes/archive.js';
import { categoryRoutes } from './routes/categories.js';
import { joinRoutes } from './routes/joins.js';
import { logRoutes } from './routes/log.js';
import { messageRoutes } from './routes/messages.js';
import { operationRoutes, type Readiness } from './routes/operations.js';
import { reportRoutes } from './routes/reports.js';
import { projectionRoutes } from './routes/projections.js';
import { roomListRoutes } from './routes/room-lists.js';
import { roomRoutes } from './routes/rooms.js';
import type { App, Channel } from './routes/route.js';
import { searchRoutes } from './routes/search.js';
import { streamRoutes } from './routes/streams.js';
import { userRoutes } from './routes/users.js';

export interface AppOptions {
  readonly logger: FastifyBaseLogger;
  readonly registry: Registry;
  readonly isReady: Readiness;
  /** Requests a minute and user. */
  readonly rateLimit: number | 'off';
}

/** Less than one append may hold, so that what an event says beside its request finds room there too. */
const BODY_BYTES = 1_000_000;
/** A sender has so long for its headers, and for the whole request; both are looked at this often. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const CHECKED_EVERY_MS = 1_000;

/** The HTTP side of the Channel service. */
export async function buildApp(
  channel: Channel,
  { logger, registry, isReady, rateLimit: limit }: AppOptions,
): Promise<App> {
  const app: App = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    requestIdHeader: false,
    bodyLimit: BODY_BYTES,
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: false },
    frameworkErrors,
    clientErrorHandler: refuseUnreadable,
    return503OnClosing: false, // refuseWhenClosing says it as a problem
    requestTimeout: REQUEST_MS,
    serverFactory: (handler) =>
      createServer(
        { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: CHECKED_EVERY_MS },
        handler,
      ),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  // Answers are made of our own views: their schemas document, they do not filter.
  app.setSerializerCompiler(() => JSON.stringify);

  answerProblems(app);
  answerRequestIds(app);
  refuseWhenClosing(app);
  measureRequests(app, registry);
  logRequests(app, channel.services.logger);
  acceptJsonBodies(app);
  await document(app, channel.services.version);
  authenticateCallers(app, channel.authenticate, channel.principals, channel.tickets, channel.services);
  if (limit !== 'off') await limitRequests(app, limit);
  waitForReadAfter(app, channel.services);

  operationRoutes(app, channel, registry, isReady);
  for (const routes of [
    categoryRoutes,
    roomRoutes,
    roomListRoutes,
    joinRoutes,
    messageRoutes,
    streamRoutes,
    searchRoutes,
    userRoutes,
    logRoutes,
    archiveRoutes,
    reportRoutes,
    projectionRoutes,
  ]) {
    routes(app, channel);
  }
  await app.ready();
  return app;
}

/** Per user, also before the log is asked for anything. */
async function limitRequests(app: App, perMinute: number): Promise<void> {
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: '1 minute',
    hook: 'preHandler',
    enableDraftSpec: true,
    allowList: (request) => request.routeOptions.config.public === true,
    keyGenerator: (request) => (request.caller ? callerOf(request).actor.id : request.ip),
    errorResponseBuilder: (_request, { after, max, ttl }) =>
      new Problem('rate-limited', `Too many requests; go on after ${after}.`, {
        headers: {
          ratelimit: `"user";r=0;t=${Math.ceil(ttl / 1_000)}`,
          'ratelimit-policy': `"user";q=${max};w=60`,
        },
      }),
  });
}
