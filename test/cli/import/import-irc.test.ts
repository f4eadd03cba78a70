import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from '../../../src/cli/import/api.js';
import { importIrc, type ImportIrcOptions } from '../../../src/cli/import/import-irc.js';
import { persistentApi } from '../../../src/cli/import/persistent-api.js';
import { deferred } from '../../../src/deferred.js';
import { FakeServer, losing } from './fake-server.js';

let folder: string;
let server: FakeServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hansard-import-'));
  server = new FakeServer();
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function run(files: readonly string[], options: Partial<ImportIrcOptions> = {}, api: Api = server) {
  const defaults = { category: 'Imported', offset: 0, userPrefix: '', signal: new AbortController().signal };
  return importIrc(api, { ...defaults, ...options, files });
}

const RUST = [
  'rust 2018-05-29 [21:20] <ada> one',
  'rust 2018-05-29 [21:20] <bob> two',
  'rust 2018-05-29 [21:20] <ada> one',
  'rust 2018-05-29 [21:21] * ada waves',
  'rust 2018-05-29 === carl [n=carl@host.example]  has joined #rust',
  'rust 2018-05-29 === carl is now known as dora',
  'rust 2018-05-29 [21:22] <dora> three',
  'rust 2018-05-29 === dora [n=carl@host.example]  has left #rust []',
  '',
];

describe('what an import makes', () => {
  it('a room has the posts of its log, in order, by users of the names of the nicks, with the time they had', async () => {
    await run([file('rust.txt', RUST.join('\n'))]);
    expect(server.posts).toEqual([
      { roomId: 'room0', author: 'ada', text: 'one', claimedTime: '2018-05-29T21:20:00.000Z' },
      { roomId: 'room0', author: 'bob', text: 'two', claimedTime: '2018-05-29T21:20:00.000Z' },
      { roomId: 'room0', author: 'ada', text: 'one', claimedTime: '2018-05-29T21:20:00.000Z' },
      { roomId: 'room0', author: 'ada', text: '/me waves', claimedTime: '2018-05-29T21:21:00.000Z' },
      { roomId: 'room0', author: 'dora', text: 'three', claimedTime: '2018-05-29T21:22:00.000Z' },
    ]);
  });

  it('who speaks has joined; joins, leaves and new nicks are joins and leaves', async () => {
    await run([file('rust.txt', RUST.join('\n'))]);
    expect(server.attendance).toEqual([
      'join ada',
      'join bob',
      'join carl 2018-05-29T21:21:00.000Z',
      'part carl 2018-05-29T21:21:00.000Z',
      'join dora 2018-05-29T21:21:00.000Z',
      'part dora 2018-05-29T21:22:00.000Z',
    ]);
  });

  it('a topic is a post of who set it, and the topic of the room', async () => {
    const lines = [
      '21:20 -!- ada changed the topic of #rust to: Hello',
      '21:21 <bob> hi',
      '21:22 -!- bob changed the topic of #rust to: Bye',
    ];
    await run([file('#rust.2018-05-29.log', lines.join('\n'))]);
    expect(server.texts('rust')).toEqual(['/topic Hello', 'hi', '/topic Bye']);
    expect(server.rooms.get('rust')?.topic).toBe('Bye');
  });

  it('rooms of one name in other letters are one room', async () => {
    await run([file('#Rust.2018-05-29.log', '21:20 <ada> one'), file('#rust.2018-05-30.log', '21:20 <ada> two')]);
    expect(server.texts('Rust')).toEqual(['one', 'two']);
  });

  it('the report accounts for every line', async () => {
    const lines = [
      ...RUST,
      'lorem ipsum',
      'rust 2018-05-29 [21:25] *** ada sets mode: +o bob',
      '--- Log opened Tue May 29 2018',
    ];
    const report = await run([file('rust.txt', lines.join('\n'))]);
    expect(report).toMatchObject({
      lines: 12,
      recorded: 8,
      blank: 1,
      marks: 1,
      messages: 4,
      actions: 1,
      joins: 1,
      parts: 1,
      renames: 1,
      users: 4,
    });
    expect(report.noted).toBe(1);
    expect(report.unreadable).toMatchObject([{ line: 10, reason: 'no known shape', text: 'lorem ipsum' }]);
    expect(report.toText()).toContain('rust.txt:10: unreadable, no known shape: lorem ipsum');
  });
});

