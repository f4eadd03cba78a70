import { decodeJwt, errors, jwtVerify, type CryptoKey, type JWTVerifyGetKey, type KeyObject } from 'jose';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.js';
import { SYSTEM } from '../../domain/kernel/event.js';
import { principalId, text } from '../../domain/catalogue/values.js';
import { Problem } from '../problem.js';
import type { Authenticator } from './authenticator.js';

/** An issuer whose tokens are accepted: one algorithm, keys that were configured, never those that a token brings. */
export interface Issuer {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithm: string;
  readonly key: CryptoKey | KeyObject | Uint8Array | JWTVerifyGetKey;
}

const claims = z.object({
  sub: principalId.refine((id) => id !== SYSTEM.id),
  name: text.max(255).optional(),
  email: text.max(255).optional(),
  groups: z.array(principalId).default([]),
  roles: z.array(z.string()).default([]),
  internal: z.boolean().default(true),
});

const ROLES = ['admin', 'compliance', 'analyst', 'operator'] as const;

/** Signature, `alg`, `iss`, `aud` and `exp` are checked; `jwk`, `jku` and `x5u` are never followed. */
export function jwtAuthenticator({ issuer, audience, algorithm, key }: Issuer): Authenticator {
  const resolve: JWTVerifyGetKey = typeof key === 'function' ? key : () => key;
  return async (token) => {
    if (issuerOf(token) !== issuer) return undefined; // nobody's keys are asked for on its account
    const payload = await verified(token, resolve, { issuer, audience, algorithms: [algorithm] });
    const parsed = claims.safeParse(payload);
    return parsed.success ? callerOf(parsed.data) : undefined;
  };
}

async function verified(
  token: string,
  key: JWTVerifyGetKey,
  options: { issuer: string; audience: string; algorithms: string[] },
) {
  try {
    const { payload } = await jwtVerify(token, key, { ...options, requiredClaims: ['sub', 'exp', 'iss', 'aud'] });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) return undefined;
    throw new Problem('issuer-unavailable', 'The keys of the issuer of this token cannot be had now; try again.', {
      headers: { 'retry-after': '5' },
    });
  }
}

function issuerOf(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined; // no JWT
  }
}

function callerOf({ sub, name = sub, email = '', groups, roles, internal }: z.infer<typeof claims>): Caller {
  return { actor: { id: sub, name, email, internal }, groups, roles: ROLES.filter((role) => roles.includes(role)) };
}
