import { headersOf, jsonOrUndefined, retryAfterMs, type Api, type TokenOf } from './api.js';

interface Injected {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly payload?: string;
}

/** What is needed of a fastify app. */
export interface Injectable {
  inject(request: Injected): Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly payload: string;
  }>;
}

/** A server in this process, without a socket. */
export function injectApi(app: Injectable, tokenOf: TokenOf): Api {
  return {
    async request(request) {
      const { method, path: url, as, body } = request;
      const headers = headersOf(request, await tokenOf(as));
      const answer = await app.inject({ method, url, headers, ...(body && { payload: JSON.stringify(body) }) });
      const json = jsonOrUndefined(answer.payload);
      return { status: answer.statusCode, json, retryAfterMs: retryAfterMs(answer.headers['retry-after']) };
    },
  };
}
