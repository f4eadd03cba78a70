import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLine } from '../../../src/cli/import/irc/parse-line.js';
import type { LineEvent } from '../../../src/cli/import/irc/parsed-line.js';
import { anyText } from '../any-text.js';

function eventsOf(line: string): readonly LineEvent[] {
  const parsed = parseLine(line);
  if (parsed.kind !== 'events') throw new Error(`${line} is ${JSON.stringify(parsed)}`);
  return parsed.events;
}

function stampOf(line: string) {
  const parsed = parseLine(line);
  if (parsed.kind !== 'events') throw new Error(`${line} is ${JSON.stringify(parsed)}`);
  const { stamp } = parsed;
  const { day, time } = stamp;
  return [
    stamp.room ?? '',
    day ? `${day.year ?? '?'}-${day.month}-${day.day}` : '',
    time
      ? [time.hour, time.minute, time.second ?? '?'].join(':') + (time.millisecond ? `.${time.millisecond}` : '')
      : '',
    stamp.offset ?? '',
  ]
    .join(' ')
    .trim();
}

const joins = { kind: 'join', nick: 'ada' };
const parts = { kind: 'part', nick: 'ada' };
const quits = { kind: 'quit', nick: 'ada' };
const renames = { kind: 'rename', nick: 'ada', to: 'bob' };
const topic = { kind: 'topic', nick: 'ada', text: "It's Hello" };
const says = { kind: 'message', nick: 'ada', text: 'hi there' };
const waves = { kind: 'action', nick: 'ada', text: 'waves' };
const notes = { kind: 'notice', nick: 'ada', text: 'look' };

