import type { Stamp, WrittenDay, WrittenTime } from './parsed-line.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '[A-Z][a-z]{2}';
const ISO_DAY = '(?<y1>\\d{4})[-/.](?<m1>\\d\\d?)[-/.](?<d1>\\d\\d?)';
const DAYS = [
  ISO_DAY,
  '(?<y2>\\d{4})(?<m2>\\d\\d)(?<d2>\\d\\d)(?!\\d)',
  '(?<d3>\\d\\d?)\\.(?<m3>\\d\\d?)\\.(?<y3>\\d{4})',
  `(?:${MONTH},? )?(?<n4>${MONTH}) {1,2}(?<d4>\\d\\d?)(?:,? (?<y4>\\d{4}))?`,
  `(?:${MONTH},? )?(?<d5>\\d\\d?) (?<n5>${MONTH})(?: (?<y5>\\d{4}))?`,
].join('|');
const TIME =
  '(?<h>\\d\\d?):(?<min>\\d\\d)(?::(?<s>\\d\\d)(?:[.,](?<f>\\d{1,6}))?)?(?: ?(?<half>[ap])\\.?m\\.?(?![a-z]))?';
const ZONE = '(?<z>Z|[+-]\\d\\d:?\\d\\d)?';
/** What may follow: the text of the line, or a bracket that the stamp stands in. */
const END = '[\\])]?(?=[\\s<*]|$)';

const STAMP = new RegExp(`^[[(]?(?:(?:${DAYS})(?:[\\])]? ?[T, ] ?|[\\])] ?)[[(]?)?${TIME}${ZONE}${END}`, 'i');
/** `Tue May 29 21:20:37 2018`, as C's ctime has it. */
const CTIME = new RegExp(`^[[(]?(?:${MONTH} )?(?<n5>${MONTH}) {1,2}(?<d5>\\d\\d?) ${TIME} (?<y5>\\d{4})${END}`, 'i');
const DAY_ALONE = new RegExp(`^[[(]?(?:${ISO_DAY})${END}`);
const ROOM_FIRST = /^(?<room>[^\s<>[\]()*]+)[ \t]+(?=[[(]?\d{4}-\d\d?-\d)/;
/** `#rust` before or behind the time, bare or in brackets. */
const CHANNEL = /^[ \t]*\[?(?<room>[#&][^\s\]:,]+)\]?:?[ \t]+(?=[[(<*=-]|\d)/;

export interface Stamped {
  readonly stamp: Stamp;
  /** Everything behind the stamp, the blank after it included. */
  readonly rest: string;
}

/** Takes room, day and time off the front of a line. */
export function readStamp(line: string): Stamped {
  const whole = stampAt(line);
  if (whole) return withChannelBehind(whole);
  const room = ROOM_FIRST.exec(line) ?? CHANNEL.exec(line);
  if (!room) return { stamp: {}, rest: line };
  const rest = line.slice(room[0].length);
  const behind = stampAt(rest) ?? { stamp: {}, rest: ` ${rest}` };
  return { stamp: { room: room.groups?.['room'] ?? '', ...behind.stamp }, rest: behind.rest };
}

function withChannelBehind({ stamp, rest }: Stamped): Stamped {
  const found = CHANNEL.exec(rest);
  const room = found?.groups?.['room'];
  return found && room !== undefined
    ? { stamp: { ...stamp, room }, rest: ` ${rest.slice(found[0].length)}` }
    : { stamp, rest };
}

function stampAt(line: string): Stamped | undefined {
  const found = CTIME.exec(line) ?? STAMP.exec(line) ?? DAY_ALONE.exec(line);
  if (!found) return undefined;
  const parts: Parts = found.groups ?? {};
  const day = dayOf(parts);
  const time = timeOf(parts);
  const offset = offsetOf(parts['z']);
  if ((parts['h'] !== undefined && !time) || offset === 'none') return undefined;
  const stamp = { ...(day && { day }), ...(time && { time }), ...(offset !== undefined && { offset }) };
  const { rest, stamp: withDay } = dayBehindTime(line.slice(found[0].length), stamp);
  return { stamp: withDay, rest };
}

/** `[21:20:37] [2018-05-29] ` has the day in brackets of its own. */
function dayBehindTime(rest: string, stamp: Stamp): Stamped {
  const found = stamp.day ? null : new RegExp(`^ ?\\[${ISO_DAY}\\]`).exec(rest);
  const day = found && dayOf(found.groups ?? {});
  return day ? { stamp: { ...stamp, day }, rest: rest.slice(found[0].length) } : { stamp, rest };
}

type Parts = Readonly<Record<string, string | undefined>>;

/** The day of whichever form matched; months that are no months make no day. */
function dayOf(parts: Parts): WrittenDay | undefined {
  for (const form of ['1', '2', '3', '4', '5']) {
    const day = parts[`d${form}`];
    if (day === undefined) continue;
    const name = parts[`n${form}`];
    const month = name === undefined ? Number(parts[`m${form}`]) : MONTHS.indexOf(name.toLowerCase()) + 1;
    const year = parts[`y${form}`];
    return { year: year === undefined ? undefined : Number(year), month, day: Number(day) };
  }
  return undefined;
}

function timeOf({ h, min, s, f, half }: Parts): WrittenTime | undefined {
  if (h === undefined || min === undefined) return undefined;
  const hour = half === undefined ? Number(h) : hourOf(Number(h), half.toLowerCase());
  const second = s === undefined ? undefined : Number(s);
  if (hour === undefined || hour > 23 || Number(min) > 59 || (second ?? 0) > 60) return undefined;
  return { hour, minute: Number(min), second, millisecond: f === undefined ? 0 : Number(f.padEnd(3, '0').slice(0, 3)) };
}

/** 12 am is midnight, 12 pm is noon. */
function hourOf(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

function offsetOf(zone: string | undefined): number | 'none' | undefined {
  if (zone === undefined) return undefined;
  return readOffset(zone) ?? 'none';
}

/** Minutes east of UTC of `Z`, `+02:00` or `-0530`. */
export function readOffset(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const found = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (!found) return undefined;
  const [hours, minutes] = [Number(found[2]), Number(found[3])];
  if (hours > 14 || minutes > 59) return undefined;
  return (found[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

const DAY_IN_TEXT = new RegExp(`(?<!\\d)(?:${DAYS})`);
const YEAR_AT_END = /\b(\d{4})\s*$/;

/** The day somewhere in the text of a log's mark: `Tue May 29 21:20:37 2018`, `Wed May 30 2018`, `2018-05-29`. */
export function findDay(text: string): WrittenDay | undefined {
  const found = DAY_IN_TEXT.exec(text);
  const day = found && dayOf(found.groups ?? {});
  if (!day || day.month === 0) return undefined;
  const year = day.year ?? Number(YEAR_AT_END.exec(text)?.[1] ?? Number.NaN);
  return Number.isNaN(year) ? day : { ...day, year };
}
