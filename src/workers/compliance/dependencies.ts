import type { SealedWindow } from '../../domain/archive/archive.js';
import type { EventStore } from '../../domain/kernel/event-store.js';
import type { ToEnvelope } from '../../projections/envelope.js';
import type { SequenceCodec } from '../../projections/sequence.js';

/** The log, for reading: also one that another process writes. */
export type ReadableLog = Pick<EventStore, 'readStream' | 'readAll'>;

/** The log, and what the bytes of a window depend on beside it: the same values give the same bytes. */
export interface Rendering {
  readonly store: ReadableLog;
  readonly toEnvelope: ToEnvelope;
  readonly sequences: SequenceCodec;
  /** Stands in `ma-chan://<domain>/<room id>` and in the SIP address of who has no e-mail address. */
  readonly domain: string;
}

export const ADAPTERS = ['jsonl', 'xml'] as const;
export type AdapterName = (typeof ADAPTERS)[number];

export function isAdapterName(name: string): name is AdapterName {
  return ADAPTERS.some((known) => known === name);
}

/** A window of an adapter that this version can render. */
export type Window = SealedWindow & { readonly adapter: AdapterName };
