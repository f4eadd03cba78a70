import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Answer, ApiNode } from '../../support/api-node.js';

const operation = z.looseObject({
  tags: z.array(z.string()),
  summary: z.string().min(1),
  security: z.array(z.unknown()).optional(),
  requestBody: z.unknown().optional(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: z.unknown() })).default([]),
  responses: z.record(
    z.string(),
    z.object({ description: z.string(), content: z.record(z.string(), z.object({ schema: z.unknown() })).default({}) }),
  ),
});
const methods = z.record(z.enum(['get', 'post', 'put', 'patch', 'delete']), operation.optional());
const documentShape = z.looseObject({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(z.string(), methods),
});

/** Success and media type of every route of the contract that is there. */
const ROUTES = {
  'get /livez': '200 application/json',
  'get /readyz': '200 application/json',
  'get /metrics': '200 text/plain',
  'get /v1/server': '200 application/json',
  'post /v1/categories': '201 application/json',
  'get /v1/categories': '200 application/json',
  'get /v1/categories/{id}': '200 application/json',
  'patch /v1/categories/{id}': '200 application/json',
  'delete /v1/categories/{id}': '204 ',
  'post /v1/rooms': '201 application/json',
  'get /v1/rooms': '200 application/json',
  'get /v1/rooms/{id}': '200 application/json',
  'patch /v1/rooms/{id}': '200 application/json',
  'delete /v1/rooms/{id}': '204 ',
  'post /v1/rooms/{id}/disable': '200 application/json',
  'post /v1/rooms/{id}/enable': '200 application/json',
  ...Object.fromEntries(
    ['members', 'managers', 'presenters'].flatMap((list) => [
      [`get /v1/rooms/{id}/${list}`, '200 application/json'],
      [`put /v1/rooms/{id}/${list}/{principal}`, '204 '],
      [`delete /v1/rooms/{id}/${list}/{principal}`, '204 '],
    ]),
  ),
  'post /v1/rooms/{id}/join': '200 application/json',
  'post /v1/joins': '200 application/json',
  'post /v1/rooms/{id}/part': '204 ',
  'get /v1/rooms/{id}/participants': '200 application/json',
  'post /v1/rooms/{id}/messages': '201 application/json',
  'get /v1/rooms/{id}/messages': '200 application/json',
  'get /v1/rooms/{id}/messages/{seq}': '200 application/json',
  'patch /v1/rooms/{id}/messages/{seq}': '200 application/json',
  'delete /v1/rooms/{id}/messages/{seq}': '200 application/json',
  'get /v1/stream': '200 text/event-stream',
  'post /v1/stream/ticket': '201 application/json',
  'get /v1/events': '200 application/x-ndjson',
  'get /v1/me': '200 application/json',
  'get /v1/me/rooms': '200 application/json',
  'get /v1/users': '200 application/json',
  'get /v1/users/{id}': '200 application/json',
  'post /v1/users/{id}/disable': '200 application/json',
  'post /v1/users/{id}/enable': '200 application/json',
  'get /v1/log': '200 application/x-ndjson',
  'get /v1/reports/{name}': '200 application/json',
  'get /v1/streams/{name}': '200 application/x-ndjson',
  'get /v1/archive/adapters': '200 application/json',
  'get /v1/archive/windows': '200 application/json',
  'post /v1/archive/adapters/{name}/cut': '202 application/json',
} as const satisfies Record<string, string>;

