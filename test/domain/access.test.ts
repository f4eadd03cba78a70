import { describe, expect, it } from 'vitest';
import {
  admits,
  admitsPrincipal,
  manages,
  mayCreateRoom,
  mayPost,
  mayRead,
  readsContents,
  sees,
  settingOf,
  unlogged,
} from '../../src/domain/access.js';
import { groupRef, userRef } from '../../src/domain/caller.js';
import { caller, category, known, refs, room } from './callers.js';

const open = [category()];
const on = { invitations: 'on', fileUpload: 'on', history: 'on', externals: 'on' } as const;

describe('the scope of a category', () => {
  it('admits every internal user where no list says otherwise', () => {
    expect(admits(open, caller('ada'))).toBe(true);
  });

  it('admits nobody when there is no such category', () => {
    expect(admits([], caller('ada', { roles: ['admin'] }))).toBe(false);
    expect(admitsPrincipal([], userRef('ada'), known('ada'))).toBe(false);
  });

  it.each([
    ['himself', refs('bob')],
    ['by one of his groups', refs('@traders')],
  ])('admits who is allowed %s, and nobody else', (_, allowed) => {
    expect(admits([category({ allowed })], caller('bob', { groups: ['interns', 'traders'] }))).toBe(true);
    expect(admits([category({ allowed })], caller('eve', { groups: ['interns'] }))).toBe(false);
  });

  it('admits nobody to an empty list', () => {
    expect(admits([category({ allowed: new Set() })], caller('ada'))).toBe(false);
  });

  it('lets deny win over allow, also from far up the tree and by a group', () => {
    const bob = caller('bob', { groups: ['interns'] });
    expect(admits([category({ allowed: refs('bob'), denied: refs('bob') })], bob)).toBe(false);
    expect(admits([category({ allowed: refs('bob') }), category(), category({ denied: refs('@interns') })], bob)).toBe(
      false,
    );
  });

  it('lets a child narrow its parent and never widen it', () => {
    const chain = [category({ allowed: refs('ada', 'eve') }), category({ allowed: refs('ada', 'bob') })];
    expect(['ada', 'bob', 'eve'].map((id) => admits(chain, caller(id)))).toStrictEqual([true, false, false]);
  });

  it('takes no role for an invitation', () => {
    expect(admits([category({ denied: refs('ada') })], caller('ada', { roles: ['admin', 'compliance'] }))).toBe(false);
  });

  it('does not take a user for a group of the same name', () => {
    expect(admits([category({ allowed: refs('@traders') })], caller('traders'))).toBe(false);
    expect(admits([category({ allowed: refs('traders') })], caller('ada', { groups: ['traders'] }))).toBe(false);
  });

  describe('for external users', () => {
    const external = caller('eve', { internal: false, groups: ['partners'] });

    it('needs both the setting and a list that names them', () => {
      expect(admits([category({ settings: on, allowed: refs('@partners') })], external)).toBe(true);
      expect(admits([category({ settings: on })], external)).toBe(false);
      expect(admits([category({ allowed: refs('@partners') })], external)).toBe(false);
      expect(admits([category({ settings: on, allowed: refs('ada') })], external)).toBe(false);
    });

    it('needs the setting all the way up, and one list anywhere', () => {
      const named = category({ settings: on, allowed: refs('eve') });
      expect(admits([category({ settings: on }), named], external)).toBe(true);
      expect(admits([named, category()], external)).toBe(false);
    });
  });
});

describe('who may be listed in a room', () => {
  it('is a known user as if they came themselves', () => {
    const chain = [category({ allowed: refs('@traders') })];
    expect(admitsPrincipal(chain, userRef('bob'), known('bob', { groups: ['traders'] }))).toBe(true);
    expect(admitsPrincipal(chain, userRef('bob'), known('bob'))).toBe(false);
    expect(
      admitsPrincipal([category({ denied: refs('@interns') })], userRef('bob'), known('bob', { groups: ['interns'] })),
    ).toBe(false);
  });

  it('is a known external user only where external users are wanted and named', () => {
    const eve = known('eve', { internal: false });
    expect(admitsPrincipal(open, userRef('eve'), eve)).toBe(false);
    expect(admitsPrincipal([category({ settings: on, allowed: refs('eve') })], userRef('eve'), eve)).toBe(true);
  });

  it('is a user never seen unless the lists speak against it for certain', () => {
    expect(admitsPrincipal(open, userRef('new'), undefined)).toBe(true);
    expect(admitsPrincipal([category({ allowed: refs('@traders', 'ada') })], userRef('new'), undefined)).toBe(true);
    expect(admitsPrincipal([category({ allowed: refs('ada') })], userRef('new'), undefined)).toBe(false);
    expect(admitsPrincipal([category({ denied: refs('new') })], userRef('new'), undefined)).toBe(false);
  });

  it('is a group unless it is denied or nobody in it can be allowed', () => {
    const group = groupRef('traders');
    expect(admitsPrincipal(open, group, undefined)).toBe(true);
    expect(admitsPrincipal([category({ allowed: refs('@traders') })], group, undefined)).toBe(true);
    expect(admitsPrincipal([category({ allowed: refs('ada', '@sales') })], group, undefined)).toBe(true);
    expect(admitsPrincipal([category({ allowed: refs('@sales') })], group, undefined)).toBe(false);
    expect(admitsPrincipal([category({ allowed: refs('ada'), denied: refs('@traders') })], group, undefined)).toBe(
      false,
    );
  });
});

