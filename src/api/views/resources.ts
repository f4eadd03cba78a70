import { principalOf, type PrincipalRef } from '../../domain/caller.js';
import type { LiveCategory } from '../../domain/category/category.js';
import type { KnownPrincipal } from '../../domain/principal/principal.js';
import type { LiveRoom } from '../../domain/room/room.js';

/** `Room` of the HTTP contract. */
export function roomView(id: string, room: LiveRoom, participantCount: number) {
  const { name, categoryId, description, topic, privacy, type, invitations, disabled, createdAt } = room;
  return {
    id,
    name,
    categoryId,
    description,
    topic,
    privacy,
    type,
    invitations,
    disabled,
    participantCount,
    createdAt,
  };
}

/** `Category` of the HTTP contract. */
export function categoryView(
  id: string,
  { name, description, parentId, allowed, denied, creators, settings }: LiveCategory,
) {
  return {
    id,
    name,
    description,
    ...(parentId !== undefined && { parentId }),
    ...(allowed && { allowed: principals(allowed) }),
    denied: principals(denied),
    creators: principals(creators),
    settings,
  };
}

export function userView({ id, name, email, internal, disabled }: KnownPrincipal) {
  return { id, name, email, internal, disabled };
}

function principals(refs: Iterable<PrincipalRef>) {
  return [...refs].map(principalOf);
}