export function openApiRules(node: ApiNode): void {
  const load = async () => documentShape.parse((await node.with().get('/v1/openapi.json')).body);
  const operations = async () =>
    Object.entries((await load()).paths).flatMap(([path, all]) =>
      Object.entries(all).flatMap(([method, one]) => (one ? [{ route: `${method} ${path}`, path, method, one }] : [])),
    );

  describe('the OpenAPI document', () => {
    it('is 3.1 and has every route of the contract with what it answers', async () => {
      const { openapi, info } = await load();
      expect([openapi, info.title]).toEqual(['3.1.0', 'Hansard']);
      const said = (await operations()).map(({ route, one }) => {
        const [status = ''] = Object.keys(one.responses).filter((key) => key.startsWith('2'));
        return [route, `${status} ${Object.keys(one.responses[status]?.content ?? {}).join()}`];
      });
      expect(Object.fromEntries(said)).toMatchObject(ROUTES);
    });

    it('says of every route how it refuses, and of every place in its path what belongs there', async () => {
      for (const { route, path, one } of await operations()) {
        expect(Object.keys(one.responses['default']?.content ?? {}), route).toEqual(['application/problem+json']);
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(
          one.parameters
            .filter((parameter) => parameter.in === 'path')
            .map(({ name }) => name)
            .sort(),
          route,
        ).toEqual(named.sort());
        expect(one.tags, route).toHaveLength(1);
      }
    });

    it("says which headers commands and reads take, and which routes take nobody's token", async () => {
      for (const { route, method, one } of await operations()) {
        const headers = one.parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name);
        const isPublic = ['get /livez', 'get /readyz', 'get /metrics', 'get /v1/server'].includes(route);
        expect(one.security, route).toEqual(isPublic ? [] : undefined);
        if (isPublic) continue;
        const wanted = { get: 'hansard-read-after', post: 'idempotency-key' }[method] ?? 'if-match';
        expect(headers, route).toContain(wanted);
      }
    });

    it('describes what is really answered', async () => {
      const all = new Map((await operations()).map(({ route, one }) => [route, one]));
      const room = await node.room({ privacy: 'open', members: [{ user: 'ada' }, { group: 'desk' }] });
      const [mona, root, olga] = [node.as('mona'), node.as('root', '+admin'), node.as('olga', '+compliance')];
      const category = await node.category({ allowed: [{ user: 'ada' }], settings: { history: 'off' } });
      const post = { text: 'x', kind: 'story', title: 'T', html: '<b>x</b>', claimedTime: '2001-01-01T00:00:00.000Z' };
      const asked: readonly (readonly [string, Answer])[] = [
        ['get /livez', await root.get('/livez')],
        ['get /readyz', await root.get('/readyz')],
        ['get /v1/server', await root.get('/v1/server')],
        ['post /v1/categories', await root.post('/v1/categories', { name: 'x' })],
        ['get /v1/categories', await root.get('/v1/categories?limit=2')],
        ['get /v1/categories/{id}', await root.get(`/v1/categories/${category}`)],
        ['patch /v1/categories/{id}', await root.patch(`/v1/categories/${category}`, { name: 'y' })],
        ['post /v1/rooms', await root.post('/v1/rooms', { name: 'x', categoryId: category })],
        ['get /v1/rooms', await root.get('/v1/rooms?limit=2')],
        ['get /v1/rooms/{id}', await root.get(`/v1/rooms/${room}`)],
        ['patch /v1/rooms/{id}', await mona.patch(`/v1/rooms/${room}`, { topic: 'y' })],
        ['get /v1/rooms/{id}/members', await mona.get(`/v1/rooms/${room}/members`)],
        ['put /v1/rooms/{id}/members/{principal}', await mona.put(`/v1/rooms/${room}/members/user:zoe`)],
        ['post /v1/rooms/{id}/messages', await mona.post(`/v1/rooms/${room}/messages`, post)],
        ['post /v1/rooms/{id}/join', await mona.post(`/v1/rooms/${room}/join`)],
        ['post /v1/joins', await mona.post('/v1/joins', { rooms: [room, 'none'] })],
        ['get /v1/rooms/{id}/participants', await mona.get(`/v1/rooms/${room}/participants`)],
        ['get /v1/rooms/{id}/messages', await mona.get(`/v1/rooms/${room}/messages?around=0&limit=1`)],
        ['get /v1/rooms/{id}/messages/{seq}', await mona.get(`/v1/rooms/${room}/messages/0`)],
        ['patch /v1/rooms/{id}/messages/{seq}', await mona.patch(`/v1/rooms/${room}/messages/0`, { text: 'z' })],
        ['delete /v1/rooms/{id}/messages/{seq}', await mona.delete(`/v1/rooms/${room}/messages/0`)],
        ['post /v1/rooms/{id}/part', await mona.post(`/v1/rooms/${room}/part`)],
        ['post /v1/rooms/{id}/disable', await mona.post(`/v1/rooms/${room}/disable`)],
        ['post /v1/stream/ticket', await mona.post('/v1/stream/ticket')],
        ['get /v1/me', await node.as('mona', '+analyst', '@x').get('/v1/me')],
        ['get /v1/me/rooms', await mona.get('/v1/me/rooms?limit=2')],
        ['get /v1/users', await mona.get('/v1/users?limit=2')],
        ['get /v1/users/{id}', await mona.get('/v1/users/mona')],
        ['get /v1/archive/adapters', await olga.get('/v1/archive/adapters')],
        ['post /v1/archive/adapters/{name}/cut', await olga.post('/v1/archive/adapters/jsonl/cut')],
        ['get /v1/archive/windows', await olga.get('/v1/archive/windows')],
        ['get /v1/rooms/{id}', await root.get('/v1/rooms/none')],
        ['post /v1/rooms', await root.post('/v1/rooms', { name: 7 })],
      ];
      for (const [route, { status, headers, text }] of asked) {
        const answered = all.get(route)?.responses[status < 400 ? String(status) : 'default'];
        expect(answered, `${route} ${status} ${text}`).toBeDefined();
        const schema = answered?.content[(headers['content-type'] ?? '').split(';')[0] ?? '']?.schema;
        if (status === 204) expect([schema, text], route).toEqual([undefined, '']);
        else
          z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).parse(JSON.parse(text), {
            error: () => route,
          });
      }
    });
  });

  describe('no request whatever', () => {
    const awkward = fc.oneof(
      fc.constantFrom(
        '',
        '\0',
        '../..',
        '%',
        "'; DROP TABLE messages; --",
        '{{7*7}}',
        '\u202e',
        '🐈'.repeat(40),
        'constructor',
        '__proto__',
        '-1',
        '1e999',
        'null',
        'user:',
        'user:x',
      ),
      fc.string({ maxLength: 20 }),
    );
    const values = fc.oneof(
      { depthSize: 'small' },
      awkward,
      fc.jsonValue({ maxDepth: 3 }),
      fc.double(),
      fc.maxSafeInteger(),
    );
    const names = [
      'name',
      'text',
      'rooms',
      'history',
      'categoryId',
      'kind',
      'members',
      'settings',
      'replyTo',
      'privacy',
      'reason',
      'limit',
      'cursor',
      'after',
      'before',
      'q',
      'room',
      'types',
      'streams',
      'from',
    ];
    const objects = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 5 })), values, {
      maxKeys: 4,
    });

    it('fails the server, and every refusal is a problem', async () => {
      const all = (await operations()).filter(({ route }) => route !== 'get /v1/stream');
      const who = node.as('fuzz', '+admin', '+analyst', '+compliance');
      const room = await node.room({ privacy: 'open', members: [{ user: 'fuzz' }] });
      const requests = fc.record({
        which: fc.constantFrom(...all),
        parts: fc.array(fc.oneof(awkward, fc.constant(room), fc.constant('0')), { minLength: 2, maxLength: 2 }),
        query: fc.option(fc.dictionary(fc.constantFrom(...names), awkward, { maxKeys: 2 }), { nil: {} }),
        body: fc.option(fc.oneof(objects, values), { nil: undefined }),
        headers: fc.dictionary(
          fc.constantFrom('if-match', 'idempotency-key', 'hansard-read-after', 'x-request-id'),
          fc.string({ maxLength: 12 }),
          { maxKeys: 1 },
        ),
      });
      await fc.assert(
        fc.asyncProperty(requests, async ({ which: { path, method }, parts, query, body, headers }) => {
          const values = parts.values();
          const at = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent((values.next().value ?? '').toWellFormed()));
          const wellFormed = Object.entries(query).map(([name, value]): [string, string] => [
            name,
            value.toWellFormed(),
          ]);
          const url = `${at}?${new URLSearchParams(wellFormed).toString()}`;
          const raw = body === undefined ? {} : { raw: JSON.stringify(body) };
          const verb = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).parse(method.toUpperCase());
          const answer = await who.send(verb, url, undefined, {
            headers: { 'hansard-read-after': node.position, ...headers },
            ...raw,
          });
          expect(answer.status, answer.text).toBeLessThan(500);
          if (answer.status < 400) return;
          expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
          expect(answer.body.code).not.toBe('internal-error');
        }),
        { numRuns: 400 },
      );
    });
  });
}