describe('room and date', () => {
  it('come from the line first, then from an option, then from the file name', async () => {
    const path = file('rust_20180529.log', '21:20 <ada> name\n');
    await run([path]);
    await run([path], { room: '#go', day: 17_680 });
    await run([file('go.log', 'zig 2018-05-28 [21:20] <ada> line\n')], { room: 'c', day: 17_680 });
    expect(server.texts('rust')).toEqual(['name']);
    expect(server.texts('go')).toEqual(['name']);
    expect(server.texts('zig')).toEqual(['line']);
    expect(server.posts.map(({ claimedTime }) => claimedTime?.slice(0, 10))).toEqual([
      '2018-05-29',
      '2018-05-29',
      '2018-05-28',
    ]);
  });

  it('a channel that the log names is its room when nothing else is', async () => {
    const lines = [
      '--- Log opened Tue May 29 21:00:00 2018',
      '21:20 <ada> hi',
      '21:21 -!- bob [~b@host.example] has joined #rust',
    ];
    await run([file('irclog.txt', lines.join('\n'))]);
    expect([...server.rooms.keys()]).toEqual(['rust']);
  });

  it('the parts of a log without dates go on where the part before ended', async () => {
    const first = file('#rust.log.1.log', '--- Log opened Tue May 29 21:00:00 2018\n23:59 <ada> one\n');
    const report = await run([first, file('#rust.log.2.log', '00:01 <ada> two\n')], { room: 'rust' });
    expect(report.unreadable).toEqual([]);
    expect(server.posts[1]?.claimedTime).toBe('2018-05-30T00:01:00.000Z');
  });

  it('a line with neither is listed with what to do about it', async () => {
    const report = await run([file('rust.log', '21:20 <ada> hi\n')]);
    expect(report.unreadable).toMatchObject([{ line: 1, reason: 'no date: say --date' }]);
    expect(server.posts).toEqual([]);
  });

  it('a line without a time, in a log of lines with times, is the rest of another one and not a message', async () => {
    const report = await run([file('rust_20180529.log', '21:20 <ada> a list:\n* first\n* second\n')]);
    expect(report.unreadable.map(({ line }) => line)).toEqual([2, 3]);
    expect(server.texts('rust')).toEqual(['a list:']);
  });
});

describe('bytes', () => {
  it('UTF-8 is kept, and a line that is no UTF-8 is read as Windows-1252, line by line', async () => {
    const latin = Buffer.from([...Buffer.from('rust 2018-05-29 [21:20] <ada> caf'), 0xe9, 0x20, 0x80, 0x0a]);
    const utf8 = Buffer.from('\uFEFFrust 2018-05-29 [21:20] <ada> café € 👋🏽\r\n');
    await run([file('rust.txt', Buffer.concat([utf8, latin]))]);
    expect(server.texts('rust')).toEqual(['café € 👋🏽', 'café €']);
  });

  it('each of the 256 bytes of Windows-1252 is its character', async () => {
    const bytes = Buffer.from(Array.from({ length: 0x80 }, (_, index) => 0x80 + index));
    await run([file('rust.txt', Buffer.concat([Buffer.from('rust 2018-05-29 [21:20] <ada> '), bytes]))]);
    const [text = ''] = server.texts('rust');
    expect(text).toHaveLength(0x80);
    expect(text.slice(0, 6)).toBe('€\x81‚ƒ„…');
    expect(text.slice(0x20)).toBe(bytes.toString('latin1').slice(0x20));
  });

  it('the text is exact, also where chunks of the file end', async () => {
    const texts = Array.from({ length: 3_000 }, (_, index) => `${index} ${'ä€👋'.repeat(index % 40)} `);
    await run([file('rust.txt', texts.map((text) => `rust 2018-05-29 [21:20] <ada> ${text}\n`).join(''))]);
    expect(server.texts('rust')).toEqual(texts);
  });
});

