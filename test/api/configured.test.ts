import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, SignJWT, UnsecuredJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { localIssuer, signToken } from '../../src/config/local-tokens.js';
import { apiNode } from '../support/api-node.js';
import { expectRefused } from '../support/refused.js';

const KEY = Buffer.alloc(32, 3);
const ISSUER = 'https://issuer.example';
const PER_MINUTE = 20;
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2_048 });
const [first, second, stranger] = [rsa(), rsa(), rsa()];

/** A node as it is run in production: tokens of an issuer and of its own, a limit of requests, an archive that cannot be written. */
const node = apiNode({
  mode: 'production',
  env(folder) {
    mkdirSync(join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'no-folder'), 'a file');
    const jwks = [first, second].map((pair, index) => ({
      ...pair.publicKey.export({ format: 'jwk' }),
      kid: `k${index + 1}`,
      alg: 'RS256',
      use: 'sig',
    }));
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: jwks }));
    return {
      HANSARD_KEY: KEY.toString('hex'),
      HANSARD_ARCHIVE: join(folder, 'no-folder', 'archive'),
      HANSARD_ARCHIVE_ADAPTERS: 'jsonl',
      HANSARD_RATE_LIMIT: String(PER_MINUTE),
      HANSARD_OIDC_ISSUER: ISSUER,
      HANSARD_OIDC_AUDIENCE: 'chat',
      HANSARD_OIDC_JWKS_FILE: join(folder, 'jwks.json'),
    };
  },
});

const now = () => Math.floor(Date.now() / 1_000);
type Claims = Readonly<Record<string, unknown>>;
const claims = (more: Claims = {}): Claims => ({
  sub: 'ada',
  iss: ISSUER,
  aud: 'chat',
  exp: now() + 600,
  ...more,
});

/** Signed by the issuer's first key unless told otherwise; a claim that is `undefined` is left out. */
function issued(
  more: Claims = {},
  { key = first.privateKey, ...header }: Partial<JWTHeaderParameters> & { key?: Parameters<SignJWT['sign']>[0] } = {},
) {
  const payload = JSON.parse(JSON.stringify(claims(more))) as JWTPayload;
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key);
}

const local = () => localIssuer({ deployment: 'local', auth: { oidc: undefined, tokenKey: undefined } }, KEY);
const ownToken = (sub: string, more = {}, seconds = 600) =>
  signToken(local(), { sub, ...more }, { now: new Date(), seconds });
const me = async (token: string | Promise<string>) => node.with(await token).get('/v1/me');

describe('a token of the issuer', () => {
  it('says who asks', async () => {
    const all = {
      name: 'Ada Lovelace',
      email: 'ada@example.org',
      groups: ['desk', 'ü'],
      roles: ['admin', 'king'],
      internal: false,
    };
    expect((await me(issued(all))).body).toEqual({ id: 'ada', disabled: false, ...all, roles: ['admin'] });
    expect((await me(issued({ sub: 'plain' }))).body).toEqual({
      id: 'plain',
      name: 'plain',
      email: '',
      groups: [],
      roles: [],
      internal: true,
      disabled: false,
    });
  });

  it('is checked with the configured key that its kid names', async () => {
    expect((await me(issued({}, { kid: 'k2', key: second.privateKey }))).status).toBe(200);
    expectRefused(await me(issued({}, { kid: 'k2' })), 'token-invalid');
    expectRefused(await me(issued({}, { kid: 'k3' })), 'token-invalid');
    expectRefused(await me(issued({}, { kid: '../../etc/passwd' })), 'token-invalid');
    expectRefused(await me(issued({}, { key: stranger.privateKey })), 'token-invalid');
  });

  it('cannot bring the key that it is checked with', async () => {
    const jwk = await exportJWK(stranger.publicKey);
    const key = stranger.privateKey;
    const brought = [
      { jwk },
      { jku: 'http://127.0.0.1:1/keys' },
      { x5u: 'http://127.0.0.1:1/cert' },
      { x5c: ['MAA='] },
    ];
    for (const header of brought) {
      expectRefused(await me(issued({}, { ...header, key })), 'token-invalid');
      expect((await me(issued({}, header))).status).toBe(200);
    }
  });

  it('is for this audience, of this issuer, and has not ended or not yet begun', async () => {
    const bad: Claims[] = [
      { iss: 'https://other.example' },
      { iss: undefined },
      { aud: 'mail' },
      { aud: undefined },
      { aud: ['mail', 'files'] },
      { exp: now() - 60 },
      { exp: undefined },
      { nbf: now() + 600 },
    ];
    for (const more of bad) expectRefused(await me(issued(more)), 'token-invalid');
    expect((await me(issued({ aud: ['mail', 'chat'] }))).status).toBe(200);
  });

  it('names somebody', async () => {
    const subjects: unknown[] = [undefined, '', 7, 'x'.repeat(256), 'a\0b', '\ud800', ['ada'], null];
    for (const sub of subjects) expectRefused(await me(issued({ sub })), 'token-invalid');
    for (const more of [{ groups: 'desk' }, { groups: [''] }, { roles: 'admin' }, { internal: 'no' }, { name: 7 }])
      expectRefused(await me(issued(more)), 'token-invalid');
  });

  it('is signed with the one algorithm of its issuer', async () => {
    expectRefused(await me(new UnsecuredJWT(claims()).encode()), 'token-invalid');
    const pem = Buffer.from(first.publicKey.export({ type: 'spki', format: 'pem' }));
    for (const key of [pem, KEY, new Uint8Array(32)])
      expectRefused(await me(issued({}, { alg: 'HS256', key })), 'token-invalid');
    for (const alg of ['PS256', 'RS512']) expectRefused(await me(issued({}, { alg })), 'token-invalid');
    const token = await issued();
    const [head = '', payload = '', signature = ''] = token.split('.');
    const forged = Buffer.from(JSON.stringify(claims({ roles: ['admin'] }))).toString('base64url');
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const bad of [
      `${head}.${forged}.${signature}`,
      `${head}.${payload}.`,
      `${unsigned}.${payload}.`,
      `${unsigned}.${payload}.${signature}`,
      `${head}.${payload}`,
      `${token}.x`,
    ])
      expectRefused(await me(bad), 'token-invalid');
  });
});

