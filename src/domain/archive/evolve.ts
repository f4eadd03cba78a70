import type { Evolving } from '../kernel/decider.js';
import { withEntry, withoutEntry } from '../layered-map.js';
import { ignoring } from '../unknown-event.js';
import type { ArchiveFact, ArchiveState, Collected } from './archive.js';

export const initialArchive: ArchiveState = { kind: 'empty' };

const NONE: Collected = { upTo: 0, beyond: new Map() };

export function evolveArchive(state: ArchiveState, event: Evolving<ArchiveFact>): ArchiveState {
  switch (event.type) {
    case 'WindowSealed':
      return { kind: 'sealed', window: event.data, collected: state.kind === 'empty' ? NONE : state.collected };
    case 'WindowPublished':
      return state.kind === 'sealed' && state.window.number === event.data.number
        ? { ...state, kind: 'published', manifestSha256: event.data.manifestSha256 }
        : state;
    case 'WindowCollected':
      return state.kind === 'empty' ? state : { ...state, collected: collect(state.collected, event.data.number) };
    default:
      return ignoring({ state, event });
  }
}

export function isCollected({ upTo, beyond }: Collected, number: number): boolean {
  return number <= upTo || beyond.has(number);
}

function collect(collected: Collected, number: number): Collected {
  if (isCollected(collected, number)) return collected;
  let { upTo, beyond } = { ...collected, beyond: withEntry(collected.beyond, number, true) };
  while (beyond.has(upTo + 1)) {
    upTo += 1;
    beyond = withoutEntry(beyond, upTo);
  }
  return { upTo, beyond };
}
