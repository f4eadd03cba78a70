import { expect } from 'vitest';
import type { Decider, Evolving, Fact } from '../../src/domain/kernel/decider.js';

/** Metadata of an event nobody cares about the author of. */
export const metadata = {
  time: '2026-11-23T14:00:00.000Z',
  actor: { id: 'ada', name: 'Ada', email: 'ada@example.org', internal: true },
};

export function fold<State, F extends Fact>(
  { initialState, evolve }: Pick<Decider<State, never, F>, 'initialState' | 'evolve'>,
  facts: readonly F[],
): State {
  return facts.reduce<State>((state, fact) => evolve(state, recorded(fact)), initialState);
}

export function recorded<F extends Fact>(fact: F): Evolving<F> {
  return { ...fact, metadata };
}

/**
 * `given(facts).when(command).then(facts)`, or the code of a rejection. Says also that deciding left the state alone and
 * gives the same answer twice.
 */
export function specification<State, Command, F extends Fact, Code extends string>(
  decider: Decider<State, Command, F, Code>,
) {
  return {
    given: (facts: readonly F[]) => ({
      when: (command: Command) => ({
        then(expected: readonly F[] | Code): void {
          const state = fold(decider, facts);
          const decision = decider.decide(command, state);
          expect(decision.kind === 'rejected' ? decision.code : decision.facts).toStrictEqual(expected);
          expect(decider.decide(command, state)).toStrictEqual(decision);
          expect(state).toStrictEqual(fold(decider, facts));
        },
      }),
    }),
  };
}
