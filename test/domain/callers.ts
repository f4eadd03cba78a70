import type { Caller, PrincipalRef, Role } from '../../src/domain/caller.js';
import { groupRef, userRef } from '../../src/domain/caller.js';
import type { LiveCategory } from '../../src/domain/category/category.js';
import type { KnownPrincipal } from '../../src/domain/principal/principal.js';
import type { LiveRoom } from '../../src/domain/room/room.js';

export function caller(
  id: string,
  { groups = [], roles = [], internal = true }: { groups?: string[]; roles?: Role[]; internal?: boolean } = {},
): Caller {
  return { actor: { id, name: id, email: `${id}@example.org`, internal }, groups, roles };
}

export function known(
  id: string,
  { groups = [], internal = true }: { groups?: string[]; internal?: boolean } = {},
): KnownPrincipal {
  return { kind: 'known', id, name: id, email: `${id}@example.org`, internal, groups, disabled: false };
}

/** `@group` is a group, the rest are users. */
export function refs(...names: readonly string[]): ReadonlySet<PrincipalRef> {
  return new Set(names.map((name) => (name.startsWith('@') ? groupRef(name.slice(1)) : userRef(name))));
}

export function category(parts: Partial<LiveCategory> = {}): LiveCategory {
  return {
    kind: 'live',
    name: 'Desk',
    description: '',
    parentId: undefined,
    allowed: undefined,
    denied: new Set(),
    creators: new Set(),
    settings: { invitations: 'on', fileUpload: 'on', history: 'on', externals: 'off' },
    names: new Map(),
    children: new Set(),
    ...parts,
  };
}

export function room(parts: Partial<LiveRoom> = {}): LiveRoom {
  return {
    kind: 'live',
    name: 'Oil',
    categoryId: 'c1',
    description: '',
    topic: '',
    privacy: 'closed',
    type: 'normal',
    invitations: 'inherit',
    members: new Set(),
    managers: new Set(),
    presenters: new Set(),
    disabled: false,
    createdAt: '2026-11-23T14:00:00.000Z',
    ...parts,
  };
}
