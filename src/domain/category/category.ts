import type { FactOf } from '../catalogue/catalogue.js';
import type { Settings } from '../catalogue/category.js';
import type { PrincipalRef } from '../caller.js';

export type CategoryState =
  | { readonly kind: 'none' }
  /** Its creation did not finish: it can never be created. */
  | { readonly kind: 'abandoned' }
  | LiveCategory
  | { readonly kind: 'deleted' };

export interface LiveCategory {
  readonly kind: 'live';
  readonly name: string;
  readonly description: string;
  readonly parentId: string | undefined;
  /** `undefined`: the parent's; at a root every internal user. */
  readonly allowed: ReadonlySet<PrincipalRef> | undefined;
  readonly denied: ReadonlySet<PrincipalRef>;
  readonly creators: ReadonlySet<PrincipalRef>;
  readonly settings: Settings;
  /** Folded name → room: the names given out, also to rooms that are still being created. */
  readonly names: ReadonlyMap<string, string>;
  /** Child categories, also those that are still being created. */
  readonly children: ReadonlySet<string>;
}

export type CategoryFact = FactOf<
  | 'CategoryCreated'
  | 'CategoryRenamed'
  | 'CategoryDescribed'
  | 'CategorySettingsChanged'
  | 'CategoryScopeChanged'
  | 'CategoryCreatorsChanged'
  | 'CategoryDeleted'
  | 'NameReserved'
  | 'NameReleased'
  | 'ChildReserved'
  | 'ChildReleased'
  | 'CategoryAbandoned'
>;
