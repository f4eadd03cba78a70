import type { Evolving } from '../kernel/decider.js';
import { ignoring } from '../unknown-event.js';
import type { KnownPrincipal, PrincipalFact, PrincipalState } from './principal.js';

export const initialPrincipal: PrincipalState = { kind: 'none' };

export function evolvePrincipal(state: PrincipalState, event: Evolving<PrincipalFact>): PrincipalState {
  if (state.kind === 'known') return change(state, event);
  return event.type === 'PrincipalRegistered' ? { kind: 'known', ...event.data, disabled: false } : state;
}

function change(known: KnownPrincipal, event: Evolving<PrincipalFact>): PrincipalState {
  switch (event.type) {
    case 'PrincipalRenamed': {
      const { name, email, internal } = event.data;
      return { ...known, name, email, internal };
    }
    case 'PrincipalGroupsChanged':
      return { ...known, groups: event.data.groups };
    case 'PrincipalDisabled':
      return { ...known, disabled: true };
    case 'PrincipalEnabled':
      return { ...known, disabled: false };
    case 'PrincipalRegistered':
      return known;
    default:
      return ignoring({ state: known, event });
  }
}
