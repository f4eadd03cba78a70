import type { ImportReport } from '../report.js';
import type { Place } from '../commands.js';
import { linesOf } from './lines.js';
import { parseLine } from './parse-line.js';
import type { LineEvent, ParsedLine, Stamp } from './parsed-line.js';
import { Planner, type PlannedRoom } from './planner.js';
import { factsOf, roomName } from './source.js';
import { Timeline, type DayNumber } from './timeline.js';

export interface LogOptions {
  /** Of lines that name no room. */
  readonly room?: string | undefined;
  /** Of lines that have no date, at the beginning of each file. */
  readonly day?: DayNumber | undefined;
  /** Minutes east of UTC of times that name no zone. */
  readonly offset: number;
  readonly userPrefix: string;
}

/** A channel that the log itself names. */
const HINT =
  /(?:has joined|has left|now talking (?:on|in)|topic (?:of|for)|mode\/|\[topic\/)\s*(?<channel>[#&][^\s,:"'[\]]+)/i;
/** Lines in which a hint is looked for. */
const HINT_LINES = 500;

/** Reads logs in the order given, as a stream of rooms with commands, and says in the report what became of each line. */
export async function* readLogs(
  files: readonly string[],
  options: LogOptions,
  report: ImportReport,
): AsyncGenerator<PlannedRoom> {
  const planner = new Planner(options.userPrefix);
  const timelines = new Map<string, Timeline>();
  for (const file of files) {
    const log = await openLog(file, options, timelines);
    for await (const lines of linesOf(file)) {
      for (const { number, text } of lines)
        yield* readLine(parseLine(text), { text, log, planner, report, place: { file, line: number } });
      report.users = planner.users;
    }
  }
}

interface Log {
  readonly room: string | undefined;
  readonly timeline: Timeline;
  /** A line with a time was seen, so one without a time or date is the rest of another line. */
  timed: boolean;
}

async function openLog(file: string, options: LogOptions, timelines: Map<string, Timeline>): Promise<Log> {
  const { room: named, day } = factsOf(file);
  const given = options.room === undefined ? undefined : roomName(options.room);
  const room = given ?? (/[#&]|%23/.test(file) ? named : undefined) ?? (await hintedRoom(file)) ?? named;
  const timeline = new Timeline(options.offset, options.day ?? day);
  const before = timelines.get(room ?? '');
  if (before) timeline.continueFrom(before);
  timelines.set(room ?? '', timeline);
  return { room, timeline, timed: false };
}

async function hintedRoom(file: string): Promise<string | undefined> {
  for await (const lines of linesOf(file)) {
    for (const { text, number } of lines) {
      if (number > HINT_LINES) return undefined;
      const channel = HINT.exec(text.slice(0, 1_000))?.groups?.['channel'];
      if (channel !== undefined && !/<.*>/.test(text)) return roomName(channel);
    }
  }
  return undefined;
}

interface Reading {
  readonly text: string;
  readonly log: Log;
  readonly planner: Planner;
  readonly report: ImportReport;
  readonly place: Place;
}

function* readLine(line: ParsedLine, reading: Reading): Generator<PlannedRoom> {
  const { log, report, place, text } = reading;
  report.lines += 1;
  switch (line.kind) {
    case 'blank':
      report.blank += 1;
      return;
    case 'unreadable':
      report.unread(place, line.reason, text);
      return;
    case 'day':
      if (log.timeline.mark(line.day)) report.marks += 1;
      else report.unread(place, 'no such day', text);
      return;
    case 'note':
      if (line.stamp.time) log.timeline.resolve(line.stamp); // its time counts for what follows
      report.note(line.what);
      return;
    case 'events':
      yield* readEvents(line.stamp, line.events, reading);
  }
}

function* readEvents(stamp: Stamp, events: readonly LineEvent[], reading: Reading): Generator<PlannedRoom> {
  const { log, planner, report, place, text } = reading;
  const room = stamp.room === undefined ? log.room : roomName(stamp.room);
  if (!stamp.day && !stamp.time && log.timed) {
    report.unread(place, 'no time, in a log whose lines have one', text);
    return;
  }
  if (room === undefined || room === '') {
    report.unread(place, 'no room: say --room', text);
    return;
  }
  const resolved = log.timeline.resolve(stamp);
  if (resolved.kind === 'none') {
    const hint = resolved.reason === 'no date' ? 'no date: say --date' : resolved.reason;
    report.unread(place, hint, text);
    return;
  }
  log.timed ||= stamp.time !== undefined;
  if (events.every((event) => event.kind !== 'topic' && 'text' in event && event.text === '')) {
    report.note('nothing said');
    return;
  }
  report.recorded += 1;
  for (const event of events) {
    tally(report, event);
    yield planner.plan(room, event, resolved.moment, place);
  }
}

function tally(report: ImportReport, { kind }: LineEvent): void {
  switch (kind) {
    case 'message':
      report.messages += 1;
      return;
    case 'action':
      report.actions += 1;
      return;
    case 'notice':
      report.notices += 1;
      return;
    case 'topic':
      report.topics += 1;
      return;
    case 'join':
      report.joins += 1;
      return;
    case 'part':
    case 'quit':
      report.parts += 1;
      return;
    case 'rename':
      report.renames += 1;
  }
}
