import { describe, expect, it } from 'vitest';
import type { Answer, ApiNode, Client, Sending } from '../../support/api-node.js';

type Ask = (who: Client, room: string, also: Sending) => Promise<Answer>;

/** Everything that can be asked of a room, well and badly. */
const ASKS: Readonly<Record<string, Ask>> = {
  'the room': (who, room, also) => who.get(`/v1/rooms/${room}`, also),
  'the room with a bad parameter': (who, room, also) => who.get(`/v1/rooms/${room}?x=1`, also),
  'a change': (who, room, also) => who.patch(`/v1/rooms/${room}`, { topic: 'x' }, also),
  'a change on condition': (who, room, also) =>
    who.patch(`/v1/rooms/${room}`, { topic: 'x' }, { ...also, ifMatch: '"0"' }),
  'a change on a bad condition': (who, room, also) => who.patch(`/v1/rooms/${room}`, {}, { ...also, ifMatch: 'bad' }),
  'a bad change': (who, room, also) => who.patch(`/v1/rooms/${room}`, { topic: 7 }, also),
  'a move': (who, room, also) => who.patch(`/v1/rooms/${room}`, { categoryId: 'none' }, also),
  deletion: (who, room, also) => who.delete(`/v1/rooms/${room}`, also),
  disabling: (who, room, also) => who.post(`/v1/rooms/${room}/disable`, undefined, also),
  'disabling with a key': (who, room, also) => who.post(`/v1/rooms/${room}/disable`, undefined, { ...also, key: 'k1' }),
  'disabling with a bad key': (who, room, also) =>
    who.post(`/v1/rooms/${room}/disable`, undefined, { ...also, key: 'k 1' }),
  enabling: (who, room, also) => who.post(`/v1/rooms/${room}/enable`, undefined, also),
  members: (who, room, also) => who.get(`/v1/rooms/${room}/members`, also),
  'members at a bad cursor': (who, room, also) => who.get(`/v1/rooms/${room}/members?cursor=x`, also),
  'a new member': (who, room, also) => who.put(`/v1/rooms/${room}/members/user:ada`, also),
  'one member less': (who, room, also) => who.delete(`/v1/rooms/${room}/members/user:ada`, also),
  managers: (who, room, also) => who.get(`/v1/rooms/${room}/managers`, also),
  'a new manager': (who, room, also) => who.put(`/v1/rooms/${room}/managers/user:sam`, also),
  presenters: (who, room, also) => who.get(`/v1/rooms/${room}/presenters`, also),
  'a new presenter': (who, room, also) => who.put(`/v1/rooms/${room}/presenters/user:sam`, also),
  join: (who, room, also) => who.post(`/v1/rooms/${room}/join`, undefined, also),
  'join with a key': (who, room, also) => who.post(`/v1/rooms/${room}/join`, undefined, { ...also, key: 'k2' }),
  'bulk join': (who, room, also) => who.post('/v1/joins', { rooms: [room] }, also),
  part: (who, room, also) => who.post(`/v1/rooms/${room}/part`, undefined, also),
  participants: (who, room, also) => who.get(`/v1/rooms/${room}/participants`, also),
  'a post': (who, room, also) => who.post(`/v1/rooms/${room}/messages`, { text: 'x' }, also),
  'a post with a key': (who, room, also) =>
    who.post(`/v1/rooms/${room}/messages`, { text: 'x' }, { ...also, key: 'k3' }),
  'a post that is too large': (who, room, also) =>
    who.post(`/v1/rooms/${room}/messages`, { text: 'x'.repeat(9_000) }, also),
  'a reply': (who, room, also) => who.post(`/v1/rooms/${room}/messages`, { text: 'x', replyTo: 0 }, also),
  'a post with a file': (who, room, also) => who.post(`/v1/rooms/${room}/messages`, { text: 'x', files: ['f'] }, also),
  'a bad post': (who, room, also) => who.post(`/v1/rooms/${room}/messages`, { text: 7 }, also),
  history: (who, room, also) => who.get(`/v1/rooms/${room}/messages?after=-1`, also),
  'history at a bad cursor': (who, room, also) => who.get(`/v1/rooms/${room}/messages?cursor=x`, also),
  'a message': (who, room, also) => who.get(`/v1/rooms/${room}/messages/0`, also),
  'an edit': (who, room, also) => who.patch(`/v1/rooms/${room}/messages/0`, { text: 'x' }, also),
  'a redaction': (who, room, also) => who.delete(`/v1/rooms/${room}/messages/0`, also),
  events: (who, room, also) => who.get(`/v1/events?room=${room}`, also),
  'rooms of its members': (who, _room, also) => who.get('/v1/rooms?member=ben', also),
};

