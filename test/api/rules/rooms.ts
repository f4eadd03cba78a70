import { describe, expect, it } from 'vitest';
import { created, type ApiNode } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

export function roomRules(node: ApiNode): void {
  const root = () => node.as('root', '+admin');
  const mona = () => node.as('mona');

  describe('a room', () => {
    it('is closed and normal unless it is told otherwise, and managed by who made it', async () => {
      const categoryId = await node.category({ creators: [{ group: 'leads' }] });
      const answer = await node.as('lea', '@leads').post('/v1/rooms', { name: ' Desk ', categoryId });
      const id = created(answer);
      expect(answer.body).toEqual({
        id,
        name: 'Desk',
        categoryId,
        description: '',
        topic: '',
        privacy: 'closed',
        type: 'normal',
        invitations: 'inherit',
        disabled: false,
        participantCount: 0,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      });
      expect(answer.headers).toMatchObject({ location: `/v1/rooms/${id}`, etag: '"0"' });
      expect((await node.as('lea', '@leads').get(`/v1/rooms/${id}/managers`)).body.items).toEqual([{ user: 'lea' }]);
      const read = await node.as('ada').get(`/v1/rooms/${id}`);
      expect([read.body, read.headers['etag']]).toEqual([answer.body, '"0"']);
      expect((await node.as('lea').get(`/v1/rooms/${id}/participants`)).body.items).toEqual([]);
    });

    it('is made by creators and admins, in a category that exists for them', async () => {
      const categoryId = await node.category({ creators: [{ user: 'cleo' }], denied: [{ user: 'dora' }] });
      expectRefused(await node.as('ada').post('/v1/rooms', { name: 'x', categoryId }), 'not-a-creator');
      expectRefused(await node.as('dora').post('/v1/rooms', { name: 'x', categoryId }), 'category-not-found');
      expectRefused(await node.as('cleo').post('/v1/rooms', { name: 'x', categoryId: 'none' }), 'category-not-found');
      created(await node.as('cleo').post('/v1/rooms', { name: 'x', categoryId }));
      created(await root().post('/v1/rooms', { name: 'y', categoryId }));
    });

    it('has a name that is unique in its category, folded', async () => {
      const categoryId = await node.category({ creators: [{ user: 'mona' }] });
      const elsewhere = await node.category({ creators: [{ user: 'mona' }] });
      const room = await node.room({ name: 'Straße', categoryId });
      const other = await node.room({ name: 'Other', categoryId });
      for (const name of ['STRASSE', 'strasse', ' Straße ', 'ＳＴＲＡＳＳＥ'])
        expectRefused(await mona().post('/v1/rooms', { name, categoryId }), 'duplicate-name');
      expectRefused(await mona().patch(`/v1/rooms/${other}`, { name: 'strasse' }), 'duplicate-name');
      expect((await mona().patch(`/v1/rooms/${room}`, { name: 'STRASSE' })).body.name).toBe('STRASSE');
      const away = await node.room({ name: 'strasse', categoryId: elsewhere });
      expectRefused(await mona().patch(`/v1/rooms/${away}`, { categoryId }), 'duplicate-name');
      await mona().patch(`/v1/rooms/${room}`, { name: 'Weg' });
      expect((await mona().patch(`/v1/rooms/${away}`, { categoryId })).body['categoryId']).toBe(categoryId);
      await root().delete(`/v1/rooms/${away}`);
      await node.room({ name: 'Strasse', categoryId });
    });

    it('lists only whom its category admits', async () => {
      const categoryId = await node.category({ creators: [{ user: 'mona' }], denied: [{ user: 'eve' }] });
      for (const list of ['members', 'managers'])
        expectRefused(
          await mona().post('/v1/rooms', { name: 'x', categoryId, [list]: [{ user: 'eve' }] }),
          'not-in-scope',
        );
      const room = await node.room({ categoryId });
      for (const list of ['members', 'managers'])
        expectRefused(await mona().put(`/v1/rooms/${room}/${list}/user:eve`), 'not-in-scope');
      expect((await mona().put(`/v1/rooms/${room}/members/user:never-seen`)).status).toBe(204);
    });

    it('has presenters only as an auditorium, and only members', async () => {
      const normal = await node.room({ members: [{ user: 'ada' }] });
      const auditorium = await node.room({ type: 'auditorium', members: [{ user: 'ada' }] });
      expectRefused(await mona().put(`/v1/rooms/${normal}/presenters/user:ada`), 'presenters-only-in-auditorium');
      expectRefused(await mona().put(`/v1/rooms/${auditorium}/presenters/user:bob`), 'presenter-not-member');
      expect((await mona().put(`/v1/rooms/${auditorium}/presenters/user:ada`)).status).toBe(204);
      expect((await mona().put(`/v1/rooms/${auditorium}/presenters/user:mona`)).status).toBe(204);
      await mona().delete(`/v1/rooms/${auditorium}/members/user:ada`);
      expect((await mona().get(`/v1/rooms/${auditorium}/presenters`)).body.items).toEqual([{ user: 'mona' }]);
    });

    it('has lists to which adding and from which removing is the same twice as once', async () => {
      const room = await node.room();
      for (const list of ['members', 'managers']) {
        const path = `/v1/rooms/${room}/${list}/group:desk%2Fone`;
        const before = node.position;
        for (const answer of [await mona().put(path), await mona().put(path)]) {
          expect([answer.status, answer.text]).toEqual([204, '']);
          expect(answer.headers['hansard-position']).toBeDefined();
        }
        expect((await mona().get(`/v1/rooms/${room}/${list}`)).body.items).toContainEqual({ group: 'desk/one' });
        for (const answer of [await mona().delete(path), await mona().delete(path)]) expect(answer.status).toBe(204);
        expect((await mona().get(`/v1/rooms/${room}/${list}`)).body.items).not.toContainEqual({ group: 'desk/one' });
        expect(await node.logged('MemberAdded,MemberRemoved,ManagerAdded,ManagerRemoved', before)).toHaveLength(2);
      }
      for (const principal of ['ada', 'user:', 'role:x', 'user', `user:${'x'.repeat(256)}`])
        expectRefused(await mona().put(`/v1/rooms/${room}/members/${principal}`), 'invalid-request');
    });

    it('changes only where it is told to, and only as it was read', async () => {
      const room = await node.room({ topic: 'old', privacy: 'open' });
      const { headers, body } = await mona().get(`/v1/rooms/${room}`);
      const etag = headers['etag'] ?? '';
      const changed = await mona().patch(`/v1/rooms/${room}`, { topic: 'new', type: 'auditorium' }, { ifMatch: etag });
      expect(changed.status).toBe(200);
      expect(changed.body).toEqual({ ...body, topic: 'new', type: 'auditorium' });
      expect(changed.headers['etag']).not.toBe(etag);
      for (const path of ['', '/members/user:ada', '/managers/user:ada']) {
        const method = path === '' ? 'PATCH' : 'PUT';
        expectRefused(
          await mona().send(method, `/v1/rooms/${room}${path}`, path === '' ? { topic: 'lost' } : undefined, {
            ifMatch: etag,
          }),
          'revision-conflict',
        );
      }
      expectRefused(
        await mona().send('DELETE', `/v1/rooms/${room}/members/user:ada`, undefined, { ifMatch: etag }),
        'revision-conflict',
      );
      expectRefused(
        await root().send('DELETE', `/v1/rooms/${room}`, undefined, { ifMatch: etag }),
        'revision-conflict',
      );
      expect((await mona().patch(`/v1/rooms/${room}`, {}, { ifMatch: '*' })).body).toEqual(changed.body);
      expect(
        (await mona().patch(`/v1/rooms/${room}`, {}, { ifMatch: `W/${changed.headers['etag'] ?? ''}` })).status,
      ).toBe(200);
    });

    it('moves to where its mover may create rooms and nobody listed is shut out', async () => {
      const room = await node.room({ members: [{ user: 'ada' }] });
      const foreign = await node.category();
      const narrow = await node.category({ creators: [{ user: 'mona' }], denied: [{ user: 'ada' }] });
      const hidden = await node.category({ creators: [{ user: 'mona' }], denied: [{ user: 'mona' }] });
      expectRefused(await mona().patch(`/v1/rooms/${room}`, { categoryId: foreign }), 'not-a-creator');
      expectRefused(await mona().patch(`/v1/rooms/${room}`, { categoryId: narrow }), 'not-in-scope');
      expectRefused(await mona().patch(`/v1/rooms/${room}`, { categoryId: hidden }), 'category-not-found');
      expectRefused(await mona().patch(`/v1/rooms/${room}`, { categoryId: 'none' }), 'category-not-found');
      expect((await root().patch(`/v1/rooms/${room}`, { categoryId: foreign })).body['categoryId']).toBe(foreign);
    });

    it('that is disabled throws everybody out at once, and takes them back when it is enabled', async () => {
      const room = await node.room({ privacy: 'open' });
      await node.as('ada').post(`/v1/rooms/${room}/join`);
      await node.as('ada').post(`/v1/rooms/${room}/messages`, { text: 'before' });
      const disabled = await mona().post(`/v1/rooms/${room}/disable`);
      expect([disabled.status, disabled.body['disabled'], disabled.body['participantCount']]).toEqual([200, true, 0]);
      expectRefused(await node.as('ada').post(`/v1/rooms/${room}/messages`, { text: 'now' }), 'room-disabled');
      expect((await mona().patch(`/v1/rooms/${room}`, { topic: 'still managed' })).status).toBe(200);
      const enabled = await mona().post(`/v1/rooms/${room}/enable`);
      expect([enabled.status, enabled.body['disabled']]).toEqual([200, false]);
      expect((await node.as('ada').get('/v1/me/rooms')).body.items).toContainEqual(
        expect.objectContaining({ following: true, room: expect.objectContaining({ id: room }) as object }),
      );
      expect((await node.as('ada').get(`/v1/rooms/${room}/messages`)).body.items).toMatchObject([{ text: 'before' }]);
    });

    it('that is deleted is gone, with everything in it', async () => {
      const room = await node.room({ privacy: 'open' });
      await node.as('ada').post(`/v1/rooms/${room}/messages`, { text: 'x' });
      expectRefused(await mona().delete(`/v1/rooms/${room}`), 'not-an-admin');
      const deleted = await root().delete(`/v1/rooms/${room}`);
      expect([deleted.status, deleted.text]).toEqual([204, '']);
      for (const path of ['', '/members', '/participants', '/messages', '/messages/0'])
        expectRefused(await root().get(`/v1/rooms/${room}${path}`), 'room-not-found');
      for (const path of ['/join', '/part', '/messages', '/disable', '/enable'])
        expectRefused(
          await root().post(`/v1/rooms/${room}${path}`, path === '/messages' ? { text: 'x' } : undefined),
          'room-not-found',
        );
      expectRefused(await root().delete(`/v1/rooms/${room}`), 'room-not-found');
      expectRefused(await root().get(`/v1/events?room=${room}`), 'room-not-found');
      expect((await root().all('/v1/rooms?limit=500')).map(({ id }) => id)).not.toContain(room);
    });

    it('is found by what it is', async () => {
      const categoryId = await node.category({ creators: [{ user: 'mona' }] });
      const a = await node.room({
        categoryId,
        name: 'Alpha',
        topic: 'café',
        privacy: 'open',
        members: [{ user: 'ada' }],
      });
      const b = await node.room({ categoryId, name: 'Beta', description: 'ALPHA too', type: 'auditorium' });
      const c = await node.room({ categoryId, name: 'Gamma', privacy: 'secret', managers: [{ user: 'ada' }] });
      await mona().post(`/v1/rooms/${b}/disable`);
      const found = async (query: string) =>
        (await mona().all(`/v1/rooms?category=${categoryId}${query}`)).map(({ id }) => id);
      expect(await found('')).toEqual([a, b, c]);
      expect(await found('&q=alpha')).toEqual([a, b]);
      expect(await found('&q=CAF%C3%89')).toEqual([a]);
      expect(await found('&privacy=secret')).toEqual([c]);
      expect(await found('&type=auditorium')).toEqual([b]);
      expect(await found('&disabled=true')).toEqual([b]);
      expect(await found('&disabled=false')).toEqual([a, c]);
      expect(await found('&member=ada')).toEqual([a]);
      expect(await found('&manager=ada')).toEqual([c]);
      expect(await found('&manager=mona&privacy=open&q=a')).toEqual([a]);
      expect((await node.as('zoe').all(`/v1/rooms?category=${categoryId}`)).map(({ id }) => id)).toEqual([a, b]);
    });
  });
}
