import type { ArchiveFact } from '../../domain/archive/archive.js';
import { catalogue, type EventOf } from '../../domain/catalogue/catalogue.js';
import { isParked } from '../../domain/kernel/catalogue.js';
import { streamName, type RecordedEvent, type StreamName } from '../../domain/kernel/event.js';

const TYPES: Readonly<Record<ArchiveFact['type'], true>> = {
  WindowSealed: true,
  WindowPublished: true,
  WindowCollected: true,
};

/** The log of an adapter's windows. */
export function archiveStream(adapter: string): StreamName {
  return streamName('archive', adapter);
}

/** The typed event, where it is one of an archive. */
export function archiveEvent(recorded: RecordedEvent): EventOf<ArchiveFact['type']> | undefined {
  const event = catalogue.decode(recorded);
  return isParked(event) || !isArchiveEvent(event) ? undefined : event;
}

function isArchiveEvent(event: { readonly type: string }): event is EventOf<ArchiveFact['type']> {
  return Object.hasOwn(TYPES, event.type);
}
