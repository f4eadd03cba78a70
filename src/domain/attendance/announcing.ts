/** Whether readers of a room are told who joins and leaves it. */
export interface Announcing {
  /** Participants present. */
  readonly count: number;
  readonly on: boolean;
}

export const PARTICIPANT_UPDATE_LIMIT = 75;

export const nobodyPresent: Announcing = { count: 0, on: true };

/**
 * What holds from a join or leave on, which is itself told when `on`: up to and including the limit, and after that was
 * passed only below 80 % of it, so that a room around the limit does not flicker.
 */
export function announcing(
  { on }: Announcing,
  nextCount: number,
  limit: number = PARTICIPANT_UPDATE_LIMIT,
): Announcing {
  return { count: nextCount, on: on ? nextCount <= limit : nextCount * 5 < limit * 4 };
}
