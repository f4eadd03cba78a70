import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { EventStoreClosedError, InvalidAppendError } from '../../domain/kernel/event-store.js';
import { OutcomeUnknownError } from '../../domain/kernel/handle-command.js';
import { Problem, problemBody, type Place } from '../problem.js';

declare module 'fastify' {
  interface FastifyReply {
    /** Of the problem that it answers. */
    problemCode: string | undefined;
  }
}

/** Every refusal and failure leaves as problem+json. */
export function answerProblems(app: FastifyInstance): void {
  app.decorateReply('problemCode');
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, asProblem(error, request)));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, new Problem('route-not-found', 'There is nothing at this address.')),
  );
}

/** For what fails before a route is found: an address that cannot be decoded, a header too long. */
export function frameworkErrors(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id);
  sendProblem(request, reply, asProblem(error, request));
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  reply.problemCode = problem.code;
  return reply
    .code(problem.status)
    .headers({ ...problem.headers })
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem, request.id)));
}

/** What fastify itself refuses, by its code. */
const REFUSALS: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new Problem('body-too-large', 'The body is larger than this server takes.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new Problem('unsupported-media-type', 'Send the body as application/json.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: new Problem('invalid-request', 'The body is empty.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new Problem(
    'invalid-request',
    'The body has not the length that Content-Length says.',
  ),
  FST_ERR_MAX_PARAM_LENGTH: new Problem('uri-too-long', 'A part of the address is longer than this server takes.'),
  FST_ERR_BAD_URL: new Problem('invalid-request', 'The address cannot be decoded.'),
  FST_ERR_ROUTE_MISSING_HOST: new Problem('invalid-request', 'The Host header is missing.'),
};

function asProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof OutcomeUnknownError)
    return new Problem('outcome-unknown', 'The log did not say whether it was written. Send the same request again.');
  if (error instanceof EventStoreClosedError)
    return new Problem('shutting-down', 'The server is shutting down; nothing was written.');
  if (error instanceof InvalidAppendError)
    return new Problem('body-too-large', 'This is more than one event can hold.');
  if (hasZodFastifySchemaValidationErrors(error))
    return new Problem('invalid-request', 'The request does not have the form that this route takes.', {
      errors: placesOf(error.validation),
    });
  const refusal = REFUSALS[codeOf(error)];
  if (refusal) return refusal;
  request.log.error({ correlationId: request.id, err: error }, 'request failed');
  return new Problem('internal-error', 'Hansard failed at this request; the log of the server says why.');
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

function placesOf(
  issues: readonly { readonly instancePath: string; readonly message?: string | undefined }[],
): Place[] {
  return issues.slice(0, 20).map(({ instancePath, message = 'is not valid' }) => ({ path: instancePath, message }));
}
