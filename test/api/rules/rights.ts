import { describe, expect, it } from 'vitest';
import { created, type Answer, type ApiNode, type Client } from '../../support/api-node.js';
import { expectRefused, type STATUSES } from '../../support/refused.js';

const CALLERS = ['outsider', 'external', 'stranger', 'member', 'manager', 'presenter', 'admin'] as const;
type Who = (typeof CALLERS)[number];
type Privacy = 'open' | 'closed' | 'secret';

/** What a sign of the tables means; `+` is any success. */
const SIGNS: Readonly<Record<string, keyof typeof STATUSES>> = {
  '-': 'room-not-found',
  m: 'not-a-member',
  M: 'not-a-manager',
  p: 'not-a-presenter',
  d: 'room-disabled',
  A: 'not-an-admin',
  a: 'not-the-author',
};

/**
 * For each act, in the order of the callers, what they get in an auditorium that is enabled, and in one that is disabled.
 * The admin is in scope and listed nowhere.
 */
const TABLES: Readonly<Record<Privacy, Readonly<Record<Act, readonly [string, string]>>>> = {
  open: {
    see: ['--+++++', '--+++++'],
    'see lists': ['--+++++', '--+++++'],
    read: ['--+++++', '--ddddd'],
    join: ['--+++++', '--ddddd'],
    part: ['--+++++', '--+++++'],
    post: ['--ppp+p', '--ddddd'],
    edit: ['--aaa+a', '--ddddd'],
    redact: ['--MM+M+', '--ddddd'],
    manage: ['--MM+M+', '--MM+M+'],
    delete: ['--AAAA ', '--AAAA '],
  },
  closed: {
    see: ['--+++++', '--+++++'],
    'see lists': ['--m+++m', '--m+++m'],
    read: ['--m+++m', '--mdddm'],
    join: ['--m+++m', '--mdddm'],
    part: ['--+++++', '--+++++'],
    post: ['--mpp+m', '--mdddm'],
    edit: ['--maa+a', '--mdddd'],
    redact: ['--mM+M+', '--mdddd'],
    manage: ['--MM+M+', '--MM+M+'],
    delete: ['--AAAA ', '--AAAA '],
  },
  secret: {
    see: ['---++++', '---++++'],
    'see lists': ['---+++m', '---+++m'],
    read: ['---+++m', '---dddm'],
    join: ['---+++m', '---dddm'],
    part: ['---++++', '---++++'],
    post: ['---pp+m', '---dddm'],
    edit: ['---aa+a', '---dddd'],
    redact: ['---M+M+', '---dddd'],
    manage: ['---M+M+', '---M+M+'],
    delete: ['---AAA ', '---AAA '],
  },
};

const ACTS = {
  see: [(who, room) => who.get(room)],
  'see lists': ['members', 'managers', 'presenters'].map(
    (list) => (who: Client, room: string) => who.get(`${room}/${list}`),
  ),
  read: [
    (who, room) => who.get(`${room}/messages`),
    (who, room) => who.get(`${room}/messages?around=0&limit=3`),
    (who, room) => who.get(`${room}/messages/0`),
    (who, room) => who.get(`${room}/participants`),
    (who, room) => who.get(`/v1/events?room=${room.slice('/v1/rooms/'.length)}`),
  ],
  join: [(who, room) => who.post(`${room}/join`), (who, room) => who.post(`${room}/join`, { history: 0 })],
  part: [(who, room) => who.post(`${room}/part`)],
  post: [
    (who, room) => who.post(`${room}/messages`, { text: 'hello' }),
    (who, room) => who.post(`${room}/messages`, { text: 'hello', kind: 'alert', replyTo: 0 }),
  ],
  edit: [(who, room) => who.patch(`${room}/messages/0`, { text: 'edited' })],
  redact: [(who, room) => who.delete(`${room}/messages/1`)],
  manage: [
    (who, room) => who.patch(room, { description: 'managed' }),
    (who, room) => who.put(`${room}/members/user:new`),
    (who, room) => who.delete(`${room}/members/user:new`),
    (who, room) => who.put(`${room}/managers/user:new`),
    (who, room) => who.delete(`${room}/managers/user:new`),
    (who, room) => who.delete(`${room}/presenters/user:new`),
  ],
  delete: [(who, room) => who.delete(room)],
} as const satisfies Record<string, readonly ((who: Client, room: string) => Promise<Answer>)[]>;
type Act = keyof typeof ACTS;

