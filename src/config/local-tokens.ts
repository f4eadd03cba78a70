import { hkdfSync } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Config } from './config.js';
import { LOCAL_ISSUER } from './contradictions.js';

/** What the tokens that `hansard token` makes are checked against: issuer, audience, one algorithm and one key. */
export interface LocalIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithm: 'HS256';
  readonly key: Uint8Array;
}

/** Signs with HANSARD_TOKEN_KEY, or else with a key of its own made of the deployment key. */
export function localIssuer(
  { deployment, auth }: Pick<Config, 'deployment' | 'auth'>,
  deploymentKey: Buffer,
): LocalIssuer {
  const key = auth.tokenKey ?? new Uint8Array(hkdfSync('sha256', deploymentKey, '', 'hansard local tokens', 32));
  return { issuer: LOCAL_ISSUER, audience: deployment, algorithm: 'HS256', key };
}

export interface TokenClaims {
  readonly sub: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly internal?: boolean | undefined;
}

/** A JWT with the claims of docs: valid from now for so many seconds. */
export function signToken(
  { issuer, audience, algorithm, key }: LocalIssuer,
  { sub, ...claims }: TokenClaims,
  { now, seconds }: { readonly now: Date; readonly seconds: number },
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1_000);
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
    .setSubject(sub)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + seconds)
    .sign(key);
}
