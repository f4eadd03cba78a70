import { accept, reject, type Decider, type Decision } from '../kernel/decider.js';
import type { Codes } from '../rejections.js';
import { sameMembers } from '../sets.js';
import { evolvePrincipal, initialPrincipal } from './evolve.js';
import type { KnownPrincipal, PrincipalFact, PrincipalState } from './principal.js';

/** What a token says of its user. */
export type Claims = Pick<KnownPrincipal, 'id' | 'name' | 'email' | 'internal' | 'groups'>;

export type PrincipalCommand =
  /** The user was seen. Says nothing when nothing is new. */
  { readonly type: 'Register'; readonly claims: Claims } | { readonly type: 'Disable' } | { readonly type: 'Enable' };

export type PrincipalRejectionCode = Codes<'user-not-found'>;

export const principalDecider: Decider<PrincipalState, PrincipalCommand, PrincipalFact, PrincipalRejectionCode> = {
  initialState: initialPrincipal,
  evolve: evolvePrincipal,
  decide,
};

function decide(command: PrincipalCommand, state: PrincipalState): Decision<PrincipalFact, PrincipalRejectionCode> {
  if (command.type === 'Register') return accept(...seen(command.claims, state));
  if (state.kind === 'none') return reject('user-not-found', 'There is no such user.');
  const { id, disabled } = state;
  if (command.type === 'Disable') return disabled ? accept() : accept({ type: 'PrincipalDisabled', data: { id } });
  return disabled ? accept({ type: 'PrincipalEnabled', data: { id } }) : accept();
}

function seen({ id, name, email, internal, groups }: Claims, state: PrincipalState): readonly PrincipalFact[] {
  if (state.kind === 'none')
    return [{ type: 'PrincipalRegistered', data: { id, name, email, internal, groups: [...groups] } }];
  const facts: PrincipalFact[] = [];
  if (name !== state.name || email !== state.email || internal !== state.internal)
    facts.push({ type: 'PrincipalRenamed', data: { id, name, email, internal } });
  if (!sameMembers(new Set(groups), new Set(state.groups)))
    facts.push({ type: 'PrincipalGroupsChanged', data: { id, groups: [...groups] } });
  return facts;
}
