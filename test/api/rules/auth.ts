import { describe, expect, it } from 'vitest';
import type { ApiNode } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

export function authRules(node: ApiNode): void {
  describe('who asks', () => {
    it('is what a development token says', async () => {
      const me = async (user: string, ...marks: string[]) => (await node.as(user, ...marks).get('/v1/me')).body;
      const plain = { id: 'ada', name: 'ada', email: 'ada@example.org', internal: true, disabled: false };
      expect(await me('ada')).toEqual({ ...plain, groups: [], roles: [] });
      expect(await me('ada', '+admin', '+analyst', '@traders', '@Zurich')).toEqual({
        ...plain,
        groups: ['traders', 'Zurich'],
        roles: ['admin', 'analyst'],
      });
      expect((await me('x.Y_9-', '~external'))['internal']).toBe(false);
      expect((await me('a'.repeat(64))).id).toHaveLength(64);
    });

    it('is nobody without a token that can be read', async () => {
      const tokens = [
        'dev-',
        `dev-${'a'.repeat(65)}`,
        'dev-ada+king',
        'dev-ada@',
        'dev-ada@a+admin',
        'dev-ada~extern',
        'dev-\u00e9',
        'ada',
        'null',
        'x.y.z',
        '.',
        '..',
      ];
      for (const token of tokens) expectRefused(await node.with(token).get('/v1/me'), 'token-invalid');
      for (const authorization of [
        '',
        'Bearer',
        'Bearer ',
        'Basic YWRhOmFkYQ==',
        'dev-ada',
        'Bearer dev-ada dev-bob',
        'Bearer dev-ada,dev-bob',
      ]) {
        const answer = await node.with().get('/v1/me', { headers: { authorization } });
        expectRefused(answer, 'token-invalid');
        expect(answer.headers['www-authenticate']).toBe('Bearer');
      }
      expectRefused(await node.with().post('/v1/categories', { name: 'x' }), 'token-invalid');
    });

    it('is never read from the query', async () => {
      for (const name of ['access_token', 'token', 'authorization', 'ticket'])
        expectRefused(await node.with().get(`/v1/me?${name}=dev-ada`), 'token-invalid');
      expectRefused(await node.with().get('/v1/stream?ticket=dev-ada'), 'token-invalid');
      expectRefused(await node.with().get('/v1/stream?ticket=a&ticket=b'), 'token-invalid');
    });

    it('does not matter for probes, metrics, documents and the server itself', async () => {
      for (const path of ['/livez', '/readyz', '/metrics', '/docs', '/v1/openapi.json', '/v1/server']) {
        expect((await node.with().get(path)).status, path).toBe(200);
        expect((await node.with('nonsense').get(path)).status, path).toBe(200);
      }
    });

    it('is registered at first sight, once, and kept as the token says', async () => {
      const user = node.someone();
      await node.category();
      const since = node.position;
      expectRefused(await node.as('ada').get(`/v1/users/${user}`), 'user-not-found');
      await Promise.all(Array.from({ length: 8 }, () => node.as(user).get('/v1/me')));
      const registered = await node.logged('PrincipalRegistered', since);
      expect(registered.filter(({ actor }) => actor.id === user)).toHaveLength(1);
      expect((await node.as('ada').get(`/v1/users/${user}`)).body).toEqual({
        id: user,
        name: user,
        email: `${user}@example.org`,
        internal: true,
        disabled: false,
      });
    });

    it('gets a ticket for one stream', async () => {
      const answer = await node.as('ada').post('/v1/stream/ticket');
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({ ticket: expect.stringMatching(/^[\w-]{16,}$/) as string });
      expectRefused(await node.with().post('/v1/stream/ticket'), 'token-invalid');
    });
  });
}