/** Who may do what where, all of it. */
export function rightsRules(node: ApiNode): void {
  const callers: Readonly<Record<Who, Client>> = {
    outsider: node.as('ozzy', '@shut-out'),
    external: node.as('xeno', '~external'),
    stranger: node.as('sam'),
    member: node.as('ben', '@desk'),
    manager: node.as('mona'),
    presenter: node.as('pia'),
    admin: node.as('root', '+admin'),
  };

  async function auditorium(privacy: Privacy): Promise<string> {
    const categoryId = await node.category({ creators: [{ user: 'mona' }], denied: [{ group: 'shut-out' }] });
    const members = [{ group: 'desk' }, { user: 'pia' }];
    const room = await node.room({ categoryId, privacy, type: 'auditorium', members, presenters: [{ user: 'pia' }] });
    const path = `/v1/rooms/${room}`;
    await callers.presenter.post(`${path}/messages`, { text: 'zero' });
    await callers.presenter.post(`${path}/messages`, { text: 'one' });
    return path;
  }

  describe.each(['open', 'closed', 'secret'] as const)('in a room that is %s', (privacy) => {
    it.each(Object.keys(ACTS) as Act[])('everybody gets what they are entitled to: %s', async (act) => {
      const room = await auditorium(privacy);
      for (const [disabled, signs] of TABLES[privacy][act].entries()) {
        if (disabled) await callers.manager.post(`${room}/disable`);
        for (const [index, who] of CALLERS.entries()) {
          const sign = signs[index] ?? '';
          if (sign === ' ') continue;
          for (const [which, ask] of ACTS[act].entries()) {
            const answer = await ask(callers[who], room);
            const code = SIGNS[sign];
            const said = `${who} ${act} ${which} ${disabled ? 'disabled' : ''}: ${answer.text}`;
            if (code) expect(answer.body.code, said).toBe(code);
            if (code) expectRefused(answer, code);
            else expect(answer.status, said).toBeLessThan(300);
          }
        }
      }
    });

    it('managers and admins disable, enable and delete it, and nobody else does', async () => {
      const room = await auditorium(privacy);
      for (const who of ['outsider', 'external', 'stranger', 'member', 'presenter'] as const) {
        const hidden = who === 'outsider' || who === 'external' || (privacy === 'secret' && who === 'stranger');
        for (const act of ['disable', 'enable'])
          expectRefused(await callers[who].post(`${room}/${act}`), hidden ? 'room-not-found' : 'not-a-manager');
      }
      for (const who of ['manager', 'admin'] as const) {
        expect((await callers[who].post(`${room}/disable`)).body['disabled']).toBe(true);
        expect((await callers[who].post(`${room}/enable`)).body['disabled']).toBe(false);
      }
      expect((await callers.admin.delete(room)).status).toBe(204);
    });
  });

  it('members of a normal room post there, managers too', async () => {
    const room = await node.room({ privacy: 'closed', members: [{ user: 'ben' }] });
    expect((await callers.member.post(`/v1/rooms/${room}/messages`, { text: 'x' })).status).toBe(201);
    expect((await callers.manager.post(`/v1/rooms/${room}/messages`, { text: 'x' })).status).toBe(201);
    expectRefused(await callers.stranger.post(`/v1/rooms/${room}/messages`, { text: 'x' }), 'not-a-member');
  });

  it('an admin out of scope administers a room, and reads it not even when it is open', async () => {
    const categoryId = await node.category({ denied: [{ user: 'max' }], creators: [{ user: 'mona' }] });
    const room = `/v1/rooms/${await node.room({ categoryId, privacy: 'open' })}`;
    const max = node.as('max', '+admin');
    expect((await max.patch(room, { topic: 'x' })).status).toBe(200);
    for (const path of ['/messages', '/participants', '/members'])
      expectRefused(await max.get(room + path), 'not-a-member');
    expectRefused(await max.post(`${room}/join`), 'not-a-member');
    expectRefused(await node.as('max').get(room), 'room-not-found');
  });

  it('an admin who is made a member reads what members read', async () => {
    const room = `/v1/rooms/${await node.room({ privacy: 'secret' })}`;
    const admin = node.as('abe', '+admin');
    expectRefused(await admin.get(`${room}/messages`), 'not-a-member');
    await admin.put(`${room}/members/user:abe`);
    expect((await admin.get(`${room}/messages`)).status).toBe(200);
  });

  it('rights end with the membership, in the middle of everything', async () => {
    const room = `/v1/rooms/${await node.room({ privacy: 'secret', members: [{ user: 'ben' }] })}`;
    const ben = node.as('ben');
    created(await ben.post(`${room}/messages`, { text: 'mine' }));
    await callers.manager.delete(`${room}/members/user:ben`);
    for (const answer of [
      await ben.get(room),
      await ben.get(`${room}/messages`),
      await ben.post(`${room}/messages`, { text: 'x' }),
      await ben.patch(`${room}/messages/0`, { text: 'x' }),
      await ben.post(`${room}/part`),
    ])
      expectRefused(answer, 'room-not-found');
    expect((await callers.manager.get(`${room}/participants`)).body.items).not.toContainEqual(
      expect.objectContaining({ id: 'ben' }),
    );
  });
}