describe('importing again', () => {
  it('changes nothing, and says so', async () => {
    const path = file('rust.txt', [...RUST, "rust 2018-05-29 [22:00] *** ada changes topic to 'Hello'"].join('\n'));
    await run([path]);
    const { writes } = server;
    server.now = '2026-01-02T00:00:00.000Z';
    const report = await run([path]);
    expect(server.writes).toBe(writes);
    expect(report).toMatchObject({ alreadyThere: 6, refused: [], differing: 0 });
  });

  it('a topic that was changed since stays', async () => {
    const path = file('#rust.2018-05-29.log', '21:20 -!- ada changed the topic of #rust to: Old');
    await run([path]);
    const room = server.rooms.get('rust');
    if (room) room.topic = 'New';
    server.now = '2026-01-02T00:00:00.000Z';
    await run([path]);
    expect(room?.topic).toBe('New');
  });

  it('a file that is named twice, or has a second copy, counts once', async () => {
    const path = file('rust.txt', RUST.join('\n'));
    await run([path, path, file('copy.txt', RUST.join('\n'))]);
    expect(server.texts('rust')).toEqual(['one', 'two', 'one', '/me waves', 'three']);
  });

  it('the same lines in other files, cut anywhere, change nothing, and cut first they make the same', async () => {
    const line = fc.record({
      nick: fc.constantFrom('ada', 'bob'),
      text: fc.constantFrom('yes', 'no'),
      later: fc.boolean(),
    });
    const log = fc.array(line, { minLength: 2, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(log, fc.nat(), fc.boolean(), async (lines, somewhere, wholeFirst) => {
        server = new FakeServer();
        let minute = 0;
        const written = lines.map(({ nick, text, later }) => {
          if (later) minute += 1;
          return `rust 2018-05-29 [10:${String(minute).padStart(2, '0')}] <${nick}> ${text}\n`;
        });
        const cut = 1 + (somewhere % (written.length - 1));
        const whole = [file('whole.txt', written.join(''))];
        const pieces = [file('a.txt', written.slice(0, cut).join('')), file('b.txt', written.slice(cut).join(''))];
        await run(wholeFirst ? whole : pieces);
        const { writes } = server;
        expect(server.texts('rust')).toEqual(lines.map(({ text }) => text));
        await run(wholeFirst ? pieces : whole);
        expect(server.writes).toBe(writes);
      }),
      { numRuns: 50 },
    );
  });

  it('a log that grew gets what is new alone', async () => {
    await run([file('rust.txt', RUST.slice(0, 3).join('\n'))]);
    await run([file('rust.txt', RUST.join('\n'))]);
    expect(server.texts('rust')).toEqual(['one', 'two', 'one', '/me waves', 'three']);
  });

  it('another zone leaves the lines as they are, and says so', async () => {
    const path = file('rust.txt', RUST.join('\n'));
    await run([path]);
    const { writes } = server;
    const report = await run([path], { offset: 120 });
    expect(server.writes).toBe(writes);
    expect(report.differing).toBe(9);
    expect(report.refused).toEqual([]);
  });
});

describe('trouble', () => {
  const delay = () => Promise.resolve();

  it.each(['before', 'after'] as const)(
    'a connection lost %s the server acts loses and doubles nothing',
    async (when) => {
      server.trouble = losing(7, when);
      await run([file('rust.txt', RUST.join('\n'))], {}, persistentApi(server, { delay }));
      expect(server.texts('rust')).toEqual(['one', 'two', 'one', '/me waves', 'three']);
    },
  );

  it('"not now" is waited out for as long as the server says', async () => {
    const waits: number[] = [];
    let left = 2;
    server.trouble = (_request, when) =>
      when === 'before' && left-- > 0 ? { status: 429, json: {}, retryAfterMs: 7_000 } : undefined;
    await run(
      [file('rust.txt', RUST.join('\n'))],
      {},
      persistentApi(server, { delay: (ms) => (waits.push(ms), Promise.resolve()) }),
    );
    expect(waits).toEqual([7_000, 7_000]);
    expect(server.texts('rust')).toHaveLength(5);
  });

  it('a server that is gone ends the import, and the next one goes on where it stopped', async () => {
    const path = file('rust.txt', RUST.join('\n'));
    server.trouble = (_request, when) =>
      when === 'before' && server.posts.length === 2 ? losing(1, 'before')(_request, when) : undefined;
    await expect(run([path], {}, persistentApi(server, { delay, tries: 3 }))).rejects.toThrow('connection reset');
    expect(server.texts('rust')).toEqual(['one', 'two']);
    server.trouble = () => undefined;
    await run([path]);
    expect(server.texts('rust')).toEqual(['one', 'two', 'one', '/me waves', 'three']);
  });

  it('an import that is called off sends nothing more', async () => {
    const stop = new AbortController();
    const onProgress = (done: number) => {
      if (done === 3) stop.abort();
    };
    await run([file('rust.txt', RUST.join('\n'))], { signal: stop.signal, onProgress });
    expect(server.posts.length + server.attendance.length).toBe(3);
  });

  it('a line that the server refuses is listed, and the others go on', async () => {
    const lines = [`rust 2018-05-29 [21:20] <ada> ${'x'.repeat(9_000)}`, 'rust 2018-05-29 [21:21] <ada> short'];
    const report = await run([file('rust.txt', lines.join('\n'))]);
    expect(report.refused).toMatchObject([{ line: 1, status: 413, code: 'message-too-large' }]);
    expect(server.texts('rust')).toEqual(['short']);
  });

  it('a room of that name that somebody else made is used', async () => {
    server.rooms.set('RUST', { id: 'theirs', topic: '' });
    await run([file('rust.txt', RUST.join('\n'))]);
    expect(server.texts('RUST')).toHaveLength(5);
  });

  it('a token that the server does not accept ends it before anything is sent', async () => {
    server.trouble = () => ({ status: 401, json: { code: 'token-invalid', detail: 'No.' } });
    await expect(run([file('rust.txt', RUST.join('\n'))])).rejects.toThrow(/does not accept the token/);
  });
});

it('rooms are filled at the same time, each in its own order', async () => {
  const rooms = ['a', 'b', 'c', 'd'];
  const numbers = Array.from({ length: 50 }, (_, index) => String(index));
  const files = rooms.map((room) =>
    file(`${room}.txt`, numbers.map((number) => `${room} 2018-05-29 [10:00] <ada> ${number}\n`).join('')),
  );
  const waiting = new Set<string>();
  const all = deferred<undefined>();
  server.gate = async ({ path }) => {
    if (!path.endsWith('/messages')) return;
    waiting.add(path);
    if (waiting.size === rooms.length) all.resolve(undefined);
    await all.promise; // nobody posts before every room wants to
  };
  await run(files);
  for (const room of rooms) expect(server.texts(room)).toEqual(numbers);
});

it('every line of the demo data is accounted for', async () => {
  const demo = ['rust', 'ubuntu-meeting', 'mediawiki'].map((room) => `demo/${room}.txt`);
  const report = await run(demo);
  expect(report.unreadable).toEqual([]);
  expect(report.lines).toBe(report.recorded);
  expect(server.posts).toHaveLength(report.messages + report.actions + report.notices);
  expect([...server.rooms.keys()]).toEqual(['rust', 'ubuntu-meeting', 'mediawiki']);
});

it('any file at all is accounted for, line by line', async () => {
  const piece = fc.constantFrom(
    'rust 2018-05-29 ',
    '[21:20] ',
    '<ada> ',
    '* ada ',
    '-!- ',
    'has joined',
    '--- Day changed ',
    'x',
    '\r',
    '\t',
    '\n',
    '\n',
  );
  const content = fc.array(
    fc.oneof(
      piece.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 5 }),
    ),
    { maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(content, async (pieces) => {
      const bytes = Buffer.concat(pieces);
      const report = await run([file('any.log', bytes)]);
      const ends = bytes.filter((byte) => byte === 0x0a).length;
      expect(report.lines).toBe(ends + (bytes.length > 0 && bytes.at(-1) !== 0x0a ? 1 : 0));
      expect(report.recorded + report.blank + report.marks + report.noted + report.unreadable.length).toBe(
        report.lines,
      );
    }),
    { numRuns: 200 },
  );
});
