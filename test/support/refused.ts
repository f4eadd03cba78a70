import { expect } from 'vitest';
import type { Answer } from './api-node.js';

/** The codes and statuses of the contract, written down a second time: changing one of them breaks clients. */
export const STATUSES = {
  'invalid-request': 400,
  'invalid-cursor': 400,
  'invalid-query': 400,
  'token-invalid': 401,
  'not-an-admin': 403,
  'not-an-analyst': 403,
  'not-an-officer': 403,
  'not-a-creator': 403,
  'not-a-manager': 403,
  'not-a-member': 403,
  'not-a-presenter': 403,
  'not-the-author': 403,
  'not-in-scope': 403,
  'room-disabled': 403,
  'user-disabled': 403,
  'route-not-found': 404,
  'room-not-found': 404,
  'category-not-found': 404,
  'message-not-found': 404,
  'reply-target-not-found': 404,
  'file-not-found': 404,
  'user-not-found': 404,
  'stream-not-found': 404,
  'adapter-not-found': 404,
  'request-timeout': 408,
  'duplicate-name': 409,
  'presenter-not-member': 409,
  'presenters-only-in-auditorium': 409,
  'category-not-empty': 409,
  'message-redacted': 409,
  'room-exists': 409,
  'category-exists': 409,
  'window-open': 409,
  'revision-conflict': 412,
  'message-too-large': 413,
  'body-too-large': 413,
  'uri-too-long': 414,
  'unsupported-media-type': 415,
  'idempotency-mismatch': 422,
  'rate-limited': 429,
  'headers-too-large': 431,
  'internal-error': 500,
  'search-busy': 503,
  'issuer-unavailable': 503,
  'outcome-unknown': 503,
  'read-model-behind': 503,
  'archive-blocked': 503,
  'shutting-down': 503,
} as const;

/** The answer is this problem, whole, as RFC 9457 has it. */
export function expectRefused({ status, headers, body, text }: Answer, code: keyof typeof STATUSES): void {
  expect({ status, code: body.code }, text).toEqual({ status: STATUSES[code], code });
  expect(body).toEqual({
    type: `urn:hansard:problem:${code}`,
    title: expect.stringMatching(/./) as string,
    status,
    code,
    detail: expect.stringMatching(/./) as string,
    requestId: headers['x-request-id'],
    ...('errors' in body && { errors: body['errors'] }),
  });
  expect(headers['content-type']).toMatch(/^application\/problem\+json(; charset=utf-8)?$/);
}
