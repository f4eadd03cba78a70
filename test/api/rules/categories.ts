import { describe, expect, it } from 'vitest';
import { created, type ApiNode } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

export function categoryRules(node: ApiNode): void {
  const root = () => node.as('root', '+admin');

  describe('categories', () => {
    it('are made by admins alone, with everything on but externals', async () => {
      expectRefused(await node.as('mona').post('/v1/categories', { name: 'mine' }), 'not-an-admin');
      const answer = await root().post('/v1/categories', { name: '  Finance ' });
      const id = created(answer);
      expect(answer.body).toEqual({
        id,
        name: 'Finance',
        description: '',
        denied: [],
        creators: [],
        settings: { invitations: 'on', fileUpload: 'on', history: 'on', externals: 'off' },
      });
      expect(answer.headers['location']).toBe(`/v1/categories/${id}`);
      expect(answer.headers['etag']).toMatch(/^"\d+"$/);
      const read = await root().get(`/v1/categories/${id}`);
      expect([read.body, read.headers['etag']]).toEqual([answer.body, answer.headers['etag']]);
    });

    it('keep what they are made with, each principal once', async () => {
      const parentId = await node.category();
      const fields = {
        description: 'all of it',
        parentId,
        allowed: [{ user: 'ada' }, { group: 'traders' }, { user: 'ada' }],
        denied: [{ user: 'eve' }],
        creators: [{ group: 'leads' }],
        settings: { history: 'off', externals: 'on' },
      };
      const { body } = await root().get(`/v1/categories/${await node.category(fields)}`);
      expect(body).toMatchObject({
        ...fields,
        allowed: [{ user: 'ada' }, { group: 'traders' }],
        settings: { invitations: 'on', fileUpload: 'on', history: 'off', externals: 'on' },
      });
    });

    it('exist for those whom they admit: deny wins, and a child only narrows', async () => {
      const parent = await node.category({ allowed: [{ group: 'desk' }], denied: [{ user: 'eve' }] });
      const child = await node.category({ parentId: parent, allowed: [{ user: 'bob' }, { user: 'zoe' }] });
      const status = async (id: string, user: string, ...marks: string[]) =>
        (await node.as(user, ...marks).get(`/v1/categories/${id}`)).status;
      expect(await status(parent, 'ada', '@desk')).toBe(200);
      expect(await status(parent, 'eve', '@desk')).toBe(404);
      expect(await status(parent, 'bob')).toBe(404);
      expect(await status(child, 'ada', '@desk')).toBe(404);
      expect(await status(child, 'bob', '@desk')).toBe(200);
      expect(await status(child, 'zoe')).toBe(404);
      expect(await status(child, 'root', '+admin')).toBe(200);
      const listed = (await node.as('bob', '@desk').all('/v1/categories?limit=500')).map(({ id }) => id);
      expect(listed).toEqual(expect.arrayContaining([parent, child]));
      expect((await node.as('zoe').all('/v1/categories?limit=500')).map(({ id }) => id)).not.toContain(child);
    });

    it('admit external users only when they are named and wanted all the way up', async () => {
      const allowed = [{ user: 'xena' }];
      const status = async (fields: object) =>
        (await node.as('xena', '~external').get(`/v1/categories/${await node.category(fields)}`)).status;
      const on = { externals: 'on' };
      expect(await status({ allowed, settings: on })).toBe(200);
      expect(await status({ allowed })).toBe(404);
      expect(await status({ settings: on })).toBe(404);
      const shut = await node.category({ allowed });
      expect(await status({ parentId: shut, allowed, settings: on })).toBe(404);
      const open = await node.category({ allowed, settings: on });
      expect(await status({ parentId: open, settings: on })).toBe(200);
      expect(await status({ parentId: open })).toBe(404);
    });

    it('change only where they are told to, and only as they were read', async () => {
      const id = await node.category({ description: 'old', allowed: [{ user: 'ada' }] });
      const { headers, body } = await root().get(`/v1/categories/${id}`);
      const etag = headers['etag'] ?? '';
      expectRefused(await node.as('ada').patch(`/v1/categories/${id}`, { name: 'x' }), 'not-an-admin');
      const changed = await root().patch(
        `/v1/categories/${id}`,
        { description: 'new', settings: { history: 'off' } },
        { ifMatch: etag },
      );
      expect(changed.status).toBe(200);
      expect(changed.body).toEqual({
        ...body,
        description: 'new',
        settings: { ...(body['settings'] as object), history: 'off' },
      });
      expectRefused(
        await root().patch(`/v1/categories/${id}`, { description: 'lost' }, { ifMatch: etag }),
        'revision-conflict',
      );
      expectRefused(
        await root().patch(`/v1/categories/${id}`, { description: 'x' }, { ifMatch: 'nonsense' }),
        'invalid-request',
      );
      expectRefused(await root().patch(`/v1/categories/${id}`, { parentId: await node.category() }), 'invalid-request');
      expect((await root().get(`/v1/categories/${id}`)).body['description']).toBe('new');
    });

    it('put out whoever they stop to admit', async () => {
      const id = await node.category({ creators: [{ user: 'mona' }] });
      const room = await node.room({ categoryId: id, privacy: 'open' });
      await node.as('ada').post(`/v1/rooms/${room}/join`);
      await root().patch(`/v1/categories/${id}`, { denied: [{ user: 'ada' }] });
      expectRefused(await node.as('ada').get(`/v1/rooms/${room}`), 'room-not-found');
      expect((await node.as('bob').get(`/v1/rooms/${room}/participants`)).body.items).toEqual([]);
    });

    it('are deleted by admins when they are empty', async () => {
      const id = await node.category({ creators: [{ user: 'mona' }] });
      const child = await node.category({ parentId: id });
      const room = await node.room({ categoryId: id });
      expectRefused(await node.as('mona').delete(`/v1/categories/${id}`), 'not-an-admin');
      expectRefused(await root().delete(`/v1/categories/${id}`), 'category-not-empty');
      expect((await root().delete(`/v1/categories/${child}`)).status).toBe(204);
      expectRefused(await root().delete(`/v1/categories/${id}`), 'category-not-empty');
      expect((await root().delete(`/v1/rooms/${room}`)).status).toBe(204);
      const deleted = await root().delete(`/v1/categories/${id}`);
      expect([deleted.status, deleted.text]).toEqual([204, '']);
      expect(deleted.headers['hansard-position']).toBeDefined();
      for (const answer of [
        await root().get(`/v1/categories/${id}`),
        await root().patch(`/v1/categories/${id}`, { name: 'x' }),
        await root().delete(`/v1/categories/${id}`),
        await root().post('/v1/categories', { name: 'orphan', parentId: id }),
        await root().post('/v1/rooms', { name: 'orphan', categoryId: id }),
      ])
        expectRefused(answer, 'category-not-found');
    });
  });
}
