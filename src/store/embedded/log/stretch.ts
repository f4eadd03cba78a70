/** Positions of the log, or revisions of one stream, without a gap: `first` and `last` belong to it. Empty when `last` < `first`. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

export type Direction = 'forward' | 'backward';

export function sizeOf({ first, last }: Stretch): number {
  return Math.max(0, last - first + 1);
}

/** The first so many, seen in this direction. */
export function startOf({ first, last }: Stretch, size: number, direction: Direction): Stretch {
  return direction === 'forward'
    ? { first, last: Math.min(last, first + size - 1) }
    : { first: Math.max(first, last - size + 1), last };
}

/** What is left when a start was taken away. */
export function behind(whole: Stretch, start: Stretch, direction: Direction): Stretch {
  return direction === 'forward'
    ? { first: start.last + 1, last: whole.last }
    : { first: whole.first, last: start.first - 1 };
}
