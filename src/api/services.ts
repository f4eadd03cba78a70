import type { Stamping } from '../domain/kernel/command.js';
import type { EventStore } from '../domain/kernel/event-store.js';
import type { Position } from '../domain/kernel/position.js';
import type { Directory } from '../projections/directory/directory.js';
import type { ToEnvelope } from '../projections/envelope.js';
import type { ReadModels } from '../projections/read-models.js';
import type { SequenceCodec } from '../projections/sequence.js';
import type { Cursors } from './cursors.js';
import type { Logger } from './logger.js';
import type { NodeView } from './node-view.js';

export interface Limits {
  /** UTF-8 bytes of a message's text; of a story's. */
  readonly messageBytes: number;
  readonly storyBytes: number;
  /** Joins and leaves are told to readers up to this number of participants. */
  readonly participantUpdateLimit: number;
}

export type ReadModelNames = readonly ('messages' | 'parked' | 'usage' | 'windows')[];

/** What every part of the API works with. */
export interface Services extends Stamping {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly view: NodeView;
  readonly directory: Directory;
  /** Resolves true when these read models have everything up to the position, false when the time is over. */
  readonly readModelsReached: (readModels: ReadModelNames, position: Position, timeoutMs: number) => Promise<boolean>;
  readonly node: string;
  readonly deployment: string;
  readonly version: string;
  readonly limits: Limits;
  readonly toEnvelope: ToEnvelope;
  readonly sequences: SequenceCodec;
  readonly cursors: Cursors;
  readonly logger: Logger;
}
