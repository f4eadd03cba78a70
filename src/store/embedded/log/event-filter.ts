import { categoryOf, type RecordedEvent } from '../../../domain/kernel/event.js';
import type { EventFilter } from '../../../domain/kernel/event-store.js';
import type { FilterText } from './protocol.js';

export function matches(
  { stream, type }: Pick<RecordedEvent, 'stream' | 'type'>,
  { categories, streams, types }: EventFilter,
): boolean {
  return (
    (categories?.includes(categoryOf(stream)) ?? true) && (streams?.has(stream) ?? true) && (types?.has(type) ?? true)
  );
}

export function filterText({ categories, streams, types }: EventFilter): FilterText {
  return { categories: list(categories), streams: list(streams), types: list(types) };
}

function list(names: Iterable<string> | undefined): string | undefined {
  return names && JSON.stringify([...names]);
}
