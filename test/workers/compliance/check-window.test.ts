import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkWindow } from '../../../src/workers/compliance/check/check-window.js';
import type { Window } from '../../../src/workers/compliance/dependencies.js';
import { everything, Record } from './support/record.js';
import { filesBelow, rendered, scratchFolder, wholeLog } from './support/windows.js';

async function aWindow(parts: Partial<Window> = {}, tell = everything): Promise<string> {
  const record = new Record();
  await tell(record);
  return rendered(record, await wholeLog(record, parts), await scratchFolder());
}

async function codesOf(folder: string): Promise<readonly string[]> {
  const { problems } = await checkWindow(folder, basename(folder));
  return problems.map(({ path, code }) => `${path} ${code}`);
}

/** Changes a payload file and makes every hash right again, as somebody would who wants it to go unnoticed. */
async function forge(folder: string, path: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(join(folder, path), 'utf8');
  const text = change(before);
  expect(text).not.toBe(before);
  await writeFile(join(folder, path), text);
  const hash = (bytes: string) => createHash('sha256').update(bytes).digest('hex');
  const files = await filesBelow(folder);
  const payload = [...files].filter(([name]) => name.startsWith('data/'));
  const manifest = payload.map(([name, bytes]) => `${hash(bytes)}  ${name}\n`).join('');
  const size = payload.reduce((sum, [, bytes]) => sum + Buffer.byteLength(bytes), 0);
  const info = (files.get('bag-info.txt') ?? '').replace(/Payload-Oxum: .*/, `Payload-Oxum: ${size}.${payload.length}`);
  const tags = [info, files.get('bagit.txt') ?? '', manifest].map(hash);
  await writeFile(join(folder, 'bag-info.txt'), info);
  await writeFile(join(folder, 'manifest-sha256.txt'), manifest);
  await writeFile(
    join(folder, 'tagmanifest-sha256.txt'),
    `${tags[0]}  bag-info.txt\n${tags[1]}  bagit.txt\n${tags[2]}  manifest-sha256.txt\n`,
  );
}

const FORMATS: readonly Partial<Window>[] = [
  { adapter: 'jsonl' },
  { adapter: 'xml', profile: 'full' },
  { adapter: 'xml', profile: 'strict' },
];

