import { accept, reject, type Decider, type Decision, type Rejection } from '../kernel/decider.js';
import type { Codes } from '../rejections.js';
import type { ArchiveFact, ArchiveState, SealedWindow } from './archive.js';
import { evolveArchive, initialArchive, isCollected } from './evolve.js';

export type ArchiveCommand = Seal | Publish | Collect;

export interface Seal {
  readonly type: 'Seal';
  readonly adapter: string;
  /** A position behind which nothing can still appear. */
  readonly to: number;
  /** RFC 3339: now. */
  readonly at: string;
  /** RFC 3339: when the very first window begins; default `at`. */
  readonly since?: string | undefined;
  readonly profile: SealedWindow['profile'];
  readonly software: string;
}

export interface Publish {
  readonly type: 'Publish';
  readonly number: number;
  readonly folder: string;
  readonly manifestSha256: string;
  readonly events: number;
}

/** The collector has the window. */
export interface Collect {
  readonly type: 'Collect';
  readonly number: number;
}

export type ArchiveRejectionCode = Codes<'window-open' | 'window-range' | 'window-not-found' | 'window-differs'>;
type ArchiveDecision = Decision<ArchiveFact, ArchiveRejectionCode>;

export const archiveDecider: Decider<ArchiveState, ArchiveCommand, ArchiveFact, ArchiveRejectionCode> = {
  initialState: initialArchive,
  evolve: evolveArchive,
  decide,
};

function decide(command: ArchiveCommand, state: ArchiveState): ArchiveDecision {
  switch (command.type) {
    case 'Seal':
      return seal(command, state);
    case 'Publish':
      return publish(command, state);
    case 'Collect':
      return collect(command, state);
  }
}

/** Windows touch: each begins where and when the one before ended, whatever this node's clock says. */
function seal({ adapter, to, at, since, profile, software }: Seal, state: ArchiveState): ArchiveDecision {
  if (state.kind === 'sealed')
    return reject('window-open', `Window ${state.window.number} is sealed but not published yet.`);
  const before = state.kind === 'empty' ? { number: 0, to: 0, toTime: since ?? at } : state.window;
  if (to < before.to) return reject('window-range', `A window from ${before.to} cannot end at ${to}.`);
  return accept({
    type: 'WindowSealed',
    data: {
      adapter,
      number: before.number + 1,
      from: before.to,
      to,
      fromTime: before.toTime,
      toTime: at > before.toTime ? at : before.toTime,
      ...(state.kind === 'published' && { previousManifestSha256: state.manifestSha256 }),
      profile,
      software,
    },
  });
}

/** A worker that comes second with the same bytes has succeeded; other bytes of one window are never accepted. */
function publish({ number, folder, manifestSha256, events }: Publish, state: ArchiveState): ArchiveDecision {
  if (state.kind === 'empty' || number > state.window.number || number < 1) return notFound(number);
  if (number < state.window.number) return accept();
  if (state.kind === 'published')
    return manifestSha256 === state.manifestSha256
      ? accept()
      : reject('window-differs', `Window ${number} was already published with other bytes.`);
  const { adapter } = state.window;
  return accept({ type: 'WindowPublished', data: { adapter, number, folder, manifestSha256, events } });
}

function collect({ number }: Collect, state: ArchiveState): ArchiveDecision {
  if (state.kind === 'empty' || number < 1 || number > lastPublished(state)) return notFound(number);
  if (isCollected(state.collected, number)) return accept();
  return accept({ type: 'WindowCollected', data: { adapter: state.window.adapter, number } });
}

function lastPublished({ kind, window }: Exclude<ArchiveState, { kind: 'empty' }>): number {
  return kind === 'published' ? window.number : window.number - 1;
}

function notFound(number: number): Rejection<'window-not-found'> {
  return reject('window-not-found', `No window ${number} is in a state for this.`);
}
