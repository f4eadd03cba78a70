import type { Caller, Role } from '../../domain/caller.js';
import { SYSTEM } from '../../domain/kernel/event.js';

const TOKEN = /^dev-([A-Za-z0-9._-]{1,64})((?:\+[a-z]+)*)((?:@[A-Za-z0-9._-]{1,64})*)(~external)?$/;
const ROLES: ReadonlySet<string> = new Set<Role>(['admin', 'compliance', 'analyst', 'operator']);

/** `dev-<user>[+<role>…][@<group>…][~external]`: whoever asks is who they say. Loopback only. */
export function developmentCaller(token: string): Caller | undefined {
  const found = TOKEN.exec(token);
  if (!found) return undefined;
  const [, id = '', marks = '', memberships = '', external] = found;
  const roles = marks.split('+').slice(1);
  if (id === SYSTEM.id || !roles.every(isRole)) return undefined;
  const actor = { id, name: id, email: `${id}@example.org`, internal: external === undefined };
  return { actor, groups: memberships.split('@').slice(1), roles };
}

function isRole(role: string): role is Role {
  return ROLES.has(role);
}
