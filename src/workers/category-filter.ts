import type { EventFilter } from '../domain/kernel/event-store.js';
import type { Projection } from '../projections/projection.js';

/** What a projection reads of the log, as the log is asked for it. */
export function categoryFilter({ categories }: Projection): { readonly filter?: EventFilter } {
  return categories ? { filter: { categories } } : {};
}
