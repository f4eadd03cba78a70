import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Problem, problemBody } from '../problem.js';

/** While a node stops, what still comes in over open connections is sent elsewhere. */
export function refuseWhenClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  app.addHook('onRequest', (_request, _reply, done) => {
    if (!isClosing) done();
    else
      done(new Problem('shutting-down', 'This node is shutting down; ask again.', { headers: { 'retry-after': '1' } }));
  });
}

/** What never becomes a request: it cannot be read, or comes too slowly. */
export function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(rawAnswer(unreadable(error.code)));
  socket.destroySoon();
}

function unreadable(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request-timeout', 'The request did not arrive in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers-too-large', 'The headers are larger than this server takes.');
    default:
      return new Problem('invalid-request', 'This is no HTTP request.');
  }
}

function rawAnswer(problem: Problem): string {
  const id = randomUUID();
  const body = JSON.stringify(problemBody(problem, id));
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    '',
    body,
  ].join('\r\n');
}