describe('a window that is whole', () => {
  it.each(FORMATS)('has no problems, and sha256sum agrees: $adapter $profile', async (format) => {
    const folder = await aWindow(format);
    expect(await codesOf(folder)).toStrictEqual([]);
    for (const manifest of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
      const { status, stdout } = spawnSync('sha256sum', ['-c', '--strict', manifest], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(status, stdout).toBe(0);
    }
  });

  it('may be empty: silence has its windows too', async () => {
    for (const format of FORMATS) expect(await codesOf(await aWindow(format, async () => {}))).toStrictEqual([]);
  });
});

describe('a bit that fell over', () => {
  it.each(FORMATS)('is found wherever it is: $adapter $profile', async (format) => {
    const folder = await aWindow(format);
    for (const path of (await filesBelow(folder)).keys()) {
      const file = join(folder, path);
      const bytes = await readFile(file);
      const places = fc.tuple(fc.nat(bytes.length - 1), fc.nat(7));
      await fc.assert(
        fc.asyncProperty(places, async ([at, bit]) => {
          const wrong = Buffer.from(bytes);
          wrong.writeUInt8(wrong.readUInt8(at) ^ (1 << bit), at);
          await writeFile(file, wrong);
          expect((await codesOf(folder)).length, `${path} ${at} ${bit}`).toBeGreaterThan(0);
        }),
        { numRuns: 12 },
      );
      await writeFile(file, bytes);
    }
    expect(await codesOf(folder)).toStrictEqual([]);
  });
});

describe('files', () => {
  it('that are missing, foreign, cut short or empty are named', async () => {
    const folder = await aWindow();
    for (const path of (await filesBelow(folder)).keys()) {
      const bytes = await readFile(join(folder, path));
      await rm(join(folder, path));
      expect(await codesOf(folder)).toContain(`${path} missing-file`);
      for (const shorter of [bytes.subarray(0, -1), Buffer.alloc(0)]) {
        await writeFile(join(folder, path), shorter);
        expect(await codesOf(folder)).not.toStrictEqual([]);
      }
      await writeFile(join(folder, path), bytes);
    }
    await writeFile(join(folder, 'data/more.xml'), '');
    expect(await codesOf(folder)).toContain('data/more.xml foreign-file');
    await rm(join(folder, 'data/more.xml'));
    await mkdir(join(folder, 'data/folder'));
    expect(await codesOf(folder)).toStrictEqual(['data/folder foreign-file']);
    await rm(join(folder, 'data/folder'), { recursive: true });
    await symlink('/etc/hostname', join(folder, 'link'));
    expect(await codesOf(folder)).toStrictEqual(['link foreign-file']);
  });

  it('are in a folder that has the name of their window', async () => {
    const folder = await aWindow();
    const other = folder.replace('0000000001_', '0000000002_');
    await rename(folder, other);
    expect(await codesOf(other)).toStrictEqual([' folder-name']);
  });
});

describe('a forgery with right hashes', () => {
  it.each([
    ['a message less', (text: string) => text.replace(/.*MessagePosted.*\n/, ''), 'count-differs'],
    ['another text', (text: string) => text.replace('interleaved', 'in the leaves'), 'count-differs'],
    ['an event twice', (text: string) => text.replace(/.*RoomRenamed.*\n/, '$&$&'), 'stream-gap'],
    ['events in another order', (text: string) => text.replace(/(.*\n)(.*\n)$/, '$2$1'), undefined],
    ['no JSON', (text: string) => text.replace('{', '['), 'bad-payload'],
    ['another shape', (text: string) => text.replace('"1.0"', '"2.0"'), 'bad-payload'],
    ['no end', (text: string) => text.slice(0, -1), 'bad-payload'],
  ])('of jsonl is found out: %s', async (_, change, code) => {
    const folder = await aWindow({ adapter: 'jsonl' });
    await forge(folder, 'data/events.jsonl', change);
    const codes = await codesOf(folder);
    if (code === undefined)
      expect(codes).toStrictEqual([]); // only the next window and the log can tell
    else expect(codes).toContain(`data/events.jsonl ${code}`);
  });

  const escape = '\u241b';
  it.each([
    ['a message less', (text: string) => text.replace(/<Message type="CHAT".*\n/, ''), 'count-differs'],
    [
      'another first message',
      (text: string) => text.replace('<FirstMessage type="JOIN"', '<FirstMessage type="PART"'),
      'bad-payload',
    ],
    ['a time said in two ways', (text: string) => text.replace(/(DateTimeUTC since1970=")1/, '$12'), 'bad-time'],
    [
      'ticks of another moment',
      (text: string) => text.replace(/(<Message[^\n]*long="\d*)1(\d*")/, '$12$2'),
      'bad-time',
    ],
    [
      'an end before the last event',
      (text: string) =>
        text.replace(
          /EndTimeUTC (.*)\/>/,
          'EndTimeUTC since1970="0" string="1970-01-01T00:00:00.0000000Z" long="621355968000000000"/>',
        ),
      'bad-time',
    ],
    [
      'an edit of a message that is not there',
      (text: string) => text.replace(/(<h:Edited[^>]*) seq="0"/, '$1 seq="77"'),
      'bad-reference',
    ],
    ['a reply into the void', (text: string) => text.replaceAll('h:replyTo="0"', 'h:replyTo="9"'), 'bad-reference'],
    [
      'a number twice',
      (text: string) => text.replace('content="long" id="1"', 'content="long" id="0"'),
      'bad-reference',
    ],
    ['an escape less', (text: string) => text.replace(`${escape}FFFE`, 'x'), 'count-differs'],
    [
      'a guest less in the roster',
      (text: string) => text.replace('<Messages>', '<h:Roster><h:Present user="eve"/></h:Roster><Messages>'),
      'count-differs',
    ],
    [
      'a document type',
      (text: string) => text.replace('<Conversations', '<!DOCTYPE Conversations [<!ENTITY a "b">]>\n<Conversations'),
      'bad-payload',
    ],
    ['a tag that is not closed', (text: string) => text.replace('</Conversations>', ''), 'bad-payload'],
    ['a character that XML forbids', (text: string) => text.replace('long', 'l\u0001ng'), 'bad-payload'],
    [
      'another namespace',
      (text: string) => text.replace('urn:hansard:archive:1', 'urn:hansard:archive:2'),
      'bad-payload',
    ],
  ])('of xml is found out: %s', async (_, change, code) => {
    const folder = await aWindow();
    await forge(folder, 'data/conversations.xml', change);
    expect(await codesOf(folder)).toContain(`data/conversations.xml ${code}`);
  });

  it('of xml in another encoding is found out', async () => {
    const folder = await aWindow();
    await forge(folder, 'data/conversations.xml', (text) => text.replace('Größe', 'Gr\ud83d\u00f6'));
    await writeFile(
      join(folder, 'data/conversations.xml'),
      Buffer.concat([Buffer.from('<a>'), Buffer.from([0xff, 0xfe, 0x0a])]),
    );
    expect(await codesOf(folder)).toContain('data/conversations.xml bad-payload');
  });

  it.each([
    ['a hole in a stream', (text: string) => text.replace('"last":4,"events":5', '"last":5,"events":5'), 'stream-gap'],
    ['more events', (text: string) => text.replace('"events": 18', '"events": 19'), 'bad-window'],
    ['a member more', (text: string) => text.replace('"format"', '"surprise": 1, "format"'), 'bad-window'],
    [
      'a first window with one before it',
      (text: string) => text.replace('"software"', `"previousManifestSha256": "${'0'.repeat(64)}", "software"`),
      'bad-window',
    ],
  ])('of window.json is found out: %s', async (_, change, code) => {
    const folder = await aWindow();
    await forge(folder, 'data/window.json', change);
    expect(await codesOf(folder)).toContain(`data/window.json ${code}`);
  });
});

describe('oddities of the record itself', () => {
  it('are told and are no problem of the archive: it says what happened', async () => {
    const folder = await aWindow({ adapter: 'jsonl' }, async (record) => {
      await record.post('r1', 'from outside', 'ada');
      await record.join('r1', 'bob');
      await record.join('r1', 'bob');
      await record.leave('r1', 'eve');
    });
    const { problems, warnings } = await checkWindow(folder, basename(folder));
    expect(problems).toStrictEqual([]);
    expect(warnings.map(({ code }) => code)).toStrictEqual(['author-absent', 'joined-twice', 'left-absent']);
  });
});
