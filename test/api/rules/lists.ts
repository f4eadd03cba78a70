import { describe, expect, it } from 'vitest';
import { withCursor, type ApiNode, type Item } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

export function listRules(node: ApiNode): void {
  const mona = () => node.as('mona');

  /** A path to every list that goes on, each with more than a few items. */
  async function paths(): Promise<Readonly<Record<string, string>>> {
    const categoryId = await node.category({ creators: [{ user: 'mona' }] });
    const users = Array.from({ length: 7 }, () => node.someone());
    const listed = users.map((user) => ({ user }));
    const room = await node.room({
      categoryId,
      privacy: 'open',
      type: 'auditorium',
      members: listed,
      managers: listed,
      presenters: listed,
    });
    for (let more = 0; more < 5; more += 1) await node.room({ categoryId });
    for (let more = 0; more < 5; more += 1) await node.category();
    await Promise.all(users.map((user) => node.as(user).post(`/v1/rooms/${room}/join`)));
    for (const user of users) await node.as(user).post(`/v1/rooms/${room}/messages`, { text: user });
    return {
      categories: '/v1/categories',
      rooms: '/v1/rooms',
      'rooms of a category': `/v1/rooms?category=${categoryId}`,
      users: '/v1/users',
      members: `/v1/rooms/${room}/members`,
      managers: `/v1/rooms/${room}/managers`,
      presenters: `/v1/rooms/${room}/presenters`,
      participants: `/v1/rooms/${room}/participants`,
      'my rooms': '/v1/me/rooms',
      messages: `/v1/rooms/${room}/messages?after=-1`,
    };
  }
  const limited = (path: string, limit: number) => `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`;
  const keyOf = (item: Item) => JSON.stringify(item);

  describe('a list', () => {
    it('gives the same items in the same order, whatever the size of its pages', async () => {
      for (const [name, path] of Object.entries(await paths())) {
        const whole = (await mona().all(limited(path, 500))).map(keyOf);
        expect(new Set(whole).size, name).toBe(whole.length);
        expect(whole.length, name).toBeGreaterThan(5);
        const small = whole.length > 20 ? [7] : [1, 2, 3];
        for (const limit of [...small, whole.length - 1, whole.length, whole.length + 1])
          expect((await mona().all(limited(path, limit))).map(keyOf), `${name} by ${limit}`).toEqual(whole);
      }
    });

    it('has a next page when there is more, and names it in Link too', async () => {
      await Promise.all(Array.from({ length: 4 }, () => node.as(node.someone()).get('/v1/me')));
      const path = '/v1/users?q=user&limit=3';
      const first = await mona().get(path);
      const next = first.body.next ?? '';
      expect(first.body.items).toHaveLength(3);
      expect(first.headers['link']).toBe(`</v1/users?cursor=${next}&limit=3>; rel="next"`);
      const second = await mona().get(withCursor(path, next));
      expect(second.body.items?.[0]?.id).not.toBe(first.body.items?.[2]?.id);
      const whole = await mona().get('/v1/users?limit=500');
      expect(whole.body.next).toBeUndefined();
      expect(whole.headers['link']).toBeUndefined();
    });

    it('is 50 long when it is not told how long', async () => {
      await Promise.all(Array.from({ length: 51 }, () => node.as(node.someone()).get('/v1/me')));
      expect((await mona().get('/v1/users')).body.items).toHaveLength(50);
    });

    it('takes cursors of its own and no others', async () => {
      const all = await paths();
      const cursors = new Map<string, string>();
      for (const [name, path] of Object.entries(all)) {
        const { body } = await mona().get(limited(path, 2));
        cursors.set(name, body.next ?? '');
      }
      const sameList = new Set(['rooms', 'rooms of a category']);
      for (const [name, path] of Object.entries(all)) {
        const [route = ''] = path.split('?');
        for (const [from, cursor] of cursors) {
          if (from === name || (sameList.has(from) && sameList.has(name))) continue;
          expectRefused(await mona().get(`${route}?cursor=${cursor}`), 'invalid-cursor');
        }
        const own = cursors.get(name) ?? '';
        const changed = `${own.startsWith('A') ? 'B' : 'A'}${own.slice(1)}`;
        for (const cursor of ['x', changed, own.slice(0, -4), `${own}AAAA`, `${own}=`, node.position, '%00'])
          expectRefused(await mona().get(`${route}?cursor=${cursor}`), 'invalid-cursor');
      }
    });

    it('of another room takes no cursor of this one', async () => {
      const { members = '', messages = '' } = await paths();
      const other = await node.room({ privacy: 'open' });
      for (const [path, list] of [
        [members, 'members'],
        [messages, 'messages'],
      ] as const) {
        const { body } = await mona().get(limited(path, 2));
        expectRefused(await mona().get(`/v1/rooms/${other}/${list}?cursor=${body.next ?? ''}`), 'invalid-cursor');
      }
    });

    it('goes on with the filters that it began with, and with no others', async () => {
      const categoryId = await node.category({ creators: [{ user: 'mona' }] });
      for (const privacy of ['open', 'closed', 'open', 'closed'] as const) await node.room({ categoryId, privacy });
      const first = await mona().get(`/v1/rooms?category=${categoryId}&privacy=open&limit=1`);
      const cursor = first.body.next ?? '';
      const second = await mona().get(`/v1/rooms?cursor=${cursor}`);
      expect(second.body.items).toMatchObject([{ categoryId, privacy: 'open' }]);
      expect((await mona().get(`/v1/rooms?cursor=${cursor}&privacy=open`)).body).toEqual(second.body);
      expectRefused(await mona().get(`/v1/rooms?cursor=${cursor}&privacy=closed`), 'invalid-request');
      expectRefused(await mona().get(`/v1/rooms?cursor=${cursor}&q=x`), 'invalid-request');
    });

    it('neither repeats nor leaves out what was there all the time, while others come and go', async () => {
      const categoryId = await node.category({ creators: [{ user: 'mona' }] });
      const stay: string[] = [];
      for (const name of ['b', 'd', 'f', 'h']) stay.push(await node.room({ categoryId, name }));
      const gone = await node.room({ categoryId, name: 'c' });
      const seen: (string | undefined)[] = [];
      let path: string | undefined = `/v1/rooms?category=${categoryId}&limit=1`;
      for (const name of ['a', 'e', 'g']) {
        const { body }: Awaited<ReturnType<ReturnType<typeof mona>['get']>> = await mona().get(path);
        seen.push(...(body.items ?? []).map(({ id }) => id));
        path = withCursor(path, body.next ?? '');
        await node.room({ categoryId, name });
        await node.as('root', '+admin').delete(`/v1/rooms/${gone}`);
      }
      seen.push(...(await mona().all(path)).map(({ id }) => id));
      expect(seen.filter((id) => stay.includes(id ?? ''))).toEqual(stay);
      expect(new Set(seen).size).toBe(seen.length);
    });
  });
}