describe.each<[string, [string, object][]]>([
  [
    'irssi',
    [
      ['21:20 <ada> hi there', says],
      ['21:20 < ada> hi there', says],
      ['21:20 <@ada> hi there', says],
      ['21:20  * ada waves', waves],
      ['21:20 -ada:#rust- look', notes],
      ['21:20 -ada(~ada@host.example)- look', notes],
      ['21:20 -!- ada [~ada@host.example] has joined #rust', joins],
      ['21:20 -!- ada [~ada@host.example] has left #rust [bye [really]]', parts],
      ['21:20 -!- ada [~ada@host.example] has left #rust []', parts],
      ['21:20 -!- ada [~ada@host.example] has quit [Ping timeout: 240 seconds]', quits],
      ['21:20 -!- ada was kicked from #rust by bob [flood]', parts],
      ['21:20 -!- ada is now known as bob', renames],
      ["21:20 -!- ada changed the topic of #rust to: It's Hello", topic],
      ['21:20 -!- Topic unset by ada on #rust', { ...topic, text: '' }],
    ],
  ],
  [
    'WeeChat',
    [
      ['2018-05-29 21:20:37\tada\thi there', says],
      ['2018-05-29 21:20:37\t@ada\thi there', says],
      ['2018-05-29 21:20:37\tada\thi\tthere', { ...says, text: 'hi\tthere' }],
      ['2018-05-29 21:20:37\tada\t  hi there ', { ...says, text: '  hi there ' }],
      ['2018-05-29 21:20:37\tada\t<bob> hi', { ...says, text: '<bob> hi' }],
      ['2018-05-29 21:20:37\t *\tada waves', waves],
      ['2018-05-29 21:20:37\t--\tNotice(ada): look', notes],
      ['2018-05-29 21:20:37\t-->\tada (~ada@host.example) has joined #rust', joins],
      ['2018-05-29 21:20:37\t-->\tada [ada] (Ada (L)) (~ada@host.example) has joined #rust', joins],
      ['2018-05-29 21:20:37\t<--\tada (~ada@host.example) has left #rust ("bye")', parts],
      ['2018-05-29 21:20:37\t<--\tada (~ada@host.example) has quit (Quit: (bye))', quits],
      ['2018-05-29 21:20:37\t<--\tbob has kicked ada (flood)', parts],
      ['2018-05-29 21:20:37\t--\tada is now known as bob', renames],
      ['2018-05-29 21:20:37\t--\tada has changed topic for #rust to "It\'s Hello"', topic],
      ['2018-05-29 21:20:37\t--\tada has changed topic for #rust from "a "b" c" to "It\'s Hello"', topic],
    ],
  ],
  [
    'ZNC',
    [
      ['[21:20:37] <ada> hi there', says],
      ['[21:20:37] * ada waves', waves],
      ['[21:20:37] -ada- look', notes],
      ['[21:20:37] *** Joins: ada (~ada@host.example)', joins],
      ['[21:20:37] *** Parts: ada (~ada@host.example) (bye)', parts],
      ['[21:20:37] *** Quits: ada (~ada@host.example) (Quit: bye)', quits],
      ['[21:20:37] *** ada was kicked by bob (flood)', parts],
      ['[21:20:37] *** ada is now known as bob', renames],
      ["[21:20:37] *** ada changes topic to 'It's Hello'", topic],
    ],
  ],
  [
    'XChat and HexChat',
    [
      ['May 29 21:20:37 <ada>\thi there', says],
      ['May 29 21:20:37 *\tada waves', waves],
      ['[21:20] *ada \twaves', waves],
      ['May 29 21:20:37 -ada-\tlook', notes],
      ['May 29 21:20:37 -ada/#rust-\tlook', notes],
      ['May 29 21:20:37 -->|\tada (n=ada@host.example) has joined #rust', joins],
      ['May 29 21:20:37 -->\tada (n=ada@host.example) has joined #rust', joins],
      ['May 29 21:20:37 <--|\tada has left #rust ("bye")', parts],
      ['May 29 21:20:37 |<--\tada has left freenode (Quit: bye)', quits],
      ['May 29 21:20:37 ---\tada is now known as bob', renames],
      ["May 29 21:20:37 ---\tada has changed the topic to: It's Hello", topic],
      ['May 29 21:20:37 *\tada (~ada@host.example) has joined', joins],
      ['May 29 21:20:37 *\tada (~ada@host.example) has left (bye)', parts],
      ['May 29 21:20:37 *\tada has quit (Quit: bye)', quits],
      ['May 29 21:20:37 *\tbob has kicked ada from #rust (flood)', parts],
    ],
  ],
  [
    'mIRC',
    [
      ['[21:20] <~ada> hi there', says],
      ['[21:20] * ada (~ada@host.example) has joined #rust', joins],
      ['[21:20] \x0303* ada (~ada@host.example) has joined #rust', joins],
      ['[21:20] * ada (~ada@host.example) has left #rust (bye)', parts],
      ['[21:20] * ada (~ada@host.example) Quit (Quit: bye)', quits],
      ["[21:20] * ada changes topic to 'It's Hello'", topic],
    ],
  ],
  [
    'the Ubuntu logs',
    [
      ['ubuntu-meeting 2006-04-30 === ada [n=ada@ubuntu/member/ada]  has joined #ubuntu-meeting ', joins],
      ['ubuntu-meeting 2006-04-30 === ada [n=ada@host.example]  has left #ubuntu-meeting ["Konversation]  ', parts],
      ['ubuntu-meeting 2006-04-30 === ada is now known as bob ', renames],
      ["ubuntu-meeting 2006-04-30 === ..[topic/#ubuntu-meeting:ada] : It's Hello", topic],
      ['ubuntu-meeting 2006-04-30 === ada waves', waves],
      ['ubuntu-meeting 2010-11-08 [18:17]  * ada waves', waves],
      ['ubuntu-meeting 2009-10-20 [16:29] -ada- look', notes],
    ],
  ],
])('%s', (_program, lines) => {
  it.each(lines)('%s', (line, event) => {
    expect(eventsOf(line)).toEqual([event]);
  });
});

it('a netsplit takes everybody it names, and brings them back', () => {
  const quit =
    '21:20 -!- Netsplit a.example <-> b.example quits: ada, @bob, (+3 more, use /NETSPLIT to show all of them)';
  expect(eventsOf(quit)).toEqual([quits, { kind: 'quit', nick: 'bob' }]);
  expect(eventsOf('21:20 -!- Netsplit over, joins: ada, bob')).toEqual([joins, { kind: 'join', nick: 'bob' }]);
});

