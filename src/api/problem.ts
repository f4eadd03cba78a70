import type { Rejection } from '../domain/kernel/decider.js';

/** The stable codes of the HTTP contract, each with its status and title. The only place where a code becomes HTTP. */
const PROBLEMS = {
  'invalid-request': [400, 'The request is not valid'],
  'invalid-cursor': [400, 'The cursor cannot be read'],
  'invalid-query': [400, 'The search query cannot be read'],
  'token-invalid': [401, 'A valid token is needed'],
  'not-an-admin': [403, 'Only administrators may do this'],
  'not-an-analyst': [403, 'Only analysts may do this'],
  'not-an-officer': [403, 'Only compliance officers may do this'],
  'not-an-operator': [403, 'Only operators may do this'],
  'not-a-creator': [403, 'Only creators of the category may do this'],
  'not-a-manager': [403, 'Only managers of the room may do this'],
  'not-a-member': [403, 'Only members of the room may do this'],
  'not-a-presenter': [403, 'Only presenters post in an auditorium'],
  'not-the-author': [403, 'Only the author may edit a message'],
  'not-in-scope': [403, 'The category does not admit this principal'],
  'room-disabled': [403, 'The room is disabled'],
  'user-disabled': [403, 'The user is disabled'],
  'route-not-found': [404, 'There is nothing here'],
  'room-not-found': [404, 'There is no such room'],
  'category-not-found': [404, 'There is no such category'],
  'message-not-found': [404, 'There is no such message'],
  'reply-target-not-found': [404, 'There is no message to reply to'],
  'file-not-found': [404, 'There is no such file'],
  'user-not-found': [404, 'There is no such user'],
  'stream-not-found': [404, 'There is no such stream'],
  'report-not-found': [404, 'There is no such report'],
  'adapter-not-found': [404, 'There is no such archive adapter'],
  'projection-not-found': [404, 'There is no such read model'],
  'task-not-found': [404, 'There is no such task'],
  'parked-event-not-found': [404, 'There is no such parked event'],
  'request-timeout': [408, 'The request came too slowly'],
  'duplicate-name': [409, 'The name is taken'],
  'presenter-not-member': [409, 'A presenter must be a member'],
  'presenters-only-in-auditorium': [409, 'Only an auditorium has presenters'],
  'category-not-empty': [409, 'The category is not empty'],
  'message-redacted': [409, 'The message was redacted'],
  'room-exists': [409, 'The room exists'],
  'category-exists': [409, 'The category exists'],
  'window-open': [409, 'The window before is not published yet'],
  'projection-busy': [409, 'The read model is being worked on'],
  'revision-conflict': [412, 'The resource has changed'],
  'message-too-large': [413, 'The message is too large'],
  'body-too-large': [413, 'The body is too large'],
  'uri-too-long': [414, 'The address is too long'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'idempotency-mismatch': [422, 'The idempotency key was used for another request'],
  'rate-limited': [429, 'Too many requests'],
  'headers-too-large': [431, 'The headers are too large'],
  'internal-error': [500, 'Hansard failed'],
  'search-busy': [503, 'Too many searches at once'],
  'issuer-unavailable': [503, 'The issuer of the token does not answer'],
  'outcome-unknown': [503, 'The log did not answer; send the same request again'],
  'read-model-behind': [503, 'The read model is behind'],
  'archive-blocked': [503, 'The archive is blocked'],
  'shutting-down': [503, 'The server is shutting down'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface Place {
  readonly path?: string;
  readonly offset?: number;
  readonly message: string;
}

/** Thrown by routes and plugins; the error handler makes the answer of it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly Place[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    { errors, headers = {} }: { errors?: readonly Place[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }
}

/** RFC 9457. */
export function problemBody({ code, status, message, errors }: Problem, requestId: string) {
  return {
    type: `urn:hansard:problem:${code}`,
    title: PROBLEMS[code][1],
    status,
    code,
    detail: message,
    requestId,
    ...(errors && { errors }),
  };
}

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** A decider's no as a problem. */
export function problemOf({ code, detail }: Rejection): Problem {
  return isProblemCode(code) ? new Problem(code, detail) : new Problem('internal-error', `unmapped rejection ${code}`);
}

/** What a secret room and an unknown one answer alike. */
export function roomNotFound(): Problem {
  return new Problem('room-not-found', 'There is no room with this id, or you may not know of it.');
}
