import { ConnectionLost, headersOf, jsonOrUndefined, retryAfterMs, type Api, type TokenOf } from './api.js';

const TIMEOUT_MS = 30_000;

/** A running server. */
export function httpApi(url: string, tokenOf: TokenOf): Api {
  const base = url.replace(/\/+$/, '');
  return {
    async request(request) {
      const headers = headersOf(request, await tokenOf(request.as));
      const body = request.body && JSON.stringify(request.body);
      try {
        const answer = await fetch(base + request.path, {
          method: request.method,
          headers,
          ...(body !== undefined && { body }),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const json = jsonOrUndefined(await answer.text());
        return { status: answer.status, json, retryAfterMs: retryAfterMs(answer.headers.get('retry-after')) };
      } catch (error) {
        throw new ConnectionLost(reasonOf(error), { cause: error });
      }
    },
  };
}

/** `fetch failed` says nothing; what it was caused by does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
