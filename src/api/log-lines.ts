import type { RecordedEvent } from '../domain/kernel/event.js';
import type { EventBatch, EventFilter, EventStore } from '../domain/kernel/event-store.js';
import type { Position } from '../domain/kernel/position.js';
import type { ToEnvelope } from '../projections/envelope.js';

export interface Selection {
  readonly after: Position;
  /** Lines at most. */
  readonly limit: number;
  readonly types?: readonly string[] | undefined;
  /** Stream names and `<stream category>-*`. */
  readonly streams?: readonly string[] | undefined;
}

interface Source {
  readonly store: Pick<EventStore, 'readAll' | 'subscribe'>;
  readonly toEnvelope: ToEnvelope;
}

/** The log as NDJSON, a string of lines for each batch; with a signal it goes on with what is written until that. */
export async function* logLines(
  { store, toEnvelope }: Source,
  selection: Selection,
  follow?: AbortSignal,
): AsyncGenerator<string> {
  const { filter, matches } = filterOf(selection);
  const { after } = selection;
  const items = follow ? store.subscribe({ after, filter, signal: follow }) : store.readAll({ after, filter });
  yield* linesOf(eventsIn(items, matches), toEnvelope, selection.limit);
}

/** One string a batch; stops reading when there are enough. */
export async function* linesOf(
  batches: AsyncIterable<readonly RecordedEvent[]>,
  toEnvelope: ToEnvelope,
  limit: number,
): AsyncGenerator<string> {
  let left = limit;
  for await (const batch of batches) {
    const taken = batch.slice(0, left);
    left -= taken.length;
    if (taken.length > 0) yield taken.map((event) => `${JSON.stringify(toEnvelope(event))}\n`).join('');
    if (left === 0) return;
  }
}

async function* eventsIn(
  items: AsyncIterable<EventBatch | { readonly kind: 'caught-up' }>,
  matches: (event: RecordedEvent) => boolean,
) {
  for await (const item of items) if (item.kind === 'events') yield item.events.filter(matches);
}

/** Names and wildcards may be mixed, which no engine's filter says: then the events are looked at here. */
function filterOf({ types, streams = [] }: Selection) {
  const categories = streams.filter((name) => name.endsWith('-*')).map((name) => name.slice(0, -2));
  const names = new Set(streams.filter((name) => !name.endsWith('-*')));
  const isMixed = categories.length > 0 && names.size > 0;
  const filter: EventFilter = {
    ...(types && { types: new Set(types) }),
    ...(categories.length > 0 && !isMixed && { categories }),
    ...(names.size > 0 && !isMixed && { streams: names }),
  };
  const matches = ({ stream }: RecordedEvent) =>
    !isMixed || names.has(stream) || categories.some((category) => stream.startsWith(`${category}-`));
  return { filter, matches };
}
