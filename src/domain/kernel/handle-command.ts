import type { CommandContext, Stamping, VersionOf } from './command.js';
import { propose } from './command.js';
import { reject, type Decider, type Fact, type Rejection } from './decider.js';
import type { ProposedEvent, RecordedEvent, StreamName } from './event.js';
import type { EventStore, ExpectedRevision } from './event-store.js';
import type { Position } from './position.js';

/** A state and the revision of the last event in it; -1 before the first one. */
export interface Loaded<State> {
  readonly state: State;
  readonly revision: number;
}

export interface Handling<State, F extends Fact> extends Stamping {
  readonly store: EventStore;
  readonly versionOf: VersionOf;
  /** A typed event, or undefined for one that is parked: state goes on without it. */
  readonly typed: (event: RecordedEvent) => (F & Pick<ProposedEvent, 'metadata'>) | undefined;
  /** A disposable snapshot to begin from; the rest is read from the stream. */
  readonly snapshot?: ((stream: StreamName) => Loaded<State> | undefined) | undefined;
  /** The caller's condition: any other revision of the stream is refused as `revision-conflict`. */
  readonly ifRevision?: number | undefined;
}

export type Handled<State> =
  | (Loaded<State> & {
      readonly kind: 'done';
      /** Of the last event written; undefined when nothing had to be. */
      readonly position: Position | undefined;
      readonly events: readonly ProposedEvent[];
    })
  | Rejection;

/** Thrown when the log did not say whether an append was made, after asking it again several times. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}

const ATTEMPTS = 20;

/** Load, decide, append; again from the start on a conflict, and only then. */
export async function handleCommand<State, Command, F extends Fact>(
  stream: StreamName,
  decider: Decider<State, Command, F>,
  command: Command,
  context: CommandContext,
  handling: Handling<State, F>,
): Promise<Handled<State>> {
  for (let attempt = 1; ; attempt += 1) {
    const loaded = await load(stream, decider, handling, attempt === 1);
    if (handling.ifRevision !== undefined && handling.ifRevision !== loaded.revision) {
      return reject('revision-conflict', `The resource is at revision ${loaded.revision}.`);
    }
    const decision = decider.decide(command, loaded.state);
    if (decision.kind === 'rejected') return decision;
    if (decision.facts.length === 0) return { kind: 'done', ...loaded, position: undefined, events: [] };
    const events = propose(stream, decision.facts, context, handling, handling.versionOf);
    const expected = loaded.revision < 0 ? 'no-stream' : loaded.revision;
    const outcome = await settle(handling.store, stream, events, expected);
    if (outcome.kind === 'committed') {
      const state = decision.facts.reduce<State>(
        (before, fact, index) => decider.evolve(before, { ...fact, metadata: metadataOf(events, index) }),
        loaded.state,
      );
      return { kind: 'done', state, revision: outcome.revision, position: outcome.positions.at(-1), events };
    }
    if (attempt === ATTEMPTS) {
      return reject('revision-conflict', `The resource changed under ${ATTEMPTS} attempts; send the request again.`);
    }
  }
}

/** Appends until the log says what became of it. */
export async function settle(
  store: EventStore,
  stream: StreamName,
  events: readonly ProposedEvent[],
  expected: ExpectedRevision,
) {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await store.append(stream, events, expected);
    if (outcome.kind !== 'unknown') return outcome;
    if (attempt === ATTEMPTS) throw new OutcomeUnknownError(`append to ${stream}: ${outcome.reason}`);
  }
}

/** The state as of now, or as of a revision. */
export async function load<State, F extends Fact>(
  stream: StreamName,
  { initialState, evolve }: Pick<Decider<State, never, F>, 'initialState' | 'evolve'>,
  source: Pick<Handling<State, F>, 'store' | 'typed' | 'snapshot'> & { readonly revision?: number | undefined },
  useSnapshot = true,
): Promise<Loaded<State>> {
  const { store, typed, snapshot } = source;
  const start = (useSnapshot ? snapshot?.(stream) : undefined) ?? { state: initialState, revision: -1 };
  let { state, revision } = start;
  const limit = source.revision === undefined ? {} : { limit: source.revision - revision };
  if (limit.limit === 0) return start;
  for await (const batch of store.readStream(stream, { from: revision + 1, ...limit })) {
    for (const recorded of batch) {
      const event = typed(recorded);
      if (event) state = evolve(state, event);
      revision = recorded.revision;
    }
  }
  return { state, revision };
}

function metadataOf(events: readonly ProposedEvent[], index: number) {
  const event = events[index];
  if (!event) throw new Error('a fact without its event');
  return event.metadata;
}
