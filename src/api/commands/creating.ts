import { catalogue, type HansardEvent } from '../../domain/catalogue/catalogue.js';
import { isParked } from '../../domain/kernel/catalogue.js';
import type { CommandContext } from '../../domain/kernel/command.js';
import { reject, type Decider, type Fact, type Rejection } from '../../domain/kernel/decider.js';
import { streamName, type IdempotencyMark, type StreamName } from '../../domain/kernel/event.js';
import type { Handled } from '../../domain/kernel/handle-command.js';
import type { CommandServices } from './handling.js';

type Made<State> = Extract<Handled<State>, { readonly kind: 'done' }> & { readonly id: string };

/**
 * Creates a room or category under a new id; again under the next one when that id was given up before it came to be. With
 * an idempotency key the ids are derived from it, so that the same command on another node, or again after a crash, comes
 * to the same stream and is answered with what stands there.
 */
export async function createOnce<State, F extends Fact>(
  services: CommandServices,
  kind: 'room' | 'category',
  decider: Pick<Decider<State, never, F>, 'initialState' | 'evolve'>,
  { idempotency }: CommandContext,
  make: (id: string) => Promise<Handled<State>>,
): Promise<Made<State> | Rejection> {
  const { ids, view } = services;
  for (let attempt = 0; ; attempt += 1) {
    const id = idempotency ? ids.derived(kind, idempotency.key, String(attempt)) : ids.random();
    const before = idempotency && (await firstEvent(services, streamName(kind, id)));
    const made = before ? undefined : await make(id);
    if (made?.kind === 'done') return { ...made, id };
    if (made && made.code !== `${kind}-exists`) return made;
    const event = before ?? (await firstEvent(services, streamName(kind, id)));
    if (!idempotency || !event?.metadata.idempotency) continue; // given up: what fences it carries no mark
    if (!same(event.metadata.idempotency, idempotency))
      return reject('idempotency-mismatch', 'This Idempotency-Key was used for another request.');
    await view.reached(event.position);
    const state = decider.evolve(decider.initialState, event as Extract<HansardEvent, F>);
    return { kind: 'done', id, state, revision: event.revision, position: event.position, events: [] };
  }
}

async function firstEvent({ store }: CommandServices, stream: StreamName): Promise<HansardEvent | undefined> {
  for await (const [recorded] of store.readStream(stream, { limit: 1 })) {
    const event = recorded && catalogue.decode(recorded);
    if (event && !isParked(event)) return event;
  }
  return undefined;
}

function same(one: IdempotencyMark, other: IdempotencyMark): boolean {
  return one.key === other.key && one.fingerprint === other.fingerprint;
}
