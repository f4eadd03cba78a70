/**
 * The last case of every `evolve`: the compiler sees that no event of the catalogue gets here, and what another program
 * wrote into the stream leaves the state as it is.
 */
export function ignoring<State>({ state }: { readonly state: State; readonly event: never }): State {
  return state;
}
