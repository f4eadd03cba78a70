import type { RecordedEvent } from '../domain/kernel/event.js';
import type { EventBatch, EventFilter, EventStore } from '../domain/kernel/event-store.js';
import type { Position } from '../domain/kernel/position.js';
import type { ToEnvelope } from '../projections/envelope.js';

/** Which events of the log; each part that is given must match. */
export interface Selection {
  readonly after: Position;
  readonly types?: readonly string[] | undefined;
  /** Stream names and `<stream category>-*`. */
  readonly streams?: readonly string[] | undefined;
}

interface Source {
  readonly store: Pick<EventStore, 'readAll' | 'subscribe'>;
  readonly toEnvelope: ToEnvelope;
}

/** The log as NDJSON, a string of lines for each batch, `limit` lines at most. */
export function logLines(
  { store, toEnvelope }: Source,
  { limit, ...selection }: Selection & { readonly limit: number },
): AsyncGenerator<string> {
  return linesOf(eventsIn(selected(store, selection)), toEnvelope, limit);
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

/** Batches of the log up to its end; with a signal it goes on with what is written until that. */
export async function* selected(
  store: Source['store'],
  selection: Selection,
  follow?: AbortSignal,
): AsyncGenerator<EventBatch> {
  const { filter, matches } = filterOf(selection);
  const { after } = selection;
  const items = follow ? store.subscribe({ after, filter, signal: follow }) : store.readAll({ after, filter });
  for await (const item of items) {
    if (item.kind === 'events') yield matches ? { ...item, events: item.events.filter(matches) } : item;
  }
}

export async function* eventsIn(batches: AsyncIterable<EventBatch>): AsyncGenerator<readonly RecordedEvent[]> {
  for await (const { events } of batches) yield events;
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
  const mixed = ({ stream }: RecordedEvent) =>
    names.has(stream) || categories.some((category) => stream.startsWith(`${category}-`));
  return { filter, matches: isMixed ? mixed : undefined };
}