describe('what there is of a room', () => {
  const outsider = caller('eve');
  const member = caller('bob', { groups: ['traders'] });
  const manager = caller('mia');
  const admin = caller('root', { roles: ['admin'] });
  const lists = { members: refs('@traders'), managers: refs('mia') };

  it.each([
    ['open', [true, true, true, true], [true, true, true, true]],
    ['closed', [true, true, true, true], [false, true, true, false]],
    ['secret', [false, true, true, true], [false, true, true, false]],
  ] as const)('%s: outsider, member, manager and admin see %j and read %j', (privacy, seen, read) => {
    const all = [outsider, member, manager, admin];
    expect(all.map((who) => sees(room({ privacy, ...lists }), open, who))).toStrictEqual(seen);
    expect(all.map((who) => readsContents(room({ privacy, ...lists }), open, who))).toStrictEqual(read);
  });

  it('is nothing for a member out of scope, and no contents for an admin out of scope', () => {
    const chain = [category({ denied: refs('bob', 'root') })];
    expect(sees(room({ privacy: 'open', ...lists }), chain, member)).toBe(false);
    expect(readsContents(room({ privacy: 'open', ...lists }), chain, member)).toBe(false);
    expect(sees(room({ privacy: 'open', ...lists }), chain, admin)).toBe(true);
    expect(readsContents(room({ privacy: 'open', ...lists }), chain, admin)).toBe(false);
  });

  it('is administered by managers, by their groups and by admins', () => {
    expect(manages(room({ managers: refs('mia', '@leads') }), caller('lee', { groups: ['leads'] }))).toBe(true);
    expect([outsider, member, manager, admin].map((who) => manages(room(lists), who))).toStrictEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('who may read and post', () => {
  const bob = caller('bob');
  const code = (refused: { readonly code: string } | undefined) => refused?.code;

  it('is a member', () => {
    expect(mayPost(room({ members: refs('bob') }), open, bob)).toBeUndefined();
    expect(mayRead(room({ managers: refs('bob') }), open, bob)).toBeUndefined();
    expect(mayPost(room({ privacy: 'open' }), open, bob)).toBeUndefined();
    expect(code(mayPost(room(), open, bob))).toBe('not-a-member');
    expect(code(mayRead(room(), open, caller('root', { roles: ['admin'] })))).toBe('not-a-member');
  });

  it('is nobody while the room is disabled, and an outsider is not told so', () => {
    expect(code(mayPost(room({ members: refs('bob'), disabled: true }), open, bob))).toBe('room-disabled');
    expect(code(mayRead(room({ members: refs('bob'), disabled: true }), open, bob))).toBe('room-disabled');
    expect(code(mayPost(room({ disabled: true, type: 'auditorium' }), open, bob))).toBe('not-a-member');
  });

  it('is in an auditorium only who presents, managers not excepted', () => {
    const auditorium = { type: 'auditorium', members: refs('bob'), managers: refs('mia') } as const;
    expect(code(mayPost(room(auditorium), open, bob))).toBe('not-a-presenter');
    expect(code(mayPost(room(auditorium), open, caller('mia')))).toBe('not-a-presenter');
    expect(mayPost(room({ ...auditorium, presenters: refs('mia') }), open, caller('mia'))).toBeUndefined();
    expect(mayRead(room(auditorium), open, bob)).toBeUndefined();
    expect(code(mayPost(room({ ...auditorium, disabled: true }), open, bob))).toBe('room-disabled');
  });
});

describe('settings', () => {
  it('are on where every category of the chain has them on', () => {
    const off = category({ settings: { ...on, history: 'off' } });
    expect(settingOf([category(), category()], 'history')).toBe('on');
    expect(settingOf([category(), off], 'history')).toBe('off');
    expect([unlogged([category()]), unlogged([off, category()]), unlogged([category(), off])]).toStrictEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('who may create rooms', () => {
  it('is a creator of the very category who is in scope, or an admin', () => {
    const chain = [category({ creators: refs('@leads') }), category({ creators: refs('eve') })];
    expect(mayCreateRoom(chain, caller('lee', { groups: ['leads'] }))).toBeUndefined();
    expect(mayCreateRoom(chain, caller('root', { roles: ['admin'] }))).toBeUndefined();
    expect(mayCreateRoom(chain, caller('eve'))?.code).toBe('not-a-creator');
    expect(mayCreateRoom([category({ creators: refs('lee'), denied: refs('lee') })], caller('lee'))?.code).toBe(
      'not-a-creator',
    );
  });
});
