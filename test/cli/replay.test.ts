import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplayOptions } from '../../src/cli/options.js';
import { replayed, runReplay } from '../../src/cli/replay.js';
import { pipeOut } from '../../src/cli/log/pipe-out.js';
import { ApiNode, type Line } from '../support/api-node.js';
import { until } from '../support/until.js';
import { WrittenLog } from '../support/written-log.js';

const NEVER = new AbortController().signal;
const BASE = { mode: 'development', flags: {}, follow: false, backward: false } as const;

async function lines(options: Partial<ReplayOptions>): Promise<Line[]> {
  const text: string[] = [];
  for await (const chunk of replayed({ ...BASE, ...options }, NEVER)) text.push(Buffer.from(chunk).toString('utf8'));
  return text
    .join('')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

const days = ['2026-11-20', '2026-11-22', '2026-11-24', '2026-11-26'];
const noon = (day: string) => `${day}T12:00:00.000Z`;

describe('replay from a data folder', () => {
  let log: WrittenLog;
  const replay = (options: Partial<ReplayOptions> = {}) => lines({ flags: log.flags, ...options });
  const texts = async (options: Partial<ReplayOptions>) =>
    (await replay({ types: 'MessagePosted', ...options })).map(({ data }) => data['text']);

  beforeAll(async () => {
    log = await WrittenLog.create();
    await log.room('a', 'Ａlpha', noon('2026-11-19'));
    await log.room('b', 'beta', noon('2026-11-19'));
    await log.room('c', 'beta', noon('2026-11-19'));
    for (const day of days) {
      await log.say('a', `a ${day}`, noon(day));
      await log.say('b', `b ${day}`, noon(day), 40);
    }
  });
  afterAll(() => log.dispose());

  it('gives the whole log in its order, while another one writes it', async () => {
    const all = await replay();
    expect(all).toHaveLength(3 + 4 * 41);
    expect(all.map(({ type, subject, time, data }) => ({ type: type.split('.')[1], subject, time, data }))).toEqual(
      await log.events(),
    );
  });

  it('goes on behind any sequence', async () => {
    const all = await replay();
    for (const from of [0, 1, 60, all.length - 1])
      expect(await replay({ after: all[from]?.sequence ?? '' })).toEqual(all.slice(from + 1));
    await expect(replay({ after: 'x' })).rejects.toMatchObject({ exitCode: 2 });
  });

  it('begins at a time and ends before one, both to the millisecond', async () => {
    const of = (some: readonly string[]) => some.map((day) => `a ${day}`);
    const room = 'a';
    expect(await texts({ room, since: '2026-11-22' })).toEqual(of(days.slice(1)));
    expect(await texts({ room, until: '2026-11-24' })).toEqual(of(days.slice(0, 2)));
    expect(await texts({ room, since: noon('2026-11-22'), until: noon('2026-11-24') })).toEqual(of(days.slice(1, 2)));
    expect(await texts({ room, since: '2026-11-22T13:00:00.001+01:00' })).toEqual(of(days.slice(2)));
    expect(await texts({ room, since: '2030-01-01' })).toEqual([]);
    for (const since of ['yesterday', '2026-13-01', '2026-11-24 12:00'])
      await expect(replay({ since })).rejects.toMatchObject({ exitCode: 2 });
  });

  it('is of one room, by its id or its folded name', async () => {
    const [byId, byName] = [await replay({ room: 'a' }), await replay({ room: 'ALPHA' })];
    expect(byId.map(({ subject }) => subject)).toEqual(['a', 'a', 'a', 'a', 'a']);
    expect(byName).toEqual(byId);
    await expect(replay({ room: 'gamma' })).rejects.toThrow('no room');
    await expect(replay({ room: 'beta' })).rejects.toThrow(/2 rooms have this name.*b, c/);
    await expect(replay({ room: 'a', streams: 'room-*' })).rejects.toMatchObject({ exitCode: 2 });
  });

  it('reads one stream backward, and goes on backward', async () => {
    const streams = 'transcript-b';
    const back = await replay({ streams, backward: true });
    expect(back.map(({ revision }) => revision)).toEqual(Array.from({ length: 160 }, (_, n) => 159 - n));
    expect(await replay({ streams, backward: true, limit: 3 })).toEqual(back.slice(0, 3));
    expect(await replay({ streams, backward: true, after: back[9]?.sequence ?? '' })).toEqual(back.slice(10));
    expect(await replay({ streams, backward: true, since: '2026-11-26' })).toHaveLength(40);
    await expect(replay({ streams: 'transcript-x', backward: true })).rejects.toThrow('no stream');
    for (const wrong of [{}, { streams: 'room-*' }, { streams: 'a,b' }, { streams, follow: true }])
      await expect(replay({ ...wrong, backward: true })).rejects.toMatchObject({ exitCode: 2 });
  });

  it('pulls nothing while its reader takes nothing, and ends quietly when that goes away', async () => {
    let pulled = 0;
    async function* source() {
      for (; ; pulled += 1) yield await Promise.resolve('x'.repeat(10_000));
    }
    let take = () => {};
    const stuck = new Writable({ highWaterMark: 50_000, write: (_chunk, _encoding, done) => (take = () => done()) });
    const over = pipeOut(source(), stuck);
    await until(() => stuck.writableNeedDrain, 'the pipe to be full');
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBeLessThan(10);
    take();
    stuck.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await over;
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('disk full')) });
    await expect(pipeOut(source(), broken)).rejects.toThrow('disk full');
  });
});

