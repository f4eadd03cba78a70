import { ConnectionLost, type Api, type ApiAnswer, type ApiRequest } from './api.js';

export interface Persistence {
  /** Resolves after so many milliseconds; rejects when the import is called off. */
  readonly delay: (ms: number) => Promise<void>;
  /** Tries of one request before the import gives up. */
  readonly tries?: number;
}

/** Answers that say "not now". */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
const TRIES = 30;

/** Sends a request again, with the same key, while the server is away or says "not now": what was lost is then answered as the first time. */
export function persistentApi(api: Api, { delay, tries = TRIES }: Persistence): Api {
  const attempt = async (request: ApiRequest): Promise<ApiAnswer | ConnectionLost> => {
    try {
      return await api.request(request);
    } catch (error) {
      if (error instanceof ConnectionLost) return error;
      throw error;
    }
  };
  return {
    async request(request) {
      let pause = FIRST_DELAY_MS;
      for (let left = tries; ; left -= 1) {
        const outcome = await attempt(request);
        const lost = outcome instanceof ConnectionLost;
        if (!lost && !LATER.has(outcome.status)) return outcome;
        if (left <= 1) throw lost ? outcome : new ConnectionLost(`it answers ${outcome.status} again and again`);
        await delay(lost ? pause : (outcome.retryAfterMs ?? pause));
        pause = Math.min(pause * 2, LONGEST_DELAY_MS);
      }
    },
  };
}
