import { describe, expect, it } from 'vitest';
import type { ApiNode } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

export function userRules(node: ApiNode): void {
  const root = () => node.as('root', '+admin');

  describe('users', () => {
    it('are found by parts of id, name and e-mail, folded', async () => {
      const user = node.someone();
      await node.as(`${user}.Quux`).get('/v1/me');
      const ids = async (q: string) => (await node.as('ada').all(`/v1/users?q=${q}`)).map(({ id }) => id);
      expect(await ids(`${user}.qUUx`)).toEqual([`${user}.Quux`]);
      expect(await ids(`${user}.quux@EXAMPLE`)).toEqual([`${user}.Quux`]);
      expect(await ids('nobody-has-this')).toEqual([]);
    });

    it('that nobody has seen do not exist', async () => {
      for (const id of ['never-seen', '%00', '..%2f', 'a'.repeat(300), '%F0%9F%90%88'])
        expectRefused(await node.as('ada').get(`/v1/users/${id}`), 'user-not-found');
      expectRefused(await root().post('/v1/users/never-seen/disable'), 'user-not-found');
      expectRefused(await root().post('/v1/users/never-seen/enable'), 'user-not-found');
    });

    it('are disabled and enabled by admins alone', async () => {
      const user = node.someone();
      await node.as(user).get('/v1/me');
      for (const act of ['disable', 'enable']) {
        expectRefused(await node.as('mona').post(`/v1/users/${user}/${act}`), 'not-an-admin');
        expectRefused(
          await node.as('ann', '+analyst', '+compliance', '+operator').post(`/v1/users/${user}/${act}`),
          'not-an-admin',
        );
      }
      expect((await node.as('ada').get(`/v1/users/${user}`)).body['disabled']).toBe(false);
    });

    it('who are disabled are refused everywhere until they are enabled again', async () => {
      const user = node.someone();
      const room = await node.room({ privacy: 'open', members: [{ user }] });
      await node.as(user).post(`/v1/rooms/${room}/join`);
      const disabled = await root().post(`/v1/users/${user}/disable`);
      expect(disabled.status).toBe(200);
      expect(disabled.body).toMatchObject({ id: user, disabled: true });
      const asks = [
        node.as(user).get('/v1/me'),
        node.as(user).get('/v1/rooms'),
        node.as(user).get(`/v1/rooms/${room}/messages`),
        node.as(user).get('/v1/stream'),
        node.as(user).get('/v1/events'),
        node.as(user).post(`/v1/rooms/${room}/messages`, { text: 'let me in' }),
        node.as(user).post('/v1/stream/ticket'),
        node.as(user, '+admin').post(`/v1/users/${user}/enable`),
      ];
      for (const answer of await Promise.all(asks)) expectRefused(answer, 'user-disabled');
      expect((await node.with(`dev-${user}`).get('/livez')).status).toBe(200);
      expect((await node.as('ada').get(`/v1/users/${user}`)).body['disabled']).toBe(true);
      expect((await root().post(`/v1/users/${user}/enable`)).body).toMatchObject({ id: user, disabled: false });
      expect((await node.as(user).get('/v1/me')).status).toBe(200);
    });

    it('who are disabled leave their rooms and go on following them', async () => {
      const user = node.someone();
      const room = await node.room({ privacy: 'open' });
      await node.as(user).post(`/v1/rooms/${room}/join`);
      const since = node.position;
      await root().post(`/v1/users/${user}/disable`);
      await expect
        .poll(async () => (await node.as('ada').get(`/v1/rooms/${room}/participants`)).body.items, { timeout: 10_000 })
        .toEqual([]);
      const left = await node.logged('ParticipantLeft', since);
      expect(left.map(({ actor, data }) => [actor.id, data['reason']])).toEqual([[user, 'removed']]);
      await root().post(`/v1/users/${user}/enable`);
      expect((await node.as(user).get('/v1/me/rooms')).body.items).toMatchObject([
        { room: { id: room }, following: true },
      ]);
    });

    it('are not disabled twice: the second time changes nothing', async () => {
      const user = node.someone();
      await node.as(user).get('/v1/me');
      await root().post(`/v1/users/${user}/disable`);
      const since = node.position;
      const again = await root().post(`/v1/users/${user}/disable`);
      expect([again.status, again.body['disabled']]).toEqual([200, true]);
      expect(again.headers['hansard-position']).toBeDefined();
      expect(await node.logged('PrincipalDisabled', since)).toEqual([]);
    });

    it('see the rooms that they follow, are members of, or manage', async () => {
      const user = node.someone();
      const follows = await node.room({ name: `${user} a`, privacy: 'open' });
      const member = await node.room({ name: `${user} b`, privacy: 'secret', members: [{ group: `${user}-group` }] });
      const manager = await node.room({ name: `${user} c`, managers: [{ user }] });
      await node.room({ name: `${user} d`, privacy: 'open' });
      await node.as(user).post(`/v1/rooms/${follows}/join`);
      const mine = await node.as(user, `@${user}-group`).all('/v1/me/rooms?limit=1');
      expect(mine).toMatchObject([
        { room: { id: follows }, following: true, member: false, manager: false },
        { room: { id: member }, following: false, member: true, manager: false },
        { room: { id: manager }, following: false, member: false, manager: true },
      ]);
      expect((await node.as(user).all('/v1/me/rooms')).map(({ room }) => room)).not.toContainEqual(
        expect.objectContaining({ id: member }),
      );
    });
  });
}
