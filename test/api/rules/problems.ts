import { describe, expect, it } from 'vitest';
import type { ApiNode } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

/** What is refused before any route has its say. */
export function problemRules(node: ApiNode): void {
  describe('a request that cannot be understood', () => {
    const post = (raw: string | Buffer, headers = {}) =>
      node.as('root', '+admin').post('/v1/categories', undefined, { raw, headers });
    const categories = async () => (await node.as('root', '+admin').all('/v1/categories?limit=500')).length;

    it('is answered with the id that it brought, or with a new one when that is not valid', async () => {
      const ask = (id: string) => node.as('ada').get('/v1/rooms/none', { headers: { 'x-request-id': id } });
      for (const id of ['a', 'A-1._b', 'x'.repeat(128)]) {
        const answer = await ask(id);
        expectRefused(answer, 'room-not-found');
        expect(answer.body.requestId).toBe(id);
      }
      for (const id of ['', 'x'.repeat(129), 'two words', 'a/b', 'a\u00e9']) {
        const answer = await ask(id);
        expectRefused(answer, 'room-not-found');
        expect(answer.body.requestId).not.toBe(id);
        expect(answer.body.requestId).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
      }
    });

    it('asks for an address that is not there, with a token or without', async () => {
      for (const path of ['/', '/v1', '/v1/nothing', '/V1/rooms', '/v1//rooms', '/docs/../v1/none']) {
        expectRefused(await node.as('ada').get(path), 'route-not-found');
        expectRefused(await node.with().get(path), 'route-not-found');
      }
      for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const)
        expectRefused(await node.as('ada').send(method, '/v1/rooms'), 'route-not-found');
    });

    it('has an address that cannot be decoded, or a part too long to be an id', async () => {
      expectRefused(await node.as('ada').get('/v1/rooms/%'), 'invalid-request');
      expectRefused(await node.as('ada').get('/v1/rooms/%ff%fe'), 'invalid-request');
      expectRefused(await node.as('ada').get(`/v1/rooms/${'x'.repeat(600)}`), 'uri-too-long');
    });

    it('has a body that is no JSON, or JSON that would change prototypes', async () => {
      const before = await categories();
      for (const raw of ['', '{', '{"name":}', "{'name':'x'}", '{"name":"x"}}', 'NaN', '{"name":"a\nb"}'])
        expectRefused(await post(raw), 'invalid-request');
      for (const raw of ['{"name":"x","__proto__":{"a":1}}', '{"name":"x","constructor":{"prototype":{"a":1}}}'])
        expectRefused(await post(raw), 'invalid-request');
      expectRefused(await post('['.repeat(200_000)), 'invalid-request');
      expectRefused(await post(`{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 'invalid-request');
      expect(await categories()).toBe(before);
    });

    it('has a body that is no UTF-8: it is refused, not repaired', async () => {
      for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
        const raw = Buffer.concat([Buffer.from('{"name":"x'), Buffer.from(bytes), Buffer.from('"}')]);
        expectRefused(await post(raw), 'invalid-request');
      }
    });

    it('has a text with NUL or a lone surrogate', async () => {
      const room = await node.room({ privacy: 'open' });
      for (const bad of ['\\u0000', 'a\\u0000b', '\\ud800', '\\udc00x', '\\ud83d']) {
        expectRefused(await post(`{"name":"${bad}"}`), 'invalid-request');
        expectRefused(await post(`{"name":"x","denied":[{"user":"${bad}"}]}`), 'invalid-request');
        for (const member of ['text', 'html', 'title']) {
          const raw = JSON.stringify({ text: 'x', kind: 'story', [member]: 'BAD' }).replace('BAD', bad);
          expectRefused(await node.as('ada').post(`/v1/rooms/${room}/messages`, undefined, { raw }), 'invalid-request');
        }
      }
      expectRefused(await node.as('mona').put(`/v1/rooms/${room}/members/user:%00`), 'invalid-request');
      expect((await node.as('ada').get(`/v1/rooms/${room}/messages`)).body.items).toEqual([]);
    });

    it('has members of the wrong type, or members that nobody knows, and is told where', async () => {
      for (const body of [
        null,
        [],
        'x',
        7,
        true,
        {},
        { name: 7 },
        { name: null },
        { name: ['x'] },
        { name: { toString: 'x' } },
      ])
        expectRefused(await node.as('root', '+admin').post('/v1/categories', body), 'invalid-request');
      const unknown = await node
        .as('root', '+admin')
        .post('/v1/categories', { name: 'x', settings: { history: 'maybe' } });
      expectRefused(unknown, 'invalid-request');
      expect(unknown.body['errors']).toEqual([{ path: '/settings/history', message: expect.any(String) as string }]);
      expectRefused(
        await node.as('root', '+admin').post('/v1/categories', { name: 'x', colour: 'red' }),
        'invalid-request',
      );
    });

    it('gives a parameter twice, one that nobody knows, or one out of its range', async () => {
      for (const query of [
        'limit=1&limit=1',
        'q=a&q=b',
        'colour=red',
        'limit=0',
        'limit=501',
        'limit=-1',
        'limit=1e1',
        'limit=',
        'limit=01',
        'limit=1.5',
        'disabled=yes',
        'privacy=hidden',
        'cursor=',
      ])
        expectRefused(await node.as('ada').get(`/v1/rooms?${query}`), 'invalid-request');
      for (const query of ['limit=10001', 'limit=0', 'after=a&after=b', 'x=1'])
        expectRefused(await node.as('ada').get(`/v1/events?${query}`), 'invalid-request');
      expectRefused(await node.as('ada').get('/v1/me?x=1'), 'invalid-request');
    });

    it('has a body of another media type', async () => {
      for (const type of [
        'text/plain',
        'application/xml',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/jsonp',
      ])
        expectRefused(await post('{"name":"x"}', { 'content-type': type }), 'unsupported-media-type');
      expect((await post('{"name":"typed"}', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(201);
    });

    it('is larger than the server takes, by a byte or by far', async () => {
      const before = await categories();
      const of = (bytes: number) => `{"name":"big","description":"${'d'.repeat(bytes - 31)}"}`;
      expect(of(1_000_000)).toHaveLength(1_000_000);
      expectRefused(await post(of(1_000_000)), 'invalid-request'); // read, and the description is too long
      expectRefused(await post(of(1_000_001)), 'body-too-large');
      expectRefused(await post(of(20_000_000)), 'body-too-large');
      expect(await categories()).toBe(before);
    });
  });

  describe('the largest lists that a body can hold', () => {
    const listed = (total: number) => {
      const one = (index: number) => ({ user: `${'x'.repeat(200)}${String(index).padStart(6, '0')}` });
      return Array.from({ length: Math.floor(total / 219) }, (_, index) => one(index));
    };

    it('fit into the event that records them', async () => {
      const denied = listed(999_000);
      const answer = await node.as('root', '+admin').post('/v1/categories', { name: 'crowd', denied });
      expect(answer.status).toBe(201);
      expect(answer.body['denied']).toHaveLength(denied.length);
    });
  });
}
