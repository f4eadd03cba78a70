import type { ImportedUser } from './commands.js';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** From `/v1` on. */
  readonly path: string;
  readonly as: 'admin' | ImportedUser;
  readonly body?: object;
  readonly key?: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** Undefined when the answer has no body, or no JSON. */
  readonly json: unknown;
  readonly retryAfterMs?: number | undefined;
}

/** The way to the server. Throws ConnectionLost when it is not known what became of a request. */
export interface Api {
  request(request: ApiRequest): Promise<ApiAnswer>;
}

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** Bearer tokens. */
export type TokenOf = (as: ApiRequest['as']) => string | Promise<string>;

export function headersOf({ key, body }: ApiRequest, token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    ...(body && { 'content-type': 'application/json' }),
    ...(key !== undefined && { 'idempotency-key': key }),
  };
}

export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `Retry-After` in seconds, the form that Hansard sends. */
export function retryAfterMs(header: unknown): number | undefined {
  const seconds = typeof header === 'string' ? Number(header) : Number.NaN;
  return seconds >= 0 ? seconds * 1_000 : undefined;
}
