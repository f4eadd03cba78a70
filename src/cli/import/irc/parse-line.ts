import type { LineEvent, ParsedLine, Stamp } from './parsed-line.js';
import { findDay, readStamp } from './stamp.js';
import { readStatus, type Marker } from './status.js';

/** Longer than any program writes; a shape is not looked for in more. */
const MAX_CHARACTERS = 65_536;

const MODES = '[~&@%+!]{0,3}';
/** `<nick> text`: one blank or tab is the separator, everything behind it is what was said. */
const SAID = new RegExp(`^<${MODES} ?(?<nick>[^<>\\t]{1,64}?) *>[ \\t]?(?<text>[^]*)$`);
/** `-nick- text`, `-nick(user@host)- text`, `-nick:#rust- text`, `-nick/#rust- text`. */
const NOTICE = new RegExp(
  `^-${MODES}(?<nick>[^\\s:/()]+?)(?:\\([^)\\s]*\\)|[:/][^\\s]+?)?-(?: ?\\t| |$)(?<text>[^]*)$`,
);
/** `* nick text`; XChat of old wrote `*nick \ttext`. */
const ACTION = new RegExp(
  `^(?:\\*[ \\t]+${MODES}|\\*${MODES}(?=\\S+ ?\\t))(?<nick>[^\\s*]+)(?: ?\\t| |$)(?<text>[^]*)$`,
);
/** WeeChat: nick or marker between tabs. */
const COLUMNS = new RegExp(`^\\t(?<mark>[^\\t<]*|<--)\\t(?<text>[^]*)$`);
const COLUMN_NICK = new RegExp(`^${MODES}(?<nick>[^\\s]{1,64})$`);
const MARKED = /^(?<mark>-->\||\|<--|<--\||-->|<--|-!-|\*{3}|={3}|-{2,3}|=!=|\*)[ \t]+(?<text>[^]*)$/;
const LOG_DAY = /^(?:--- )?(?:Log opened|Day changed(?: to)?)\b|^\*{4} BEGIN LOGGING AT\b|^Session Start:/i;
const LOG_NOTE = /^(?:--- )?Log closed\b|^\*{4} ENDING LOGGING AT\b|^Session (?:Close|Time|Ident):/i;
/** Colours and styles before the first character: mIRC writes status lines so. */
const STYLES = /^(?:\p{Cc}\d{0,2}(?:,\d{1,2})?)+(?=[*<-])/u;

const MARKERS: Readonly<Record<string, Marker>> = {
  '*': 'star',
  '===': 'star',
  '-->|': 'arrow',
  '|<--': 'arrow',
  '<--|': 'arrow',
  '-->': 'arrow',
  '<--': 'arrow',
};

/** Reads one line of a log, without its line end. Total: whatever the line is, the answer says what became of it. */
export function parseLine(line: string): ParsedLine {
  if (line.trim() === '') return { kind: 'blank' };
  if (line.length > MAX_CHARACTERS) return unreadable('longer than any line of a log');
  if (line.includes('\0')) return unreadable('holds NUL characters');
  const { stamp, rest } = readStamp(line);
  const body = rest.replace(/^[ \t]+/, '').replace(STYLES, '');
  return logMark(body, stamp) ?? columns(rest, stamp) ?? spoken(body, stamp) ?? unreadable('no known shape');
}

function logMark(body: string, stamp: Stamp): ParsedLine | undefined {
  if (LOG_NOTE.test(body)) return { kind: 'note', what: 'log marks', stamp };
  if (!LOG_DAY.test(body)) return undefined;
  const day = findDay(body);
  return day ? { kind: 'day', day } : unreadable('a day of no known shape');
}

function columns(rest: string, stamp: Stamp): ParsedLine | undefined {
  const { mark = '', text = '' } = COLUMNS.exec(rest)?.groups ?? {};
  const column = mark.trim();
  if (column === '') return undefined;
  if (column === '*') return spoken(`* ${text}`, stamp);
  const notice =
    column === '--' ? /^Notice\((?<nick>[^)\s]+)\)(?: -> \S+)?: (?<text>[^]*)$/.exec(text)?.groups : undefined;
  if (notice) return events(stamp, { kind: 'notice', nick: notice['nick'] ?? '', text: notice['text'] ?? '' });
  if (MARKED.test(`${column} x`)) return marked(column, text, stamp);
  const nick = COLUMN_NICK.exec(column)?.groups?.['nick'];
  return nick === undefined ? undefined : events(stamp, { kind: 'message', nick, text });
}

function spoken(body: string, stamp: Stamp): ParsedLine | undefined {
  const said = SAID.exec(body)?.groups;
  const nick = said?.['nick']?.trim() ?? '';
  if (nick !== '') return events(stamp, { kind: 'message', nick, text: said?.['text'] ?? '' });
  const found = MARKED.exec(body)?.groups;
  if (found) return marked(found['mark'] ?? '', found['text'] ?? '', stamp);
  return named(NOTICE, 'notice', body, stamp) ?? named(ACTION, 'action', body, stamp);
}

/** A status line; behind a star or `===` everything else is something that somebody did. */
function marked(mark: string, text: string, stamp: Stamp): ParsedLine | undefined {
  const marker = MARKERS[mark] ?? 'status';
  const status = readStatus(text, marker);
  if (status) return { stamp, ...status };
  return marker === 'star'
    ? named(ACTION, 'action', `* ${text}`, stamp)
    : unreadable('a status line of no known shape');
}

function named(pattern: RegExp, kind: 'action' | 'notice', body: string, stamp: Stamp): ParsedLine | undefined {
  const { nick, text = '' } = pattern.exec(body)?.groups ?? {};
  return nick === undefined ? undefined : events(stamp, { kind, nick, text });
}

function events(stamp: Stamp, event: LineEvent): ParsedLine {
  return { kind: 'events', stamp, events: [event] };
}

function unreadable(reason: string): ParsedLine {
  return { kind: 'unreadable', reason };
}
