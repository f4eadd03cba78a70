import type { Stamp, WrittenDay, WrittenTime } from './parsed-line.js';

/** The moment of a line. */
export interface Moment {
  /** RFC 3339, UTC, milliseconds. */
  readonly claimedTime: string;
  /** As the line has it: the day, and the time of day where there is one, to the precision that it was written with. */
  readonly written: string;
}

export type Resolved =
  { readonly kind: 'moment'; readonly moment: Moment } | { readonly kind: 'none'; readonly reason: string };

/** Days since 1970. */
export type DayNumber = number;

const DAY_MS = 86_400_000;
/** Clocks are set back by an hour in autumn, and by a little at any time; what goes back further is the next day. */
const BACKWARDS_MS = 2 * 3_600_000;
/** `Jan` after `Dec` is the next year. */
const HALF_A_YEAR = 6;

/** The day of a date that exists, from 1970 to 9999. */
export function dayNumber({ year, month, day }: { year: number; month: number; day: number }): DayNumber | undefined {
  if (year < 1970 || year > 9998) return undefined;
  const time = new Date(Date.UTC(year, month - 1, day));
  const same = time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  return same ? time.getTime() / DAY_MS : undefined;
}

/** Finds the moment of each line of a log, read in order: days from marks, roll-over and what lines leave out. */
export class Timeline {
  readonly #offset: number;
  #day: DayNumber | undefined;
  /** Milliseconds into the day of the line before; undefined at the start and behind a mark. */
  #before: number | undefined;

  /** `offset`: minutes east of UTC of times that name no zone. */
  constructor(offset: number, day: DayNumber | undefined) {
    this.#offset = offset;
    this.#day = day;
  }

  get day(): DayNumber | undefined {
    return this.#day;
  }

  /** Goes on where another part of the same log ended. */
  continueFrom(other: Timeline): void {
    this.#day ??= other.#day;
    if (this.#day === other.#day) this.#before ??= other.#before;
  }

  /** A mark of the log; false when there is no such day. */
  mark(written: WrittenDay): boolean {
    const day = this.#dayOf(written);
    if (day === undefined) return false;
    this.#day = day;
    this.#before = undefined;
    return true;
  }

  resolve({ day: written, time, offset = this.#offset }: Stamp): Resolved {
    const into = time && millisecondsInto(time);
    const day = written ? this.#dayOf(written) : this.#rolledOver(into);
    if (day === undefined) return { kind: 'none', reason: written ? 'no such day, or no year' : 'no date' };
    // A line without a time of day is not earlier than the line before it.
    const known = into ?? (day === this.#day ? (this.#before ?? 0) : 0);
    this.#day = day;
    this.#before = known;
    const date = new Date(day * DAY_MS + known - offset * 60_000);
    const local = new Date(day * DAY_MS + known).toISOString();
    const written_ = time ? `${local.slice(0, 10)} ${precise(local.slice(11, 23), time)}` : local.slice(0, 10);
    return { kind: 'moment', moment: { claimedTime: date.toISOString(), written: written_ } };
  }

  #dayOf({ year, month, day }: WrittenDay): DayNumber | undefined {
    return dayNumber({ year: year ?? this.#yearFor(month) ?? Number.NaN, month, day });
  }

  #yearFor(month: number): number | undefined {
    if (this.#day === undefined) return undefined;
    const current = new Date(this.#day * DAY_MS);
    const ahead = month - 1 - current.getUTCMonth();
    const turn = ahead < -HALF_A_YEAR ? 1 : ahead > HALF_A_YEAR ? -1 : 0;
    return current.getUTCFullYear() + turn;
  }

  #rolledOver(into: number | undefined): DayNumber | undefined {
    if (this.#day === undefined || into === undefined || this.#before === undefined) return this.#day;
    return into < this.#before - BACKWARDS_MS ? this.#day + 1 : this.#day;
  }
}

function millisecondsInto({ hour, minute, second = 0, millisecond }: WrittenTime): number {
  return ((hour * 60 + minute) * 60 + second) * 1_000 + millisecond;
}

/** `21:20`, `21:20:37` or `21:20:37.250`. */
function precise(clock: string, { second, millisecond }: WrittenTime): string {
  if (second === undefined) return clock.slice(0, 5);
  return millisecond === 0 ? clock.slice(0, 8) : clock;
}
