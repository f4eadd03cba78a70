import { categoryOf, idOf, type Actor, type RecordedEvent } from '../domain/kernel/event.js';
import type { SequenceCodec } from './sequence.js';

/** CloudEvents 1.0 JSON, the same in SSE, NDJSON, replay and jsonl archives. */
export interface Envelope {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  /** `hansard.<event type>.v<version>` */
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly stream: string;
  readonly revision: number;
  readonly sequence: string;
  readonly actor: Actor;
  readonly correlationid: string;
  readonly data: unknown;
}

/** Makes envelopes of recorded events, parked ones too: what metadata cannot say is given as empty. */
export type ToEnvelope = (event: RecordedEvent) => Envelope;

const NOBODY: Actor = { id: '', name: '', email: '', internal: false };
const NO_TIME = '1970-01-01T00:00:00.000Z';

export function envelopes(deployment: string, sequences: SequenceCodec): ToEnvelope {
  const source = `/hansard/${deployment}`;
  return (event) => {
    const { version, time, actor, correlationId } = metadataOf(event);
    return {
      specversion: '1.0',
      id: event.id,
      source,
      type: `hansard.${event.type}.v${version}`,
      subject: subjectOf(event),
      time,
      stream: event.stream,
      revision: event.revision,
      sequence: sequences.encode(event.position),
      actor,
      correlationid: correlationId,
      data: event.damagedSha256 === undefined ? event.data : { damagedSha256: event.damagedSha256 },
    };
  };
}

/** The room's id for everything that happens in a room, the user's for what happens to a user, else the stream's id. */
export function subjectOf({ stream, data }: Pick<RecordedEvent, 'stream' | 'data'>): string {
  if (categoryOf(stream) === 'principal' && isRecord(data) && typeof data['id'] === 'string') return data['id'];
  return idOf(stream);
}

function metadataOf({ metadata }: RecordedEvent) {
  const given = isRecord(metadata) ? metadata : {};
  return {
    version: typeof given['version'] === 'number' ? given['version'] : 1,
    time: typeof given['time'] === 'string' ? given['time'] : NO_TIME,
    actor: actorOf(given['actor']),
    correlationId: typeof given['correlationId'] === 'string' ? given['correlationId'] : '',
  };
}

function actorOf(value: unknown): Actor {
  if (!isRecord(value)) return NOBODY;
  const { id, name, email, internal } = value;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof email !== 'string' || typeof internal !== 'boolean')
    return NOBODY;
  return { id, name, email, internal };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
