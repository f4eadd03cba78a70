import { describe, expect, it } from 'vitest';
import type { Answer, ApiNode, Client } from '../../support/api-node.js';
import { expectRefused } from '../../support/refused.js';

/** One command that takes a key: where to send it, and what it writes when it is carried out. */
interface Case {
  readonly name: string;
  readonly who: Client;
  readonly path: string;
  readonly body?: object | undefined;
  readonly otherBody: object;
  /** Takes the same body. */
  readonly otherPath?: string;
  /** Types of which it writes one event. */
  readonly writes: string;
}

/** Every POST route, on things of their own. */
async function casesOf(node: ApiNode): Promise<readonly Case[]> {
  const [root, mona, officer] = [node.as('root', '+admin'), node.as('mona'), node.as('olga', '+compliance')];
  const room = async (act?: string) => {
    const id = await node.room({ privacy: 'open' });
    if (act) await mona.post(`/v1/rooms/${id}/${act}`);
    return `/v1/rooms/${id}`;
  };
  const user = async (act?: string) => {
    const id = node.someone();
    await node.as(id).get('/v1/me');
    if (act) await root.post(`/v1/users/${id}/${act}`);
    return `/v1/users/${id}`;
  };
  const categoryId = await node.category({ creators: [{ user: 'mona' }] });
  const otherBody = {};
  const [other, posts, joins, bulk, parts, on, off, alreadyOff, alreadyOn] = [
    await room(),
    await room('join'),
    await room(),
    await room(),
    await room('join'),
    await room(),
    await room('disable'),
    await room('disable'),
    await room(),
  ];
  const [awake, asleep] = [await user(), await user('disable')];
  const idIn = (path: string) => path.split('/')[3] ?? '';
  const renamed = { name: `other ${node.someone()}` };
  return [
    {
      name: 'POST /v1/categories',
      who: root,
      path: '/v1/categories',
      body: { name: 'once' },
      otherBody: renamed,
      writes: 'CategoryCreated',
    },
    {
      name: 'POST /v1/rooms',
      who: mona,
      path: '/v1/rooms',
      body: { name: 'once', categoryId },
      otherBody: { ...renamed, categoryId },
      writes: 'RoomCreated',
    },
    {
      name: 'POST messages',
      who: mona,
      path: `${posts}/messages`,
      body: { text: 'once' },
      otherBody: { text: 'other' },
      otherPath: `${other}/messages`,
      writes: 'MessagePosted',
    },
    {
      name: 'POST join',
      who: mona,
      path: `${joins}/join`,
      body: { history: 3 },
      otherBody: { history: 4 },
      otherPath: `${other}/join`,
      writes: 'ParticipantJoined',
    },
    {
      name: 'POST /v1/joins',
      who: mona,
      path: '/v1/joins',
      body: { rooms: [idIn(bulk), 'none'] },
      otherBody: { rooms: [idIn(bulk)] },
      writes: 'ParticipantJoined',
    },
    {
      name: 'POST part',
      who: mona,
      path: `${parts}/part`,
      otherBody,
      otherPath: `${other}/part`,
      writes: 'ParticipantLeft',
    },
    {
      name: 'POST disable',
      who: mona,
      path: `${on}/disable`,
      otherBody,
      otherPath: `${on}/enable`,
      writes: 'RoomDisabled',
    },
    {
      name: 'POST enable',
      who: mona,
      path: `${off}/enable`,
      otherBody,
      otherPath: `${off}/disable`,
      writes: 'RoomEnabled',
    },
    {
      name: 'POST disable, of what is disabled',
      who: mona,
      path: `${alreadyOff}/disable`,
      otherBody,
      otherPath: `${alreadyOff}/enable`,
      writes: '',
    },
    {
      name: 'POST enable, of what is enabled',
      who: mona,
      path: `${alreadyOn}/enable`,
      otherBody,
      otherPath: `${alreadyOn}/disable`,
      writes: '',
    },
    {
      name: 'POST users disable',
      who: root,
      path: `${awake}/disable`,
      otherBody,
      otherPath: `${awake}/enable`,
      writes: 'PrincipalDisabled',
    },
    {
      name: 'POST users enable',
      who: root,
      path: `${asleep}/enable`,
      otherBody,
      otherPath: `${asleep}/disable`,
      writes: 'PrincipalEnabled',
    },
    {
      name: 'POST cut',
      who: officer,
      path: '/v1/archive/adapters/jsonl/cut',
      otherBody,
      otherPath: '/v1/archive/adapters/xml/cut',
      writes: 'WindowSealed',
    },
  ];
}

