import { describe, expect, it } from 'vitest';
import { lines, type ApiNode } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

export function logRules(node: ApiNode): void {
  const ann = () => node.as('ann', '+analyst');

  /** A room with two posts and an edit, and the position before it. */
  async function spoken() {
    await node.category();
    const since = node.position;
    const room = await node.room({ privacy: 'secret', members: [{ user: 'ada' }] });
    for (const text of ['one', 'two']) await node.as('ada').post(`/v1/rooms/${room}/messages`, { text });
    await node.as('ada').patch(`/v1/rooms/${room}/messages/0`, { text: 'edited' });
    return { room, since, transcript: `transcript-${room}` };
  }

  describe('the log', () => {
    it('is for analysts', async () => {
      for (const who of [node.as('ada'), node.as('root', '+admin'), node.as('olga', '+compliance', '+operator')])
        for (const path of ['/v1/log', '/v1/streams/room-x', '/v1/log?after=x'])
          expectRefused(await who.get(path), 'not-an-analyst');
      expectRefused(await node.with().get('/v1/log'), 'token-invalid');
    });

    it('is NDJSON of envelopes, secret rooms and all', async () => {
      const { room, since, transcript } = await spoken();
      const answer = await ann().get(`/v1/log?after=${since}`);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
      const posted = lines(answer).find(({ data }) => data['text'] === 'one');
      expect(posted).toEqual({
        specversion: '1.0',
        id: expect.any(String) as string,
        source: '/hansard/local',
        type: 'hansard.MessagePosted.v1',
        subject: room,
        time: expect.any(String) as string,
        stream: transcript,
        revision: 0,
        sequence: expect.any(String) as string,
        actor: { id: 'ada', name: 'ada', email: 'ada@example.org', internal: true },
        correlationid: expect.any(String) as string,
        data: { kind: 'normal', text: 'one' },
      });
    });

    it('is read piece by piece from any sequence, and gives the same as in one piece', async () => {
      const { since } = await spoken();
      const whole = lines(await ann().get(`/v1/log?after=${since}&limit=10000`));
      const pieces: typeof whole = [];
      for (let after = since; ;) {
        const piece = lines(await ann().get(`/v1/log?after=${after}&limit=2`));
        if (piece.length === 0) break;
        expect(piece.length).toBeLessThanOrEqual(2);
        pieces.push(...piece);
        after = piece.at(-1)?.sequence ?? '';
      }
      expect(pieces.slice(0, whole.length)).toEqual(whole);
      expect(lines(await ann().get('/v1/log?limit=1'))).toMatchObject([
        { stream: expect.stringMatching(/-/) as string },
      ]);
      expect(lines(await ann().get('/v1/log')).length).toBeLessThanOrEqual(1_000);
    });

    it('is narrowed to types and streams, by name and by category', async () => {
      const { room, since, transcript } = await spoken();
      const types = async (query: string) =>
        lines(await ann().get(`/v1/log?after=${since}&${query}`)).map(({ type }) => type.split('.')[1]);
      expect(await types('types=MessageEdited')).toEqual(['MessageEdited']);
      expect(await types('types=MessagePosted,MessageEdited')).toEqual([
        'MessagePosted',
        'MessagePosted',
        'MessageEdited',
      ]);
      expect(await types(`streams=${transcript}`)).toEqual(['MessagePosted', 'MessagePosted', 'MessageEdited']);
      expect(await types('streams=room-*')).toEqual(['RoomCreated']);
      expect(await types(`streams=room-*,${transcript}&types=RoomCreated,MessageEdited`)).toEqual([
        'RoomCreated',
        'MessageEdited',
      ]);
      expect(await types(`streams=attendance-${room}`)).toEqual(['ParticipantJoined']);
      expect(await types('types=Nothing')).toEqual([]);
      expect(await types('streams=nothing-*')).toEqual([]);
    });

    it('refuses what is no cursor, limit or list', async () => {
      for (const after of ['x', '%00', 'AAAAAAAAAAAAAAAAAAAAAA'])
        expectRefused(await ann().get(`/v1/log?after=${after}`), 'invalid-cursor');
      for (const query of ['limit=0', 'limit=10001', 'types=', 'streams=', 'after=', 'x=1', 'types=a&types=b'])
        expectRefused(await ann().get(`/v1/log?${query}`), 'invalid-request');
    });
  });

  describe('a stream', () => {
    it('is read from any revision in both directions', async () => {
      const { transcript } = await spoken();
      const revisions = async (query: string) =>
        lines(await ann().get(`/v1/streams/${transcript}?${query}`)).map(({ revision }) => revision);
      expect(await revisions('limit=10')).toEqual([0, 1, 2]);
      expect(await revisions('from=1')).toEqual([1, 2]);
      expect(await revisions('from=1&limit=1')).toEqual([1]);
      expect(await revisions('direction=backward')).toEqual([2, 1, 0]);
      expect(await revisions('direction=backward&from=1')).toEqual([1, 0]);
      expect(await revisions('from=99')).toEqual([]);
      expect(await revisions('direction=backward&from=99&limit=1')).toEqual([2]);
      for (const query of ['from=-1', 'from=x', 'direction=up', 'limit=0', 'after=x'])
        expectRefused(await ann().get(`/v1/streams/${transcript}?${query}`), 'invalid-request');
    });

    it('that has no event does not exist', async () => {
      for (const name of ['room-none', 'none', '-', '%F0%9F%90%88', '%00', 'room-*'])
        expectRefused(await ann().get(`/v1/streams/${name}`), 'stream-not-found');
    });
  });
}
