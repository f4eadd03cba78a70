import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { decodeJwt, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConnectionLost } from '../../../src/cli/import/api.js';
import { httpApi } from '../../../src/cli/import/http-api.js';
import { injectApi } from '../../../src/cli/import/inject-api.js';
import { developmentTokens, signedTokens } from '../../../src/cli/import/tokens.js';

const ada = { id: 'Aaron.7chome', nick: 'Aaron|home' };
const post = { method: 'POST', path: '/v1/rooms', as: ada, body: { text: 'é' }, key: 'k1' } as const;

let server: Server;
let url: string;
let handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
beforeEach(async () => {
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it('sends body, key and the token of the user, and gives status, JSON and Retry-After', async () => {
  let seen: unknown;
  handle = async (request, response) => {
    const { method, url: path, headers } = request;
    seen = { method, path, auth: headers.authorization, key: headers['idempotency-key'], body: await text(request) };
    response
      .writeHead(429, { 'retry-after': '3', 'content-type': 'application/problem+json' })
      .end('{"code":"rate-limited"}');
  };
  const answer = await httpApi(`${url}/`, developmentTokens()).request(post);
  expect(seen).toEqual({
    method: 'POST',
    path: '/v1/rooms',
    auth: 'Bearer dev-Aaron.7chome',
    key: 'k1',
    body: '{"text":"é"}',
  });
  expect(answer).toEqual({ status: 429, json: { code: 'rate-limited' }, retryAfterMs: 3_000 });
});

it('an answer without a body is no error, and neither is one that is no JSON', async () => {
  handle = (_request, response) => void response.writeHead(204).end();
  expect(await httpApi(url, developmentTokens()).request(post)).toMatchObject({ status: 204, json: undefined });
  handle = (_request, response) => void response.writeHead(502).end('<html>');
  expect(await httpApi(url, developmentTokens()).request(post)).toMatchObject({ status: 502, json: undefined });
});

it('a connection that is cut, or that nobody takes, is a lost connection', async () => {
  handle = (request) => void request.socket.destroy();
  await expect(httpApi(url, developmentTokens()).request(post)).rejects.toThrow(ConnectionLost);
  handle = (_request, response) => {
    response.writeHead(201, { 'content-length': '100' });
    response.write('{"id":');
    response.socket?.destroy();
  };
  await expect(httpApi(url, developmentTokens()).request(post)).rejects.toThrow(ConnectionLost);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(httpApi(url, developmentTokens()).request(post)).rejects.toThrow(/ECONNREFUSED/);
});

it('an app in this process is asked in the same way', async () => {
  let seen: unknown;
  const app = {
    inject: (request: object) => {
      seen = request;
      return Promise.resolve({ statusCode: 201, headers: {}, payload: '{"id":"1"}' });
    },
  };
  const answer = await injectApi(app, developmentTokens('dev-root+admin')).request({ ...post, as: 'admin' });
  expect(answer).toMatchObject({ status: 201, json: { id: '1' } });
  expect(seen).toEqual({
    method: 'POST',
    url: '/v1/rooms',
    payload: '{"text":"é"}',
    headers: { authorization: 'Bearer dev-root+admin', 'content-type': 'application/json', 'idempotency-key': 'k1' },
  });
});

it('a signed token names the nick and gives no role; that of the importer is an admin', async () => {
  const issuer = { issuer: 'hansard', audience: 'here', algorithm: 'HS256', key: Buffer.alloc(32, 1) } as const;
  const tokenOf = signedTokens(issuer);
  const { payload } = await jwtVerify(await tokenOf(ada), issuer.key, { issuer: 'hansard', audience: 'here' });
  expect(payload).toMatchObject({ sub: 'Aaron.7chome', name: 'Aaron|home', roles: [] });
  expect(decodeJwt(await tokenOf('admin'))).toMatchObject({ roles: ['admin'] });
  expect(await tokenOf(ada)).toBe(await tokenOf(ada));
  expect(await signedTokens(issuer, 'given')('admin')).toBe('given');
});