describe('a token of this deployment', () => {
  it('says who asks, and is signed with its own key', async () => {
    const own = { name: 'Olga', email: 'o@example.org', groups: ['g'], roles: ['compliance'], internal: true };
    expect((await me(ownToken('olga', own))).body).toEqual({ id: 'olga', disabled: false, ...own });
    expectRefused(await me(ownToken('olga', {}, -60)), 'token-invalid');
    const other = localIssuer(
      { deployment: 'local', auth: { oidc: undefined, tokenKey: undefined } },
      Buffer.alloc(32, 4),
    );
    const elsewhere = { ...local(), audience: 'elsewhere' };
    for (const issuer of [other, elsewhere, { ...local(), issuer: ISSUER }])
      expectRefused(await me(signToken(issuer, { sub: 'olga' }, { now: new Date(), seconds: 600 })), 'token-invalid');
    expectRefused(
      await me(
        new SignJWT(claims({ iss: 'hansard', aud: 'local' })).setProtectedHeader({ alg: 'HS512' }).sign(local().key),
      ),
      'token-invalid',
    );
  });

  it('is no development token: those are nothing here', async () => {
    for (const user of ['ada', 'root']) expectRefused(await node.as(user, '+admin').get('/v1/me'), 'token-invalid');
  });
});

describe('requests', () => {
  it('are limited by user and minute, with the time to wait for', async () => {
    const [busy, calm] = [node.with(await ownToken('busy')), node.with(await ownToken('calm'))];
    for (let left = PER_MINUTE - 1; left >= 0; left -= 1) {
      const answer = left % 2 === 0 ? await busy.get('/v1/me') : await busy.get('/v1/rooms/none');
      expect(answer.status).toBe(left % 2 === 0 ? 200 : 404);
      expect(answer.headers).toMatchObject({
        'ratelimit-limit': String(PER_MINUTE),
        'ratelimit-remaining': String(left),
      });
    }
    for (const answer of [await busy.get('/v1/me'), await busy.post('/v1/rooms/none/messages', { text: 'x' })]) {
      expectRefused(answer, 'rate-limited');
      expect(answer.headers).toMatchObject({ 'ratelimit-remaining': '0', 'ratelimit-limit': String(PER_MINUTE) });
      const wait = Number(answer.headers['retry-after']);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      expect(answer.headers).toMatchObject({
        ratelimit: expect.stringMatching(/^"user";r=0;t=\d+$/) as string,
        'ratelimit-policy': `"user";q=${PER_MINUTE};w=60`,
      });
    }
    expect((await calm.get('/v1/me')).status).toBe(200);
  });

  it('for probes and documents are not counted', async () => {
    for (let more = 0; more < PER_MINUTE * 2; more += 1) expect((await node.with().get('/livez')).status).toBe(200);
    expect((await node.with().get('/v1/openapi.json')).headers).not.toHaveProperty('ratelimit-limit');
  });
});

describe('an archive that cannot be written', () => {
  it('says so, and closes no window', async () => {
    const officer = node.with(await ownToken('olga', { roles: ['compliance'] }));
    await expect
      .poll(async () => (await officer.post('/v1/archive/adapters/jsonl/cut')).body.code, {
        timeout: 15_000,
        interval: 1_000,
      })
      .toBe('archive-blocked');
    expectRefused(await officer.post('/v1/archive/adapters/jsonl/cut'), 'archive-blocked');
    expect((await officer.get('/v1/archive/adapters')).body.items).toMatchObject([
      { name: 'jsonl', state: 'blocked', message: expect.stringContaining('no folder') as string },
    ]);
  });
});
