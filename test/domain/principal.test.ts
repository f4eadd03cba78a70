import { describe, it } from 'vitest';
import { principalDecider, type Claims } from '../../src/domain/principal/decide.js';
import type { PrincipalFact } from '../../src/domain/principal/principal.js';
import { specification } from '../support/decider-specification.js';

const { given } = specification(principalDecider);

const claims: Claims = {
  id: 'ada',
  name: 'Ada',
  email: 'ada@example.org',
  internal: true,
  groups: ['traders', 'leads'],
};
const registered: PrincipalFact = { type: 'PrincipalRegistered', data: { ...claims, groups: ['traders', 'leads'] } };
const disabled: PrincipalFact = { type: 'PrincipalDisabled', data: { id: 'ada' } };
const enabled: PrincipalFact = { type: 'PrincipalEnabled', data: { id: 'ada' } };

describe('a user', () => {
  it('is registered at first sight, and seen again without a word', () => {
    given([]).when({ type: 'Register', claims }).then([registered]);
    given([registered]).when({ type: 'Register', claims }).then([]);
    given([registered])
      .when({ type: 'Register', claims: { ...claims, groups: ['leads', 'traders', 'leads'] } })
      .then([]);
  });

  it.each([{ name: 'Ada L.' }, { email: 'lovelace@example.org' }, { internal: false }])(
    'is recorded anew when the token says %j',
    (change) => {
      const { groups, ...rest } = { ...claims, ...change };
      given([registered])
        .when({ type: 'Register', claims: { ...rest, groups } })
        .then([{ type: 'PrincipalRenamed', data: rest }]);
    },
  );

  it('has the groups of the latest token', () => {
    const left: PrincipalFact = { type: 'PrincipalGroupsChanged', data: { id: 'ada', groups: [] } };
    given([registered])
      .when({ type: 'Register', claims: { ...claims, groups: [] } })
      .then([left]);
    given([registered, left])
      .when({ type: 'Register', claims })
      .then([{ type: 'PrincipalGroupsChanged', data: { id: 'ada', groups: ['traders', 'leads'] } }]);
  });

  it('is renamed and regrouped at once', () => {
    given([registered])
      .when({ type: 'Register', claims: { ...claims, name: 'A', groups: ['x'] } })
      .then([
        { type: 'PrincipalRenamed', data: { id: 'ada', name: 'A', email: 'ada@example.org', internal: true } },
        { type: 'PrincipalGroupsChanged', data: { id: 'ada', groups: ['x'] } },
      ]);
  });

  it('is disabled and enabled once, and stays disabled when seen', () => {
    given([registered]).when({ type: 'Disable' }).then([disabled]);
    given([registered, disabled]).when({ type: 'Disable' }).then([]);
    given([registered, disabled]).when({ type: 'Register', claims }).then([]);
    given([registered, disabled]).when({ type: 'Enable' }).then([enabled]);
    given([registered]).when({ type: 'Enable' }).then([]);
    given([registered, disabled, enabled]).when({ type: 'Enable' }).then([]);
  });

  it('who was never seen can be neither disabled nor enabled', () => {
    given([]).when({ type: 'Disable' }).then('user-not-found');
    given([]).when({ type: 'Enable' }).then('user-not-found');
  });
});