const EFFECTS =
  'CategoryCreated,RoomCreated,MessagePosted,ParticipantJoined,ParticipantLeft,RoomDisabled,RoomEnabled,PrincipalDisabled,PrincipalEnabled,WindowSealed';

/** What a client goes by. A problem among many answers names the request that met it. */
function answerOf({ status, headers, text }: Answer) {
  const steady = text.replaceAll(/"requestId":"[^"]*"/g, '');
  return { status, text: steady, location: headers['location'], etag: headers['etag'] };
}

/** Who is there is told as of now: a restart puts everybody out. */
function withoutPeople(answer: Answer) {
  const { text, ...rest } = answerOf(answer);
  return { ...rest, text: text.replaceAll(/"participants":\[.*?\]|"participantCount":\d+/g, '') };
}

export function idempotencyRules(node: ApiNode): void {
  const used: { readonly one: Case; readonly key: string; readonly first: Answer }[] = [];
  const send = ({ who, path, body }: Case, key: string) => who.post(path, body, { key });

  describe('a command with an idempotency key', () => {
    it('is carried out once and answered as the first time, on every route', async () => {
      for (const one of await casesOf(node)) {
        const key = `key of ${one.name}`.replaceAll(' ', '-');
        await node.category();
        const since = node.position;
        const first = await send(one, key);
        expect(first.status, `${one.name}: ${first.text}`).toBeLessThan(300);
        const again = await send(one, key);
        expect(answerOf(again), one.name).toEqual(answerOf(first));
        expect(again.headers['hansard-position'], one.name).toBeDefined();
        const effects = (await node.logged(EFFECTS, since)).map(({ type }) => type.split('.')[1]);
        expect(effects, one.name).toEqual(one.writes === '' ? [] : [one.writes]);
        used.push({ one, key, first });
      }
    });

    it('is refused under that key with another body or another path', async () => {
      for (const { one, key } of used) {
        expectRefused(await one.who.post(one.path, one.otherBody, { key }), 'idempotency-mismatch');
        if (one.otherPath === undefined) continue;
        expectRefused(await one.who.post(one.otherPath, one.body, { key }), 'idempotency-mismatch');
      }
    });

    it('that many send at the same time is carried out once', async () => {
      for (const one of await casesOf(node)) {
        const key = `race of ${one.name}`.replaceAll(' ', '-');
        const fresh = one.path === '/v1/rooms' ? { ...one, body: { ...one.body, name: 'race' } } : one;
        await node.category();
        const since = node.position;
        const answers = await Promise.all(Array.from({ length: 6 }, () => send(fresh, key)));
        await node.category();
        for (const answer of answers) expect(answerOf(answer), one.name).toEqual(answerOf(answers[0] ?? answer));
        const effects = (await node.logged(EFFECTS, since)).map(({ type }) => type.split('.')[1]);
        const own = effects.filter((type, index) => type !== 'CategoryCreated' || index < effects.length - 1);
        expect(own, one.name).toEqual(one.writes === '' ? [] : [one.writes]);
      }
    });

    it('is carried out when it was refused before: only successes are remembered', async () => {
      const room = await node.room({ members: [{ user: 'ben' }] });
      const path = `/v1/rooms/${room}`;
      const key = 'refused-first';
      expectRefused(await node.as('ada').post(`${path}/messages`, { text: 'x' }, { key }), 'not-a-member');
      expectRefused(
        await node.as('ada').post(`${path}/messages`, { text: 'x'.repeat(9_000) }, { key }),
        'not-a-member',
      );
      await node.as('mona').put(`${path}/members/user:ada`);
      expectRefused(
        await node.as('ada').post(`${path}/messages`, { text: 'x'.repeat(9_000) }, { key }),
        'message-too-large',
      );
      expect((await node.as('ada').post(`${path}/messages`, { text: 'x' }, { key })).body.seq).toBe(0);
      const categoryId = await node.category({ creators: [{ user: 'mona' }] });
      const taken = await node.room({ categoryId, name: 'taken' });
      const create = () => node.as('mona').post('/v1/rooms', { categoryId, name: 'taken' }, { key });
      expectRefused(await create(), 'duplicate-name');
      await node.as('mona').patch(`/v1/rooms/${taken}`, { name: 'given back' });
      expect((await create()).status).toBe(201);
    });

    it('may have 1 to 255 visible ASCII characters in it', async () => {
      const path = `/v1/rooms/${await node.room({ privacy: 'open' })}/messages`;
      const post = (key: string) => node.as('ada').post(path, { text: key }, { key });
      for (const key of ['!', '~'.repeat(255), '{"a":1}', 'a,b']) expect((await post(key)).status).toBe(201);
      for (const key of ['', 'k'.repeat(256), 'two words', 'k\u00e9y', 'a\tb'])
        expectRefused(await post(key), 'invalid-request');
      expect((await node.as('ada').get(path)).body.items).toHaveLength(4);
    });

    it("is its user's: the same key is free for others, and their own again without it", async () => {
      const path = `/v1/rooms/${await node.room({ privacy: 'open' })}/messages`;
      const post = (user: string, key?: string) => node.as(user).post(path, { text: 'x' }, { key });
      const seqs = [
        await post('ada', 'mine'),
        await post('ben', 'mine'),
        await post('ada', 'mine'),
        await post('ada'),
        await post('ada'),
      ];
      expect(seqs.map(({ body }) => body.seq)).toEqual([0, 1, 0, 2, 3]);
    });

    it('shows what a join showed, and joins no more', async () => {
      const path = `/v1/rooms/${await node.room({ privacy: 'open' })}`;
      for (const text of ['one', 'two', 'three']) await node.as('ben').post(`${path}/messages`, { text });
      const join = (key: string) => node.as('ada').post(`${path}/join`, { history: 2 }, { key });
      const bulk = (key: string) =>
        node.as('ada').post('/v1/joins', { rooms: [path.split('/')[3], 'none'], history: 2 }, { key });
      const [first, firstBulk] = [await join('j1'), await bulk('j2')];
      await node.as('ada').post(`${path}/part`);
      for (const text of ['four', 'five']) await node.as('ben').post(`${path}/messages`, { text });
      const since = node.position;
      const [again, againBulk] = [await join('j1'), await bulk('j2')];
      for (const [before, after] of [
        [first.body, again.body],
        [firstBulk.body.items?.[0]?.['join'], againBulk.body.items?.[0]?.['join']],
      ] as const)
        expect(after).toMatchObject({
          history: [{ text: 'two' }, { text: 'three' }],
          cursor: (before as { cursor: string }).cursor,
        });
      expect(againBulk.body.items?.[1]).toMatchObject({
        roomId: 'none',
        status: 404,
        problem: { code: 'room-not-found' },
      });
      expect(await node.logged('ParticipantJoined', since)).toEqual([]);
    });

    it('is not answered to who may not see the answer any more', async () => {
      const room = await node.room({ privacy: 'secret', members: [{ user: 'ada' }] });
      const join = () => node.as('ada').post(`/v1/rooms/${room}/join`, undefined, { key: 'let-go' });
      expect((await join()).status).toBe(200);
      await node.as('mona').delete(`/v1/rooms/${room}/members/user:ada`);
      expectRefused(await join(), 'room-not-found');
    });

    it('gets a ticket each time, because a ticket holds once', async () => {
      const ticket = () => node.as('ada').post('/v1/stream/ticket', undefined, { key: 'ticket' });
      const [one, other] = [await ticket(), await ticket()];
      expect([one.status, other.status]).toEqual([201, 201]);
      expect(one.body['ticket']).not.toBe(other.body['ticket']);
    });
  });

  describe('after a restart', () => {
    it('every key is remembered with its answer', async () => {
      await node.restart();
      await node.category();
      const since = node.position;
      for (const { one, key, first } of used) {
        expect(withoutPeople(await send(one, key)), one.name).toEqual(withoutPeople(first));
        expectRefused(await one.who.post(one.path, one.otherBody, { key }), 'idempotency-mismatch');
      }
      expect(await node.logged(EFFECTS, since)).toEqual([]);
    });
  });
}
