import { describe, expect, it } from 'vitest';
import { lines, type ApiNode } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

/** `limit`: participants up to which a join lists them. */
export function joinRules(node: ApiNode, limit: number): void {
  const idsIn = (items: readonly { readonly id?: string }[] | undefined) => items?.map(({ id }) => id);

  describe('joining', () => {
    it('gives the room, who is there, the newest messages and a cursor behind exactly these', async () => {
      const room = await node.room({ privacy: 'open', topic: 'hello' });
      for (const text of ['one', 'two', 'three']) await node.as('ben').post(`/v1/rooms/${room}/messages`, { text });
      const joined = await node.as('ada').post(`/v1/rooms/${room}/join`, { history: 2 });
      expect(joined.status).toBe(200);
      expect(joined.body).toEqual({
        room: { ...(await node.as('ada').get(`/v1/rooms/${room}`)).body, participantCount: 2 },
        participants: expect.arrayContaining([
          { id: 'ada', name: 'ada', internal: true, since: expect.any(String) as string },
        ]) as unknown[],
        history: [expect.objectContaining({ seq: 1, text: 'two' }), expect.objectContaining({ seq: 2, text: 'three' })],
        cursor: expect.any(String) as string,
      });
      await node.as('ben').post(`/v1/rooms/${room}/messages`, { text: 'four' });
      const events = lines(await node.as('ada').get(`/v1/events?after=${joined.body.cursor ?? ''}`));
      expect(events.filter(({ type }) => type === 'hansard.MessagePosted.v1').map(({ data }) => data['text'])).toEqual([
        'four',
      ]);
    });

    it('shows 30 messages unless it is told how many, from none to 500', async () => {
      const room = await node.room({ privacy: 'open' });
      await Promise.all(
        Array.from({ length: 33 }, (_, n) => node.as('ben').post(`/v1/rooms/${room}/messages`, { text: `${n}` })),
      );
      await node.as('ben').post(`/v1/rooms/${room}/messages`, { text: 'last' });
      const shown = async (body?: object | null) => {
        const { history } = (await node.as('ada').post(`/v1/rooms/${room}/join`, body)).body;
        return [history?.length, history?.at(-1)?.text];
      };
      expect(await shown()).toEqual([30, 'last']);
      expect(await shown(null)).toEqual([30, 'last']);
      expect(await shown({})).toEqual([30, 'last']);
      expect(await shown({ history: 0 })).toEqual([0, undefined]);
      expect(await shown({ history: 500 })).toEqual([34, 'last']);
      for (const history of [-1, 501, 1.5, '30', null])
        expectRefused(await node.as('ada').post(`/v1/rooms/${room}/join`, { history }), 'invalid-request');
    });

    it('counts instead of listing when there are more than the limit', async () => {
      const room = await node.room({ privacy: 'open' });
      for (let present = 1; present <= limit + 1; present += 1) {
        const { body } = await node.as(node.someone()).post(`/v1/rooms/${room}/join`);
        if (present <= limit)
          expect([body.participants?.length, body['participantCount']]).toEqual([present, undefined]);
        else expect([body.participants, body['participantCount']]).toEqual([undefined, present]);
      }
      const roster = await node.as('ada').get(`/v1/rooms/${room}/participants`);
      expect([roster.body.items?.length, roster.body['participantCount']]).toEqual([limit + 1, limit + 1]);
    });

    it('happens once, however often it is asked for, also at the same time', async () => {
      const room = await node.room({ privacy: 'open' });
      const since = node.position;
      await Promise.all(Array.from({ length: 8 }, () => node.as('ada').post(`/v1/rooms/${room}/join`)));
      await node.as('ada').post(`/v1/rooms/${room}/join`);
      expect(await node.logged('ParticipantJoined', since)).toHaveLength(1);
      const roster = await node.as('ben').get(`/v1/rooms/${room}/participants`);
      expect(roster.body.items).toEqual([
        { id: 'ada', name: 'ada', internal: true, since: expect.any(String) as string },
      ]);
      expect((await node.as('ben').get(`/v1/rooms/${room}`)).body['participantCount']).toBe(1);
    });

    it('is implied by posting, and by nothing that administers the room', async () => {
      const room = await node.room({ privacy: 'open' });
      await node.as('mona').patch(`/v1/rooms/${room}`, { topic: 'x' });
      await node.as('mona').put(`/v1/rooms/${room}/members/user:ben`);
      await node.as('ben').get(`/v1/rooms/${room}/messages`);
      expect((await node.as('ben').get(`/v1/rooms/${room}/participants`)).body.items).toEqual([]);
      await node.as('ben').post(`/v1/rooms/${room}/messages`, { text: 'x' });
      expect(idsIn((await node.as('ben').get(`/v1/rooms/${room}/participants`)).body.items)).toEqual(['ben']);
    });

    it('ends with parting, which unfollows, and which one may do twice', async () => {
      const room = await node.room({ privacy: 'open' });
      const user = node.someone();
      await node.as(user).post(`/v1/rooms/${room}/join`);
      const since = node.position;
      for (let twice = 0; twice < 2; twice += 1) {
        const parted = await node.as(user).post(`/v1/rooms/${room}/part`);
        expect([parted.status, parted.text]).toEqual([204, '']);
        expect(parted.headers['hansard-position']).toBeDefined();
      }
      expect((await node.as(user).get('/v1/me/rooms')).body.items).toEqual([]);
      expect((await node.as('ada').get(`/v1/rooms/${room}/participants`)).body.items).toEqual([]);
      const left = await node.logged('ParticipantLeft', since);
      expect(left.map(({ actor, data }) => [actor.id, data['reason']])).toEqual([[user, 'parted']]);
    });
  });

  describe('joining many rooms at once', () => {
    it('has an answer for each of them, in their order, each once', async () => {
      const user = node.someone();
      const open = await node.room({ privacy: 'open' });
      const closed = await node.room();
      const secret = await node.room({ privacy: 'secret' });
      const disabled = await node.room({ privacy: 'open' });
      await node.as('mona').post(`/v1/rooms/${disabled}/disable`);
      await node.as('ben').post(`/v1/rooms/${open}/messages`, { text: 'hi' });
      const rooms = [closed, open, 'none', secret, open, disabled];
      const { status, body } = await node.as(user).post('/v1/joins', { rooms, history: 5 });
      expect(status).toBe(200);
      expect(body.items).toMatchObject([
        {
          roomId: closed,
          status: 403,
          problem: { code: 'not-a-member', status: 403, requestId: expect.any(String) as string },
        },
        { roomId: open, status: 200, join: { room: { id: open }, history: [{ text: 'hi' }] } },
        { roomId: 'none', status: 404, problem: { code: 'room-not-found' } },
        { roomId: secret, status: 404, problem: { code: 'room-not-found' } },
        { roomId: disabled, status: 403, problem: { code: 'room-disabled' } },
      ]);
      expect((await node.as(user).get('/v1/me/rooms')).body.items).toMatchObject([{ room: { id: open } }]);
    });

    it('takes 1 to 500 rooms', async () => {
      for (const rooms of [[], 'x', [7], Array.from({ length: 501 }, () => 'x')])
        expectRefused(await node.as('ada').post('/v1/joins', { rooms }), 'invalid-request');
      expect(
        (await node.as('ada').post('/v1/joins', { rooms: Array.from({ length: 500 }, (_, n) => `${n}`) })).status,
      ).toBe(200);
    });
  });
}
