import type { FactOf } from '../catalogue/catalogue.js';

export type PrincipalState = { readonly kind: 'none' } | KnownPrincipal;

export interface KnownPrincipal {
  readonly kind: 'known';
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly internal: boolean;
  /** As the user's latest token said. */
  readonly groups: readonly string[];
  readonly disabled: boolean;
}

export type PrincipalFact = FactOf<
  'PrincipalRegistered' | 'PrincipalRenamed' | 'PrincipalGroupsChanged' | 'PrincipalDisabled' | 'PrincipalEnabled'
>;
