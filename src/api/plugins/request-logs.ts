import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logger.js';

/**
 * One line a request, under its correlation id: what is refused at `info`, what fails at `warn`, all else at `debug`. It names the
 * route, not the address, because a query may hold what somebody searches for; never a body, never a token.
 */
export function logRequests(app: FastifyInstance, logger: Logger): void {
  app.addHook('onResponse', (request, reply, done) => {
    logger[levelOf(reply.statusCode)](factsOf(request, reply), 'request');
    done();
  });
}

function levelOf(status: number): 'debug' | 'info' | 'warn' {
  if (status >= 500) return 'warn';
  return status >= 400 ? 'info' : 'debug';
}

function factsOf(request: FastifyRequest, reply: FastifyReply) {
  return {
    correlationId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? 'none',
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 100) / 100,
    user: request.caller?.actor.id,
    ...(reply.problemCode !== undefined && { code: reply.problemCode }),
  };
}