describe('the text is kept as it is, behind one blank or tab', () => {
  it.each([
    ['[21:20] <ada> hi ', 'hi '],
    ['[21:20] <ada>\t hi  ', ' hi  '],
    ['[21:20] <ada>   indented();', '  indented();'],
    ['[21:20] <ada> \x02bold\x02 \x0304red', '\x02bold\x02 \x0304red'],
    ['[21:20] <ada> <bob> [10:00] * x', '<bob> [10:00] * x'],
    ['[21:20] <ada>', ''],
    ['[21:20] <ada>hi', 'hi'],
  ])('%j', (line, text) => {
    expect(eventsOf(line)).toEqual([{ kind: 'message', nick: 'ada', text }]);
  });

  it('whatever it is', () => {
    const nick = fc.stringMatching(/^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]{0,15}$/);
    const said = fc.string({ unit: 'grapheme' }).filter((text) => !/[\0]/.test(text));
    fc.assert(
      fc.property(nick, said, (name, text) => {
        const expected = [{ kind: 'message', nick: name, text }];
        expect(eventsOf(`rust 2018-05-29 [21:20:37] <${name}> ${text}`)).toEqual(expected);
        expect(eventsOf(`2018-05-29 21:20:37\t${name}\t${text}`)).toEqual(expected);
      }),
    );
  });
});

describe('what somebody does is not mistaken for what the channel says', () => {
  it.each([
    'has left the building',
    'has quit smoking',
    'is now known as the best',
    'set the topic of our talk',
    'joined in',
  ])('* ada %s', (text) => {
    expect(eventsOf(`[21:20] * ada ${text}`)).toEqual([{ kind: 'action', nick: 'ada', text }]);
  });
});

describe('stamps', () => {
  it.each([
    ['rust 2018-05-29 [21:20:37] <ada> x', 'rust 2018-5-29 21:20:37'],
    ['rust 2018-05-29 [21:20] <ada> x', 'rust 2018-5-29 21:20:?'],
    ['rust 2018-05-29 <ada> x', 'rust 2018-5-29'],
    ['#rust [21:20:37] <ada> x', '#rust  21:20:37'],
    ['[21:20:37] #rust <ada> x', '#rust  21:20:37'],
    ['[2018-05-29 21:20:37] [#rust] <ada> x', '#rust 2018-5-29 21:20:37'],
    ['2018-05-29T21:20:37Z <ada> x', '2018-5-29 21:20:37 0'],
    ['2018-05-29T21:20:37.250+02:00 <ada> x', '2018-5-29 21:20:37.250 120'],
    ['2018-05-29 21:20:37-0330 <ada> x', '2018-5-29 21:20:37 -210'],
    ['2018/05/29 21:20 <ada> x', '2018-5-29 21:20:?'],
    ['29.05.2018 21:20:37 <ada> x', '2018-5-29 21:20:37'],
    ['20180529 21:20:37 <ada> x', '2018-5-29 21:20:37'],
    ['[2018-05-29] [21:20:37] <ada> x', '2018-5-29 21:20:37'],
    ['[21:20:37] [2018-05-29] <ada> x', '2018-5-29 21:20:37'],
    ['[Tue May 29 21:20:37 2018] <ada> x', '2018-5-29 21:20:37'],
    ['Tue May 29 21:20:37 2018 <ada> x', '2018-5-29 21:20:37'],
    ['May 29 21:20:37 <ada> x', '?-5-29 21:20:37'],
    ['May 29, 2018 21:20 <ada> x', '2018-5-29 21:20:?'],
    ['29 May 2018 21:20 <ada> x', '2018-5-29 21:20:?'],
    ['21:20 <ada> x', '21:20:?'],
    ['(21:20:37) <ada> x', '21:20:37'],
    ['21:20<ada> x', '21:20:?'],
    ['[9:20pm] <ada> x', '21:20:?'],
    ['09:20:37 PM <ada> x', '21:20:37'],
    ['12:05 AM <ada> x', '0:5:?'],
    ['[12:05 p.m.] <ada> x', '12:5:?'],
    ['<ada> x', ''],
  ])('%s', (line, stamp) => {
    expect(stampOf(line)).toBe(stamp);
  });

  it.each(['25:20 <ada> x', '21:60 <ada> x', '13:00 PM <ada> x', '2018-05-29 21:20:37+99:00 <ada> x'])(
    '%s is no time',
    (line) => {
      expect(parseLine(line).kind).toBe('unreadable');
    },
  );
});

