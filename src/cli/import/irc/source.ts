import { basename, dirname } from 'node:path';
import { dayNumber, type DayNumber } from './timeline.js';

export interface FileNameFacts {
  readonly room: string | undefined;
  readonly day: DayNumber | undefined;
}

const EXTENSION = /\.(?:log|txt|weechatlog|irclog|irc)$/i;
const DAY = /(?<!\d)(\d{4})([-._]?)(\d\d)\2(\d\d)(?!\d)/;

/**
 * Room and first day of a log from its path, e.g. `#rust.2018-05-29.log`, `rust_20180529.log`, `libera-#rust.log`,
 * `irc.libera.#rust.weechatlog`, `#rust/2018-05-29.log`, `2006/04/30/%23ubuntu-meeting.txt`.
 */
export function factsOf(path: string): FileNameFacts {
  const decoded = unescaped(path);
  const file = basename(decoded).replace(EXTENSION, '');
  const found = DAY.exec(file) ?? DAY.exec(dirname(decoded).replaceAll(/(?<=\d)[\\/](?=\d)/g, '-'));
  const day = found ? dayNumber({ year: Number(found[1]), month: Number(found[3]), day: Number(found[4]) }) : undefined;
  const rest = day === undefined ? file : file.replace(DAY, '');
  return { room: roomIn(rest) ?? roomIn(basename(dirname(decoded))), day };
}

/** What begins with `#`, or else everything; without what joined it to the day, and without a number of parts. */
function roomIn(name: string): string | undefined {
  const channel = /[#&].*$/.exec(name)?.[0] ?? name;
  const room = roomName(channel.replace(/^[\s._-]+|[\s._-]+$/g, '').replace(/(?<=.)\.\d{1,4}$/, ''));
  return /[\p{L}\p{N}]/u.test(room) ? room : undefined;
}

/** Rooms of Hansard have no `#` before their name. Only the first one goes: `##c` and `#c` are two channels. */
export function roomName(channel: string): string {
  return channel.trim().replace(/^[#&]/, '');
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a name with a percent sign of its own
  }
}
