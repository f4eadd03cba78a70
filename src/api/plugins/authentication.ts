import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller, Role } from '../../domain/caller.js';
import type { CommandContext } from '../../domain/kernel/command.js';
import type { IdempotencyMark } from '../../domain/kernel/event.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Principals } from '../commands/principals.js';
import type { Tickets } from '../live/tickets.js';
import { Problem, type ProblemCode } from '../problem.js';
import type { Services } from '../services.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route but the public ones. */
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    /** No token is asked for. */
    public?: true;
    /** `?ticket=` stands for the token: a browser's stream cannot send one. */
    ticket?: true;
  }
}

const BEARER = /^Bearer ([^\s,]+)$/i;

/** Who asks: from the bearer token alone, never from the query. A user is registered at first sight; a disabled one is refused. */
export function authenticateCallers(
  app: FastifyInstance,
  authenticate: Authenticator,
  principals: Principals,
  tickets: Tickets,
  { directory }: Services,
): void {
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request) => {
    const { config } = request.routeOptions;
    if (config.public || request.is404) return;
    const ticket = config.ticket ? ticketOf(request.query) : undefined;
    const caller = ticket === undefined ? await bearer(request, authenticate) : redeemed(tickets, ticket);
    await admit(caller, request.id, principals, directory);
    request.caller = caller;
  });
}

function ticketOf(query: unknown): string | undefined {
  const known = typeof query === 'object' && query !== null && 'ticket' in query;
  return known && typeof query.ticket === 'string' ? query.ticket : undefined;
}

function redeemed(tickets: Tickets, ticket: string): Caller {
  const caller = tickets.redeem(ticket);
  if (!caller) throw new Problem('token-invalid', 'The ticket was used, or its 30 seconds are over.');
  return caller;
}

async function bearer(request: FastifyRequest, authenticate: Authenticator): Promise<Caller> {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
  const caller = token === undefined ? undefined : await authenticate(token);
  if (!caller) {
    throw new Problem('token-invalid', 'Send a valid bearer token in the Authorization header.', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  return caller;
}

async function admit(
  caller: Caller,
  correlationId: string,
  principals: Principals,
  directory: Services['directory'],
): Promise<void> {
  await principals.see(caller, correlationId);
  if (directory.principal(caller.actor.id)?.disabled) throw new Problem('user-disabled', 'This user is disabled.');
}

export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error(`${request.routeOptions.url ?? request.url} has no caller`);
  return request.caller;
}

const ROLE_PROBLEMS = {
  admin: 'not-an-admin',
  analyst: 'not-an-analyst',
  compliance: 'not-an-officer',
  operator: 'not-an-operator',
} as const satisfies Partial<Record<Role, ProblemCode>>;

/** Refuses everybody who has not the role. */
export function callerWith(request: FastifyRequest, role: keyof typeof ROLE_PROBLEMS): Caller {
  const caller = callerOf(request);
  if (!caller.roles.includes(role)) throw new Problem(ROLE_PROBLEMS[role], `This needs the role ${role}.`);
  return caller;
}

/** What the events of this request record of it. */
export function contextOf(request: FastifyRequest, { node }: Services, idempotency?: IdempotencyMark): CommandContext {
  return { actor: callerOf(request).actor, node, correlationId: request.id, ...(idempotency && { idempotency }) };
}
