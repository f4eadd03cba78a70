/** Milliseconds from the year 1, where .NET begins to count ticks, to 1970. */
const YEAR_1_TO_1970 = 62_135_596_800_000;

/** One instant, three ways: `since1970` in milliseconds, `string` with seven decimals, `long` in .NET ticks. */
export interface Instant {
  readonly since1970: string;
  readonly string: string;
  readonly long: string;
}

/** A tick is a ten-thousandth of a millisecond: the four zeros are appended, as the product is beyond 2^53. */
export function instantOf(milliseconds: number): Instant {
  const second = Math.floor(milliseconds / 1_000);
  return {
    since1970: String(milliseconds),
    string: `${secondAsText(second)}.${String(milliseconds - second * 1_000).padStart(3, '0')}0000Z`,
    long: `${milliseconds + YEAR_1_TO_1970}0000`,
  };
}

let lastSecond = 0;
let lastText = '1970-01-01T00:00:00';

/** Neighbours in the log mostly share a second, and making its text is what costs. */
function secondAsText(second: number): string {
  if (second !== lastSecond) {
    lastText = new Date(second * 1_000).toISOString().slice(0, -5);
    lastSecond = second;
  }
  return lastText;
}

/** The attributes of an element that is an instant. `time` is RFC 3339, UTC, milliseconds. */
export function instantAttributes(time: string): string {
  const milliseconds = Date.parse(time);
  return `since1970="${milliseconds}" string="${time.slice(0, -1)}0000Z" long="${milliseconds + YEAR_1_TO_1970}0000"`;
}

/** `YYYY-MM-DDThh:mm:ss.sssZ`, and a day of the calendar: the 30th of February only looks like one. */
export function isInstant(time: string): boolean {
  const milliseconds = time.length === 24 && time[10] === 'T' ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(milliseconds)) return false;
  // What Date.parse takes for another day is beyond the 28th or at 24 o'clock; the rest needs no second look.
  const isPlain = time.slice(8, 10) < '29' && time.slice(11, 13) < '24';
  return isPlain || new Date(milliseconds).toISOString() === time;
}