export function secretRules(node: ApiNode): void {
  /** A room with a name that nobody else has, with everything in it that could show. */
  async function secretRoom(): Promise<{ id: string; name: string; categoryId: string }> {
    const categoryId = await node.category({ creators: [{ user: 'mona' }], denied: [{ group: 'shut-out' }] });
    const name = `hush ${node.someone()}`;
    const id = await node.room({ categoryId, name, topic: name, privacy: 'secret', members: [{ user: 'ben' }] });
    await node.as('ben').post(`/v1/rooms/${id}/join`);
    await node.as('ben').post(`/v1/rooms/${id}/messages`, { text: name });
    return { id, name, categoryId };
  }

  describe('a secret room', () => {
    it('answers those who may not know of it exactly as a room that is not there', async () => {
      const { id } = await secretRoom();
      const unknown = '0123456789abcdef0123456789abcdef';
      const outside = [node.as('sam'), node.as('ozzy', '@shut-out'), node.as('xeno', '~external')];
      const also = { headers: { 'x-request-id': 'same' } };
      for (const who of outside) {
        for (const [what, ask] of Object.entries(ASKS)) {
          const [real, none] = [await ask(who, id, also), await ask(who, unknown, also)];
          const bytes = ({ status, headers, text }: Answer, room: string) => {
            const given = Object.entries(headers).filter(([name]) => name !== 'date');
            return { status, given, text: text.replaceAll(room, 'ROOM') };
          };
          expect(bytes(real, id), what).toEqual(bytes(none, unknown));
          expect(what === 'rooms of its members' || real.status >= 400 || what === 'bulk join', what).toBe(true);
        }
      }
    });

    it('shows in no list, count or line of those who may not know of it', async () => {
      const { id, name, categoryId } = await secretRoom();
      const lists = (who: Client) =>
        Promise.all([
          who.get(`/v1/rooms?category=${categoryId}`),
          who.get(`/v1/rooms?limit=500&q=${encodeURIComponent(name)}`),
          who.get('/v1/rooms?limit=500&privacy=secret'),
          who.get('/v1/me/rooms?limit=500'),
          who.get(`/v1/categories/${categoryId}`),
          who.get('/v1/events?limit=10000'),
        ]);
      for (const { text } of await lists(node.as('sam'))) {
        expect(text).not.toContain(id);
        expect(text).not.toContain(name);
      }
      const [shown] = await lists(node.as('ben'));
      expect(shown.text).toContain(id);
    });

    it('takes no place on a page of those who may not know of it', async () => {
      const categoryId = await node.category({ creators: [{ user: 'mona' }] });
      const open: string[] = [];
      for (const letter of ['a', 'b', 'c', 'd']) {
        open.push(await node.room({ categoryId, name: letter, privacy: 'open' }));
        await node.room({ categoryId, name: `${letter}${letter}`, privacy: 'secret' });
      }
      const sizes: number[] = [];
      let path = `/v1/rooms?category=${categoryId}&limit=2`;
      for (;;) {
        const { body } = await node.as('sam').get(path);
        sizes.push(body.items?.length ?? 0);
        if (body.next === undefined) break;
        path = `/v1/rooms?limit=2&cursor=${body.next}`;
      }
      expect(sizes).toEqual([2, 2]);
      expect((await node.as('sam').all(`/v1/rooms?category=${categoryId}&limit=1`)).map(({ id }) => id)).toEqual(open);
    });

    it('stops existing for who is removed from it, and for who followed it before it became secret', async () => {
      const room = await node.room({ privacy: 'open' });
      await node.as('sam').post(`/v1/rooms/${room}/join`);
      await node.as('mona').patch(`/v1/rooms/${room}`, { privacy: 'secret' });
      expect((await node.as('sam').get('/v1/me/rooms?limit=500')).text).not.toContain(room);
      expect((await node.as('sam').get('/v1/events?limit=10000')).text).not.toContain(room);
      expect((await node.as('mona').get(`/v1/rooms/${room}/participants`)).body.items).not.toContainEqual(
        expect.objectContaining({ id: 'sam' }),
      );
    });
  });
}
