import type { FactOf } from '../catalogue/catalogue.js';

export type ArchiveFact = FactOf<'WindowSealed' | 'WindowPublished' | 'WindowCollected'>;

export type SealedWindow = Readonly<FactOf<'WindowSealed'>['data']>;

/** What one adapter's archive has come to. Windows before `window` are all published. */
export type ArchiveState =
  | { readonly kind: 'empty' }
  /** `window` is to be rendered, by whoever comes first. */
  | { readonly kind: 'sealed'; readonly window: SealedWindow; readonly collected: Collected }
  | {
      readonly kind: 'published';
      readonly window: SealedWindow;
      readonly manifestSha256: string;
      readonly collected: Collected;
    };

/** Numbers of collected windows: all up to one, and those beyond it. Small when windows are collected in order, or never. */
export interface Collected {
  readonly upTo: number;
  readonly beyond: ReadonlyMap<number, true>;
}