describe('replay from a server', () => {
  const node = new ApiNode();
  let url = '';
  let room = '';
  const token = 'dev-ann+analyst';
  const replay = (options: Partial<ReplayOptions> = {}) => lines({ url, token, ...options });

  beforeAll(async () => {
    await node.start();
    url = `http://127.0.0.1:${await node.listen()}`;
    room = await node.room({ name: 'Served', members: [{ user: 'ada' }] });
    for (let n = 0; n < 12; n += 1) await node.as('ada').post(`/v1/rooms/${room}/messages`, { text: `text ${n}` });
  }, 120_000);
  afterAll(() => node.dispose());

  it('gives what the data folder gives', async () => {
    const flags = { data: node.hansard.config.data };
    for (const narrowed of [
      { types: 'MessagePosted' },
      { room: 'served' },
      { room, types: 'MessagePosted', limit: 5 },
      { streams: 'room-*', since: '2020-01-01' },
      { until: '2020-01-01' },
      { streams: `transcript-${room}`, backward: true, limit: 7 },
      { streams: `transcript-${room}`, backward: true, types: 'RoomCreated' },
    ])
      expect(await replay(narrowed), JSON.stringify(narrowed)).toEqual(await lines({ flags, ...narrowed }));
    expect((await replay({ types: 'MessagePosted' })).length).toBe(12);
  });

  it('goes on behind any sequence', async () => {
    const all = await replay({ room });
    const after = all[4]?.sequence ?? '';
    expect(await replay({ room, after })).toEqual(all.slice(5));
    const streams = `transcript-${room}`;
    const back = await replay({ streams, backward: true });
    expect(await replay({ streams, backward: true, after: back[2]?.sequence ?? '' })).toEqual(back.slice(3));
  });

  it('follows what is written later, until it is interrupted', async () => {
    const seen: string[] = [];
    const out = new Writable({
      write(chunk: Buffer, _encoding, done) {
        seen.push(...chunk.toString('utf8').split('\n').slice(0, -1));
        done();
      },
    });
    const over = runReplay({ ...BASE, url, token, types: 'MessagePosted', follow: true }, out);
    await until(() => seen.length === 12, 'what is there');
    await node.as('ada').post(`/v1/rooms/${room}/messages`, { text: 'later' });
    await until(() => seen.length === 13, 'what came later');
    process.emit('SIGTERM');
    await over;
    expect(seen.at(-1)).toContain('"text":"later"');
  });

  it('says what the server refuses, and that none is there', async () => {
    await expect(replay({ token: 'dev-ann' })).rejects.toThrow(/403.*not-an-analyst/s);
    await expect(replay({ after: 'x' })).rejects.toThrow('invalid-cursor');
    await expect(lines({ url, mode: 'production' })).rejects.toMatchObject({ exitCode: 2 });
  });

  it('goes on behind the last whole line when an answer breaks off', async () => {
    const all = await replay({ room });
    const text = all.map((line) => `${JSON.stringify(line)}\n`);
    const asked: (string | null)[] = [];
    const flaky: Server = createServer((request, response) => {
      const after = new URL(request.url ?? '', url).searchParams.get('after');
      asked.push(after);
      const from = after === null ? 0 : all.findIndex(({ sequence }) => sequence === after) + 1;
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      if (asked.length > 2) response.end(text.slice(from).join(''));
      else response.write(`${text.slice(from, from + 2).join('')}{"cut`, () => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(flaky, 'listening');
    const address = `http://127.0.0.1:${(flaky.address() as AddressInfo).port}`;
    expect(await replay({ url: address })).toEqual(all);
    expect(asked.slice(0, 3)).toEqual([null, all[1]?.sequence, all[3]?.sequence]);
    flaky.close();
  });
});