it.each([
  '--- Log opened Tue May 29 21:20:37 2018',
  '--- Day changed Tue May 29 2018',
  '**** BEGIN LOGGING AT Tue May 29 21:20:37 2018',
  'Session Start: Tue May 29 21:20:37 2018',
])('%s is the day of what follows', (line) => {
  expect(parseLine(line)).toEqual({ kind: 'day', day: { year: 2018, month: 5, day: 29 } });
});

it.each([
  '--- Log closed Wed May 30 10:00:00 2018',
  '**** ENDING LOGGING AT Wed May 30 10:00:00 2018',
  'Session Close: Wed May 30 10:00:00 2018',
  '21:20 -!- mode/#rust [+o ada] by ChanServ',
  '21:20 -!- Irssi: #rust: Total of 5 nicks [0 ops, 0 halfops, 0 voices, 5 normal]',
  "21:20 -!- You're now known as bob",
  '2018-05-29 21:20:37\t--\tTopic for #rust is "Hello"',
  '2018-05-29 21:20:37\t--\tMode #rust [+o ada] by ChanServ',
  '[21:20:37] *** ada sets mode: +o bob',
  'May 29 21:20:37 *\tNow talking on #rust',
  'May 29 21:20:37 *\tChanServ gives voice to ada',
])('%s is understood and not of the record', (line) => {
  expect(parseLine(line).kind).toBe('note');
});

it.each([
  'Lorem ipsum dolor sit amet',
  '21:20 -!- Ada hat den Raum betreten',
  '2018-05-29 21:20:37\t\tmore of the same',
  '--- Day changed Mi 30. Mai',
  '[21:20] <> nobody',
  `[21:20] <ada> ${'x'.repeat(70_000)}`,
  '[21:20] <ada> a\0b',
])('%s is unreadable, with a reason', (line) => {
  expect(parseLine(line)).toMatchObject({ kind: 'unreadable', reason: expect.stringMatching(/./) as string });
});

it('no line makes it throw, and no line takes long', () => {
  const pieces = [
    '<',
    '>',
    '[',
    ']',
    '(',
    ')',
    '*',
    '-',
    '=',
    '\t',
    ' ',
    ':',
    '"',
    "'",
    '#',
    'ada',
    '21:20',
    '2018-05-29',
  ];
  const words = [
    'has joined',
    'has left',
    'topic',
    ' to ',
    ' from ',
    '-!-',
    '-->',
    '***',
    '===',
    '\x03',
    'May',
    '\u2028',
  ];
  const line = fc.oneof(
    anyText(),
    fc.array(fc.constantFrom(...pieces, ...words), { maxLength: 60 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(line, (text) => {
      const parsed = parseLine(text);
      if (parsed.kind === 'events') {
        expect(parsed.events.length).toBeGreaterThan(0);
        for (const { nick } of parsed.events) expect(nick).not.toBe('');
      }
    }),
    { numRuns: 2_000 },
  );
  for (const piece of [...pieces, ...words, '(a) ', '"a" to ', '< ', ' [']) {
    parseLine(`21:20 -!- ada ${piece.repeat(20_000)}`.slice(0, 60_000));
    parseLine(`21:20\t--\tada has changed topic from ${piece.repeat(20_000)}`.slice(0, 60_000));
    parseLine(piece.repeat(20_000).slice(0, 60_000));
  }
});
