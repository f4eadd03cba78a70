/** RFC 3339 times without the clock of the process: the order of the texts that come out is the order of the times. */

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const DAY_MS = 86_400_000;
const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const FIRST = startOfDay(0, 1, 1);
const BEHIND_LAST = startOfDay(9_999, 12, 31) + DAY_MS;

/**
 * The first millisecond that is not before a UTC day or RFC 3339 time, as RFC 3339 in UTC with milliseconds; `undefined`
 * when the text is neither, or no day of the calendar. A leap second is none either.
 */
export function utcTime(text: string): string | undefined {
  const time = DAY.test(text) ? parseDay(text) : parseTime(text);
  return time === undefined || time < FIRST || time >= BEHIND_LAST ? undefined : format(time);
}

function parseDay(text: string): number | undefined {
  const [, year, month, day] = (DAY.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return day >= 1 && day <= daysOf(year, month) ? startOfDay(year, month, day) : undefined;
}

function parseTime(text: string): number | undefined {
  const match = TIME.exec(text);
  const day = parseDay(match?.[1] ?? '');
  if (match === null || day === undefined) return undefined;
  const [hours, minutes, seconds, offsetHours, offsetMinutes] = [2, 3, 4, 7, 8].map((group) =>
    Number(match[group] ?? 0),
  );
  const clock = clockMs(hours, minutes, seconds);
  const offset = clockMs(offsetHours, offsetMinutes, 0);
  if (clock === undefined || offset === undefined) return undefined;
  const fraction = Math.ceil(Number((match[5] ?? '').padEnd(9, '0')) / 1e6);
  return day + clock + fraction - (match[6] === '-' ? -offset : offset);
}

function clockMs(hours = 0, minutes = 0, seconds = 0): number | undefined {
  return hours < 24 && minutes < 60 && seconds < 60 ? ((hours * 60 + minutes) * 60 + seconds) * 1000 : undefined;
}

/** 0: no such month. */
function daysOf(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (DAYS_OF_MONTHS[month - 1] ?? 0);
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Milliseconds since the year 0 began. */
function startOfDay(year: number, month: number, day: number): number {
  let days = daysBeforeYear(year) + day - 1;
  for (let earlier = 1; earlier < month; earlier += 1) days += daysOf(year, earlier);
  return days * DAY_MS;
}

function daysBeforeYear(year: number): number {
  const last = year - 1;
  return year === 0 ? 0 : year * 365 + 1 + Math.floor(last / 4) - Math.floor(last / 100) + Math.floor(last / 400);
}

function format(time: number): string {
  let days = Math.floor(time / DAY_MS);
  let year = Math.floor(days / 366);
  while (daysBeforeYear(year + 1) <= days) year += 1;
  days -= daysBeforeYear(year);
  let month = 1;
  for (; days >= daysOf(year, month); month += 1) days -= daysOf(year, month);
  const ms = time % DAY_MS;
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map(Math.floor);
  const date = [digits(year, 4), digits(month, 2), digits(days + 1, 2)].join('-');
  const clock = [digits(hours, 2), digits(minutes, 2), digits(seconds, 2)].join(':');
  return `${date}T${clock}.${digits(ms % 1000, 3)}Z`;
}

function digits(value: number | undefined, count: number): string {
  return String(value).padStart(count, '0');
}
