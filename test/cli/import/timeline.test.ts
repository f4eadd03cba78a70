import { describe, expect, it } from 'vitest';
import { parseLine } from '../../../src/cli/import/irc/parse-line.js';
import { dayNumber, Timeline } from '../../../src/cli/import/irc/timeline.js';

const may29 = dayNumber({ year: 2018, month: 5, day: 29 });

function claimed(timeline: Timeline, ...lines: string[]): string[] {
  return lines.flatMap((line) => {
    const parsed = parseLine(line);
    if (parsed.kind === 'day') return timeline.mark(parsed.day) ? [] : ['no such day'];
    if (parsed.kind !== 'events') throw new Error(line);
    const resolved = timeline.resolve(parsed.stamp);
    return [resolved.kind === 'none' ? resolved.reason : resolved.moment.claimedTime];
  });
}

describe('times without dates', () => {
  it('roll over at midnight, in 24 hours and in 12', () => {
    const lines = ['23:59:58 <ada> a', '00:00:01 <ada> b', '11:58 PM <ada> c', '12:01 AM <ada> d'];
    expect(claimed(new Timeline(0, may29), ...lines)).toEqual([
      '2018-05-29T23:59:58.000Z',
      '2018-05-30T00:00:01.000Z',
      '2018-05-30T23:58:00.000Z',
      '2018-05-31T00:01:00.000Z',
    ]);
  });

  it('stay on their day when a clock is set back by an hour', () => {
    const lines = ['02:59 <ada> a', '02:01 <ada> b', '02:00 <ada> c'];
    expect(claimed(new Timeline(0, may29), ...lines).map((time) => time.slice(0, 10))).toEqual(
      Array(3).fill('2018-05-29'),
    );
  });

  it('take the day from marks, which do not count twice', () => {
    const lines = [
      '--- Log opened Tue May 29 23:00:00 2018',
      '23:59 <ada> a',
      '--- Day changed Wed May 30 2018',
      '00:01 <ada> b',
    ];
    expect(claimed(new Timeline(0, undefined), ...lines)).toEqual([
      '2018-05-29T23:59:00.000Z',
      '2018-05-30T00:01:00.000Z',
    ]);
  });

  it('need a day from somewhere', () => {
    expect(claimed(new Timeline(0, undefined), '21:20 <ada> a')).toEqual(['no date']);
  });
});

describe('dates without years', () => {
  it('take the year from the mark, and the next one behind December', () => {
    const lines = [
      '**** BEGIN LOGGING AT Mon Dec 31 23:00:00 2018',
      'Dec 31 23:59:59 <ada> a',
      'Jan 01 00:00:01 <ada> b',
      'Dec 31 23:59:59 <ada> c',
    ];
    expect(claimed(new Timeline(0, undefined), ...lines)).toEqual([
      '2018-12-31T23:59:59.000Z',
      '2019-01-01T00:00:01.000Z',
      '2018-12-31T23:59:59.000Z',
    ]);
  });

  it('need a year from somewhere', () => {
    expect(claimed(new Timeline(0, undefined), 'May 29 21:20:37 <ada> a')).toEqual(['no such day, or no year']);
  });
});

it('a line without a time of day is as late as the line before it, on the same day', () => {
  const lines = [
    'rust 2018-05-29 === ada waves',
    'rust 2018-05-29 [21:20] <ada> a',
    'rust 2018-05-29 === ada waves',
    'rust 2018-05-30 === ada waves',
  ];
  expect(claimed(new Timeline(0, undefined), ...lines)).toEqual([
    '2018-05-29T00:00:00.000Z',
    '2018-05-29T21:20:00.000Z',
    '2018-05-29T21:20:00.000Z',
    '2018-05-30T00:00:00.000Z',
  ]);
});

it('times are of the zone given, unless the line names its own', () => {
  const lines = ['2018-05-29 00:20 <ada> a', '2018-05-29T00:20:00Z <ada> b', '2018-05-29T00:20:00-07:00 <ada> c'];
  expect(claimed(new Timeline(120, undefined), ...lines)).toEqual([
    '2018-05-28T22:20:00.000Z',
    '2018-05-29T00:20:00.000Z',
    '2018-05-29T07:20:00.000Z',
  ]);
});

it('what is written keeps its precision', () => {
  const written = (line: string) => {
    const parsed = parseLine(line);
    const resolved = parsed.kind === 'events' && new Timeline(120, may29).resolve(parsed.stamp);
    return resolved && resolved.kind === 'moment' && resolved.moment.written;
  };
  expect(written('21:20 <ada> a')).toBe('2018-05-29 21:20');
  expect(written('21:20:00 <ada> a')).toBe('2018-05-29 21:20:00');
  expect(written('21:20:37.25 <ada> a')).toBe('2018-05-29 21:20:37.250');
  expect(written('rust 2018-05-29 <ada> a')).toBe('2018-05-29');
});

it('days that do not exist are refused', () => {
  expect(dayNumber({ year: 2018, month: 2, day: 29 })).toBeUndefined();
  expect(dayNumber({ year: 2018, month: 13, day: 1 })).toBeUndefined();
  expect(claimed(new Timeline(0, undefined), 'rust 2018-02-30 [10:00] <ada> a')).toEqual(['no such day, or no year']);
});
