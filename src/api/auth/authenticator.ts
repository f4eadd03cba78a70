import type { Caller } from '../../domain/caller.js';

/** `undefined`: not a token of ours. One of several ways in. */
export type Authenticator = (token: string) => Promise<Caller | undefined> | Caller | undefined;

/** The first authenticator that knows the token decides. */
export function anyOf(authenticators: readonly Authenticator[]): Authenticator {
  return async (token) => {
    for (const authenticate of authenticators) {
      const caller = await authenticate(token);
      if (caller) return caller;
    }
    return undefined;
  };
}

const CACHED = 5_000;

/** Development tokens never end, so what one says need not be read again. */
export function remembered(authenticate: (token: string) => Caller | undefined): Authenticator {
  const callers = new Map<string, Caller>();
  return (token) => {
    const before = callers.get(token);
    if (before) return before;
    const caller = authenticate(token);
    if (!caller) return undefined;
    if (callers.size >= CACHED) callers.clear();
    callers.set(token, caller);
    return caller;
  };
}
