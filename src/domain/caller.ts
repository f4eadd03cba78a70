import type { Brand } from './kernel/brand.js';
import type { Actor } from './kernel/event.js';
import type { Principal } from './catalogue/values.js';

export type Role = 'admin' | 'compliance' | 'analyst' | 'operator';

/** Who sends a command or asks, as the token says. */
export interface Caller {
  readonly actor: Actor;
  readonly groups: readonly string[];
  readonly roles: readonly Role[];
}

/** `user:<id>` or `group:<id>`: a principal as a member of a set, and in paths. */
export type PrincipalRef = Brand<string, 'PrincipalRef'>;

export function userRef(id: string): PrincipalRef {
  return `user:${id}` as PrincipalRef;
}

export function groupRef(id: string): PrincipalRef {
  return `group:${id}` as PrincipalRef;
}

export function refOf(principal: Principal): PrincipalRef {
  return 'user' in principal ? userRef(principal.user) : groupRef(principal.group);
}

export function principalOf(ref: PrincipalRef): Principal {
  return ref.startsWith('user:') ? { user: ref.slice(5) } : { group: ref.slice(6) };
}

/** The user, or a group the user has, is in the list. */
export function lists(refs: ReadonlySet<PrincipalRef>, { actor, groups }: Pick<Caller, 'actor' | 'groups'>): boolean {
  return refs.has(userRef(actor.id)) || groups.some((group) => refs.has(groupRef(group)));
}

export function isAdmin({ roles }: Caller): boolean {
  return roles.includes('admin');
}
