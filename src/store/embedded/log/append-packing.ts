import type { ExpectedRevision } from '../../../domain/kernel/event-store.js';
import type { Append, EventText, PackedAppends } from './protocol.js';

/** Stream, expected revision, number of events; then id, type, data and metadata of each. */
export function packAppends(appends: readonly Append[]): PackedAppends {
  const packed: (string | number)[] = [];
  for (const { stream, expected, events } of appends) {
    packed.push(stream, expected, events.length);
    for (const { id, type, data, metadata } of events) packed.push(id, type, data, metadata);
  }
  return packed;
}

export function unpackAppends(packed: PackedAppends): readonly Append[] {
  const appends: Append[] = [];
  for (let at = 0; at < packed.length;) {
    const stream = packed[at] as string;
    const expected = packed[at + 1] as ExpectedRevision;
    const count = packed[at + 2] as number;
    at += 3;
    const events: EventText[] = [];
    for (const end = at + 4 * count; at < end; at += 4) {
      events.push({
        id: packed[at] as string,
        type: packed[at + 1] as string,
        data: packed[at + 2] as string,
        metadata: packed[at + 3] as string,
      });
    }
    appends.push({ stream, expected, events });
  }
  return appends;
}
