import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConfigurationError, deploymentKey } from '../../src/config/deployment-key.js';
import { localIssuer, signToken } from '../../src/config/local-tokens.js';

let data: string;
beforeEach(() => {
  data = join(mkdtempSync(join(tmpdir(), 'hansard-key-')), 'data');
});
afterEach(() => rmSync(join(data, '..'), { recursive: true }));

it('the first start makes a key, for the owner alone, and every later one finds it', () => {
  const first = deploymentKey({ key: undefined, data });
  expect(first).toHaveLength(32);
  expect(readdirSync(data)).toEqual(['deployment.key']);
  expect(statSync(join(data, 'deployment.key')).mode & 0o777).toBe(0o600);
  expect(deploymentKey({ key: undefined, data })).toEqual(first);
});

it('two deployments have two keys', () => {
  const other = join(data, 'other');
  expect(deploymentKey({ key: undefined, data })).not.toEqual(deploymentKey({ key: undefined, data: other }));
});

it('a given key leaves the data folder alone', () => {
  const given = Buffer.alloc(32, 7);
  expect(deploymentKey({ key: { given }, data })).toBe(given);
  expect(() => statSync(data)).toThrow();
});

it.each([
  ['hex', Buffer.alloc(32, 0xab).toString('hex')],
  ['base64', `${Buffer.alloc(32, 0xab).toString('base64')}\n`],
  ['base64url', Buffer.alloc(32, 0xab).toString('base64url')],
])('a key file may hold %s', (_name, content) => {
  const file = join(data, '..', 'key');
  writeFileSync(file, content);
  expect(deploymentKey({ key: { file }, data })).toEqual(Buffer.alloc(32, 0xab));
});

it('a key file that is missing, empty or short is refused, and so is a damaged one of the data folder', () => {
  const file = join(data, '..', 'key');
  expect(() => deploymentKey({ key: { file }, data })).toThrow(ConfigurationError);
  writeFileSync(file, '');
  expect(() => deploymentKey({ key: { file }, data })).toThrow(/at least 32 bytes/);
  mkdirSync(data);
  writeFileSync(join(data, 'deployment.key'), 'abc');
  expect(() => deploymentKey({ key: undefined, data })).toThrow(/deployment\.key/);
  expect(readFileSync(join(data, 'deployment.key'), 'utf8')).toBe('abc');
  chmodSync(join(data, 'deployment.key'), 0o600);
});

it('a local token is verified by the issuer it was made for, and by no other deployment', async () => {
  const key = Buffer.alloc(32, 1);
  const auth = { oidc: undefined, tokenKey: undefined };
  const issuer = localIssuer({ deployment: 'here', auth }, key);
  const token = await signToken(
    issuer,
    { sub: 'ada', roles: ['admin'], internal: true },
    { now: new Date(), seconds: 60 },
  );
  expect(decodeProtectedHeader(token).alg).toBe('HS256');
  const check = ({ issuer: iss, audience, algorithm, key: secret }: typeof issuer) =>
    jwtVerify(token, secret, { issuer: iss, audience, algorithms: [algorithm], requiredClaims: ['exp', 'sub'] });
  expect((await check(issuer)).payload).toMatchObject({ sub: 'ada', roles: ['admin'], internal: true, aud: 'here' });
  await expect(check(localIssuer({ deployment: 'there', auth }, key))).rejects.toThrow();
  await expect(check(localIssuer({ deployment: 'here', auth }, Buffer.alloc(32, 2)))).rejects.toThrow();
});

it('the key that signs tokens is not the deployment key itself', () => {
  const key = Buffer.alloc(32, 1);
  const { key: signing } = localIssuer({ deployment: 'here', auth: { oidc: undefined, tokenKey: undefined } }, key);
  expect(Buffer.from(signing)).not.toEqual(key);
});
