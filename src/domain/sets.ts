/** Immutable sets: a copy with one member more or less, the same set when nothing changes. */
export function withMember<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  return set.has(member) ? set : new Set([...set, member]);
}

export function withoutMember<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  if (!set.has(member)) return set;
  const rest = new Set(set);
  rest.delete(member);
  return rest;
}

/** In whatever order; no set at all is like no set alone. */
export function sameMembers<T>(one: ReadonlySet<T> | undefined, other: ReadonlySet<T> | undefined): boolean {
  if (one === other) return true;
  if (one?.size !== other?.size) return false;
  for (const member of one ?? []) if (!other?.has(member)) return false;
  return true;
}
