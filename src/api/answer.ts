import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from './commands/once.js';
import { Problem } from './problem.js';
import type { Services } from './services.js';

/** Every command's answer names its position, so that its sender can read behind it. */
export function send<Body>(
  reply: FastifyReply,
  { sequences }: Services,
  { status, body, position, headers }: Answer<Body>,
): FastifyReply {
  return reply
    .code(status)
    .header('hansard-position', sequences.encode(position))
    .headers({ ...headers })
    .send(body);
}

export function etag(revision: number): string {
  return `"${revision}"`;
}

const ETAG = /^(?:W\/)?"(0|[1-9]\d{0,15})"$/;

/** The revision that `If-Match` asks for; `*` is any. */
export function ifMatch({ headers }: FastifyRequest): number | undefined {
  const given = headers['if-match'];
  if (given === undefined || given === '*') return undefined;
  const revision = ETAG.exec(given)?.[1];
  if (revision === undefined) throw new Problem('invalid-request', 'If-Match must be one ETag of this resource.');
  return Number(revision);
}
