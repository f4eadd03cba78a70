import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { localIssuer, signToken } from '../../src/config/local-tokens.js';
import { apiNode } from '../support/api-node.js';
import { expectRefused } from '../support/refused.js';

const KEY = Buffer.alloc(32, 3);
const ISSUER = 'https://issuer.example';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });

/** Nobody listens where the issuer's keys would be. */
const node = apiNode({
  mode: 'production',
  env: () => ({
    HANSARD_KEY: KEY.toString('hex'),
    HANSARD_OIDC_ISSUER: ISSUER,
    HANSARD_OIDC_AUDIENCE: 'chat',
    HANSARD_OIDC_JWKS_URL: 'http://127.0.0.1:1/keys',
  }),
});

const now = new Date();
const issued = (iss: string) =>
  new SignJWT({ sub: 'ada', iss, aud: 'chat', exp: Math.floor(now.getTime() / 1_000) + 600 })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .sign(privateKey);

it('an issuer whose keys cannot be had is said so; tokens that are not its own are answered as ever', async () => {
  const away = await node.with(await issued(ISSUER)).get('/v1/me');
  expectRefused(away, 'issuer-unavailable');
  expect([away.status, away.headers['retry-after']]).toStrictEqual([503, '5']);
  expectRefused(await node.with(await issued('https://other.example')).get('/v1/me'), 'token-invalid');
  const issuer = localIssuer({ deployment: 'local', auth: { oidc: undefined, tokenKey: undefined } }, KEY);
  const own = await signToken(issuer, { sub: 'olga' }, { now, seconds: 600 });
  expect((await node.with(own).get('/v1/me')).status).toBe(200);
});
