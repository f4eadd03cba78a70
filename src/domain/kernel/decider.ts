import type { EventMetadata } from './event.js';

/** What a decider says happened; the command handler adds id and metadata. */
export interface Fact {
  readonly type: string;
  readonly data: object;
}

/** A decider's typed no: a value with a stable code and the facts behind it. */
export interface Rejection<Code extends string = string> {
  readonly kind: 'rejected';
  readonly code: Code;
  /** One sentence for a person. Holds nothing that the caller may not know. */
  readonly detail: string;
}

export interface Accepted<F extends Fact> {
  readonly kind: 'accepted';
  /** None: the command changes nothing and has succeeded. */
  readonly facts: readonly F[];
}

export type Decision<F extends Fact, Code extends string = string> = Accepted<F> | Rejection<Code>;

export function accept<F extends Fact>(...facts: readonly F[]): Accepted<F> {
  return { kind: 'accepted', facts };
}

export function reject<Code extends string>(code: Code, detail: string): Rejection<Code> {
  return { kind: 'rejected', code, detail };
}

/** A fact with the metadata that state may depend on. */
export type Evolving<F extends Fact> = F & { readonly metadata: Pick<EventMetadata, 'time' | 'actor'> };

/** Pure: no clock, no randomness, no exception. `evolve` ignores what it does not know. */
export interface Decider<State, Command, F extends Fact, Code extends string = string> {
  readonly initialState: State;
  evolve(this: void, state: State, event: Evolving<F>): State;
  decide(this: void, command: Command, state: State): Decision<F, Code>;
}
