import { describe, expect, it } from 'vitest';
import type { ApiNode, Item } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

export function reportRules(node: ApiNode): void {
  const ann = () => node.as('ann', '+analyst');

  /** Two rooms: one with three posts of two users, one edited and one redacted; one where nobody spoke. */
  async function used() {
    const [ada, bob] = [node.someone(), node.someone()];
    const busy = await node.room({ privacy: 'secret', members: [ada, bob].map((user) => ({ user })) });
    const silent = await node.room();
    for (const user of [ada, ada, bob]) await node.as(user).post(`/v1/rooms/${busy}/messages`, { text: 'hello' });
    await node.as(ada).patch(`/v1/rooms/${busy}/messages/0`, { text: 'edited' });
    await node.as('mona').delete(`/v1/rooms/${busy}/messages/1`);
    return { ada, bob, busy, silent };
  }
  const of = (items: readonly Item[], kind: 'room' | 'user', id: string) =>
    items.find((item) => (item[kind] as Item | undefined)?.id === id);

  describe('a report', () => {
    it('is for analysts', async () => {
      for (const who of [node.as('ada'), node.as('root', '+admin', '+compliance')])
        expectRefused(await who.get('/v1/reports/rooms'), 'not-an-analyst');
      expectRefused(await node.with().get('/v1/reports/rooms'), 'token-invalid');
    });

    it('counts messages and participants of rooms, secret ones too; neither edits nor redactions change it', async () => {
      const { busy, silent } = await used();
      const rooms = await ann().all('/v1/reports/rooms');
      expect(of(rooms, 'room', busy)).toEqual({
        room: { id: busy, name: expect.any(String) as string },
        messages: 3,
        participants: 2,
        lastActivity: expect.stringMatching(/Z$/) as string,
      });
      expect(of(rooms, 'room', silent)).toMatchObject({ messages: 0, participants: 0 });
    });

    it('counts messages and rooms of users', async () => {
      const { ada, bob } = await used();
      const users = await ann().all('/v1/reports/users?limit=2');
      expect(of(users, 'user', ada)).toMatchObject({ user: { name: ada }, messages: 2, rooms: 1 });
      expect(of(users, 'user', bob)).toMatchObject({ messages: 1, rooms: 1 });
      const counts = users.map(({ messages }) => Number(messages));
      expect(counts).toEqual(counts.toSorted((one, other) => other - one));
    });

    it('is the same however it is cut into pages', async () => {
      await used();
      for (const name of ['rooms', 'users', 'days']) {
        const whole = await ann().all(`/v1/reports/${name}?limit=500`);
        expect(await ann().all(`/v1/reports/${name}?limit=1`), name).toEqual(whole);
      }
    });

    it('of days is narrowed by since and until, also on its next pages', async () => {
      await used();
      const today = new Date().toISOString().slice(0, 10);
      const days = await ann().all('/v1/reports/days');
      expect(days.at(-1)?.['messages']).toBeGreaterThanOrEqual(3);
      expect(await ann().all(`/v1/reports/days?since=${today}&limit=1`)).toEqual(
        days.filter(({ day }) => String(day) >= today),
      );
      expect((await ann().get('/v1/reports/days?until=2020-01-01')).body.items).toEqual([]);
    });

    it('that does not exist is told so, and what is no day, cursor or parameter is refused', async () => {
      await used();
      expectRefused(await ann().get('/v1/reports/nothing'), 'report-not-found');
      for (const query of [
        'days?since=yesterday',
        'days?until=2026-13-01',
        'rooms?since=2026-11-01',
        'rooms?x=1',
        'rooms?limit=0',
      ])
        expectRefused(await ann().get(`/v1/reports/${query}`), 'invalid-request');
      const { next = '' } = (await ann().get('/v1/reports/rooms?limit=1')).body;
      for (const query of ['rooms?cursor=x', `users?cursor=${next}`])
        expectRefused(await ann().get(`/v1/reports/${query}`), 'invalid-cursor');
    });
  });
}
