import type { Actor, EventId, EventMetadata, IdempotencyMark, ProposedEvent, StreamName } from './event.js';
import type { Fact } from './decider.js';
import type { Clock, Ids } from './ports.js';

/** Everything around a command that its events record. */
export interface CommandContext {
  readonly actor: Actor;
  readonly node: string;
  readonly correlationId: string;
  readonly causationId?: string | undefined;
  readonly idempotency?: IdempotencyMark | undefined;
}

/** Events that only prepare or follow a command do not stand for it: its mark is on the event that completes it. */
export function unmarked({ actor, node, correlationId, causationId }: CommandContext): CommandContext {
  return { actor, node, correlationId, causationId };
}

export interface Stamping {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Metadata that only some events carry. */
export type Extra = Pick<EventMetadata, 'announced' | 'logged'>;

/** Version of the schema in which facts of this type are written now. */
export type VersionOf = (type: string) => number;

/**
 * Makes events of facts. `notBefore` (RFC 3339) keeps time from going back within a room, whatever the node's clock says.
 * Ids are derived from the idempotency key where there is one, so that a retry proposes the same events.
 */
export function propose(
  stream: StreamName,
  facts: readonly Fact[],
  context: CommandContext,
  { clock, ids }: Stamping,
  versionOf: VersionOf,
  { notBefore, extra }: { readonly notBefore?: string | undefined; readonly extra?: Extra } = {},
): ProposedEvent[] {
  const now = clock.now();
  const time = notBefore !== undefined && notBefore > now ? notBefore : now;
  return facts.map((fact, index) => ({
    id: eventId(stream, context, ids, index),
    type: fact.type,
    data: fact.data,
    metadata: { version: versionOf(fact.type), time, ...context, ...extra },
  }));
}

function eventId(stream: StreamName, { idempotency }: CommandContext, ids: Ids, index: number): EventId {
  if (!idempotency) return ids.randomEvent();
  // Another request under the same key is no repetition: taken for one, it would be answered as made though it never was.
  return ids.derivedEvent(idempotency.key, idempotency.fingerprint, stream, String(index));
}
