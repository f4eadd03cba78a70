import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines, withCursor, type ApiNode, type Item } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

export function historyRules(node: ApiNode): void {
  const ada = () => node.as('ada');
  const seqsOf = (items: readonly Item[] | undefined) => items?.map(({ seq }) => seq ?? -1) ?? [];

  /** A room with edits and redactions among its posts, and the numbers of its messages. */
  async function spoken(): Promise<{ path: string; seqs: number[] }> {
    const path = `/v1/rooms/${await node.room({ privacy: 'open' })}/messages`;
    const seqs: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      const { body } = await ada().post(path, { text: `${n}` });
      seqs.push(body.seq ?? -1);
      if (n % 3 === 0) await ada().patch(`${path}/${body.seq ?? -1}`, { text: `edited ${n}` });
      if (n % 7 === 0) await node.as('mona').delete(`${path}/${body.seq ?? -1}`);
    }
    return { path, seqs };
  }

  describe('history', () => {
    it('has a page before, after and around any number, ascending, exclusive but for around', async () => {
      const { path, seqs } = await spoken();
      const places = fc.record({
        direction: fc.constantFrom('before', 'after', 'around'),
        seq: fc.nat({ max: 70 }),
        limit: fc.integer({ min: 1, max: 50 }),
      });
      await fc.assert(
        fc.asyncProperty(places, async ({ direction, seq, limit }) => {
          const { body } = await ada().get(`${path}?${direction}=${seq}&limit=${limit}`);
          const [older, newer] = [seqs.filter((one) => one < seq), seqs.filter((one) => one > seq)];
          const got = seqsOf(body.items);
          if (direction === 'before') expect(got).toEqual(older.slice(-limit));
          else if (direction === 'after') expect(got).toEqual(newer.slice(0, limit));
          else {
            const before = older.slice(-Math.floor(limit / 2)).slice(limit === 1 ? older.length : 0);
            const from = seqs.filter((one) => one >= seq).slice(0, limit - before.length);
            expect(got).toEqual([...before, ...from]);
          }
        }),
        { numRuns: 60 },
      );
    });

    it('is read whole from either end by following next or prev', async () => {
      const { path, seqs } = await spoken();
      for (const limit of [1, 7, 40]) {
        expect(seqsOf(await ada().all(`${path}?after=-1&limit=${limit}`))).toEqual(seqs);
        const back: number[] = [];
        for (let at: string | undefined = `${path}?limit=${limit}`; at !== undefined;) {
          const { body }: Awaited<ReturnType<ReturnType<typeof ada>['get']>> = await ada().get(at);
          back.unshift(...seqsOf(body.items));
          at = body.prev === undefined ? undefined : withCursor(`${path}?limit=${limit}`, body.prev);
        }
        expect(back).toEqual(seqs);
      }
    });

    it('gives from any place the way to both ends', async () => {
      const { path, seqs } = await spoken();
      const middle = await ada().get(`${path}?around=20&limit=5`);
      const [first = 0, last = 0] = [seqsOf(middle.body.items)[0], seqsOf(middle.body.items).at(-1)];
      const newer = await ada().get(withCursor(`${path}?limit=4`, middle.body.next ?? ''));
      const older = await ada().get(withCursor(`${path}?limit=4`, middle.body.prev ?? ''));
      expect(seqsOf(newer.body.items)).toEqual(seqs.filter((seq) => seq > last).slice(0, 4));
      expect(seqsOf(older.body.items)).toEqual(seqs.filter((seq) => seq < first).slice(-4));
      expect(middle.headers['link']).toContain('rel="next"');
      expect(middle.headers['link']).toContain('rel="prev"');
      const newest = await ada().get(path);
      expect(newest.body.next).toBeUndefined();
      expect((await ada().get(`${path}?after=-1`)).body.prev).toBeUndefined();
    });

    it('takes one place at a time', async () => {
      const { path } = await spoken();
      const cursor = (await ada().get(`${path}?limit=2`)).body.prev ?? '';
      for (const query of [
        'before=1&after=1',
        'around=1&before=1',
        `cursor=${cursor}&after=1`,
        'before=-1',
        'after=-2',
        'around=-1',
        'before=x',
        'limit=0',
        'limit=501',
        'since=1',
      ])
        expectRefused(await ada().get(`${path}?${query}`), 'invalid-request');
      expectRefused(await ada().get(`${path}?cursor=x`), 'invalid-cursor');
    });

    it('says of every view who was shown what, once a minute', async () => {
      const { path, seqs } = await spoken();
      const user = node.someone();
      const since = node.position;
      await node.as(user).get(`${path}?after=-1&limit=10`);
      await node.as(user).get(`${path}?after=-1&limit=10`);
      await node.as(user).get(`${path}/${seqs[20] ?? 0}`);
      await node.as(user).get(`${path}?before=0`);
      await node.as(user).post(path.replace('/messages', '/join'), { history: 3 });
      const views = (await node.logged('HistoryViewed', since)).filter(({ actor }) => actor.id === user);
      expect(views.map(({ data }) => data)).toEqual([
        { from: seqs[0], to: seqs[9], via: 'page' },
        { from: seqs[20], to: seqs[20], via: 'message' },
        { from: seqs[37], to: seqs[39], via: 'join' },
      ]);
    });

    it('holds nothing of a room that is not logged, which is live and in the log all the same', async () => {
      const settings = { history: 'off' };
      const categoryId = await node.category({ settings, creators: [{ user: 'mona' }] });
      const room = await node.room({ categoryId, privacy: 'open' });
      const path = `/v1/rooms/${room}/messages`;
      expect((await ada().post(path, { text: 'gone' })).body).toMatchObject({ seq: 0, text: 'gone' });
      expect((await ada().get(path)).body).toEqual({ items: [] });
      expectRefused(await ada().get(`${path}/0`), 'message-not-found');
      expect((await ada().post(`/v1/rooms/${room}/join`)).body.history).toEqual([]);
      expect(lines(await ada().get(`/v1/events?room=${room}`)).map(({ data }) => data['text'])).toContain('gone');
      expect((await node.as('ann', '+analyst').get(`/v1/streams/transcript-${room}`)).text).toContain('gone');
      expect((await ada().post(path, { text: 'a reply', replyTo: 0 })).status).toBe(201);
      await node.as('root', '+admin').patch(`/v1/categories/${categoryId}`, { settings: { history: 'on' } });
      await ada().post(path, { text: 'kept' });
      expect((await ada().get(path)).body.items).toMatchObject([{ text: 'kept' }]);
    });
  });
}
