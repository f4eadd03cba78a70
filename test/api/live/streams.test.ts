import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Position } from '../../../src/domain/kernel/position.js';
import { caller, LiveNode, type LiveNodeOptions } from '../../support/live-node.js';
import { StreamReader } from '../../support/stream-reader.js';

const nodes: LiveNode[] = [];
const readers: StreamReader[] = [];

async function started(options?: LiveNodeOptions): Promise<LiveNode> {
  const node = await new LiveNode(options).start();
  nodes.push(node);
  return node;
}

async function open(node: LiveNode, user = 'ada', after?: Position, ...groups: string[]): Promise<StreamReader> {
  const reader = await StreamReader.open(node.url(caller(user, ...groups), after));
  readers.push(reader);
  await vi.waitFor(() => expect(reader.hello).toBeDefined());
  return reader;
}

/** A room that the user follows, read by a live stream of the user. */
async function listening(options?: LiveNodeOptions & { readonly privacy?: 'closed' }) {
  const node = await started(options);
  const room = await node.room({ privacy: options?.privacy ?? 'open', members: [{ user: 'ada' }] });
  await node.join('ada', room);
  const reader = await open(node);
  return { node, room, reader };
}

async function arrived(reader: StreamReader, text: string): Promise<void> {
  await vi.waitFor(() => expect(reader.texts).toContain(text), { timeout: 5_000, interval: 5 });
}

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  for (const node of nodes.splice(0)) {
    await node.stop();
    expect(node.errors).toEqual([]);
  }
});

describe('a stream', () => {
  it('is an uncompressed, unbuffered event stream that begins with hello', async () => {
    const { node, reader } = await listening();
    expect(reader.response.statusCode).toBe(200);
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': 'r1',
    });
    expect(reader.response.headers['content-encoding']).toBeUndefined();
    expect(reader.blocks[0]?.event).toBe('hello');
    expect(reader.blocks[0]?.raw).toMatch(/^retry: \d+$/m);
    expect(reader.hello).toMatchObject({
      node: 'n1',
      resume: 'fresh',
      after: node.sequences.encode(node.view.position),
    });
  });

  it('that broke right behind hello is resumed by the id of hello', async () => {
    const { node, room, reader } = await listening();
    reader.close();
    await node.post(room, 'while away');
    const again = await open(node, 'ada', node.sequences.decode(reader.hello?.id ?? ''));
    await arrived(again, 'while away');
    expect(again.hello?.resume).toBe('resumed');
  });

  it('gives an event with the id of its place, its short type and its envelope', async () => {
    const { node, room, reader } = await listening();
    const position = await node.post(room, 'hello\nworld ✓');
    await arrived(reader, 'hello\nworld ✓');
    const [event] = reader.events;
    expect(event?.id).toBe(node.sequences.encode(position));
    expect(event?.event).toBe('MessagePosted');
    expect(event?.envelope).toMatchObject({
      type: 'hansard.MessagePosted.v1',
      subject: room,
      stream: `transcript-${room}`,
      sequence: event?.id,
      revision: 0,
    });
  });

  it('gives two readers the same bytes', async () => {
    const { node, room, reader } = await listening();
    await node.join('bob', room);
    const other = await open(node, 'bob');
    for (const text of ['one', 'two ✓', 'three']) await node.post(room, text);
    await Promise.all([arrived(reader, 'three'), arrived(other, 'three')]);
    const posts = (one: StreamReader) =>
      one.events.filter(({ event }) => event === 'MessagePosted').map(({ raw }) => raw);
    expect(posts(other)).toEqual(posts(reader));
  });

  it('speaks HTTP/1.0 to who knows no chunks', async () => {
    const { node, room } = await listening();
    const { port } = node.server.address() as AddressInfo;
    const { pathname, search } = new URL(node.url(caller('ada')));
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (data: string) => (text += data));
    socket.write(`GET ${pathname}${search} HTTP/1.0\r\n\r\n`);
    await vi.waitFor(() => expect(text).toContain('event: hello'));
    await node.post(room, 'plain');
    await vi.waitFor(() => expect(text).toContain('"text":"plain"'));
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text.slice(text.indexOf('\r\n\r\n'))).toMatch(/^\r\n\r\nretry: \d+\nid: .*\nevent: hello\ndata: .*\n\nid: /);
    socket.destroy();
  });

  it('has a comment in every period', async () => {
    const { reader } = await listening({ streams: { heartbeatMs: 30 } });
    await vi.waitFor(() => expect(reader.blocks.filter(({ raw }) => raw === ':').length).toBeGreaterThan(2));
    expect(reader.events).toEqual([]);
  });
});

describe('delivery', () => {
  it('is of messages, participants and changes of the room, and of nothing else', async () => {
    const { node, room, reader } = await listening();
    await node.post(room, 'one');
    await node.write('transcript', room, 'MessageEdited', { seq: 0, text: 'two' });
    await node.write('attendance', room, 'HistoryViewed', { from: 0, to: 0, via: 'page' });
    await node.write('attendance', room, 'RoomUnfollowed', {}, 'bob');
    await node.write('room', room, 'NameReservationDropped', { categoryId: 'c', name: 'n' });
    await node.write('attendance', room, 'ParticipantJoined', {}, 'carol');
    await node.write('attendance', room, 'ParticipantJoined', {}, 'dave', { announced: false });
    await node.write('attendance', room, 'ParticipantLeft', { reason: 'idle' }, 'dave', { announced: false });
    await node.write('room', room, 'TopicChanged', { topic: 'new' });
    await node.write('transcript', room, 'MessageRedacted', { seq: 0 });
    await vi.waitFor(() => expect(reader.types.at(-1)).toBe('MessageRedacted'));
    const expected = ['MessagePosted', 'MessageEdited', 'ParticipantJoined', 'TopicChanged', 'MessageRedacted'];
    expect(reader.types).toEqual(expected);
    const again = await open(node, 'ada', node.sequences.decode(reader.hello?.after ?? ''));
    await vi.waitFor(() => expect(again.types).toEqual(expected));
  });

  it('begins with following a room and ends with parting from it', async () => {
    const { node, room, reader } = await listening();
    const other = await node.room();
    await node.post(other, 'not yet');
    await node.join('ada', other);
    await node.post(other, 'followed');
    await arrived(reader, 'followed');
    await node.part('ada', other);
    await node.post(other, 'no more');
    await node.post(room, 'marker');
    await arrived(reader, 'marker');
    expect(reader.texts).toEqual(['followed', 'marker']);
  });

  it('goes on when the reader is not present but follows', async () => {
    const { node, room, reader } = await listening();
    await node.write('attendance', room, 'ParticipantLeft', { reason: 'idle' }, 'ada');
    await node.post(room, 'still there');
    await arrived(reader, 'still there');
  });

  it.each([
    [
      'a member is removed',
      (node: LiveNode, room: string) => node.write('room', room, 'MemberRemoved', { principal: { user: 'ada' } }),
    ],
    [
      'the room is moved where the reader is not admitted',
      async (node: LiveNode, room: string) => {
        const categoryId = await node.category({ denied: [{ user: 'ada' }] });
        return node.write('room', room, 'RoomMoved', { categoryId });
      },
    ],
    [
      'the category admits others only',
      async (node: LiveNode, room: string) => {
        const id = node.directory.room(room)?.state.categoryId ?? '';
        return node.write('category', id, 'CategoryScopeChanged', { allowed: [{ user: 'bob' }], denied: [] });
      },
    ],
    ['the room is disabled', (node: LiveNode, room: string) => node.write('room', room, 'RoomDisabled', {})],
    ['the room is deleted', (node: LiveNode, room: string) => node.write('room', room, 'RoomDeleted', {})],
  ])('ends at once when %s, live and on resume', async (_, act) => {
    const { node, room, reader } = await listening({ privacy: 'closed' });
    const marker = await node.room();
    await node.join('ada', marker);
    const cursor = node.sequences.decode(reader.hello?.after ?? '');
    await node.post(room, 'before');
    await act(node, room);
    await node.post(room, 'after');
    await node.post(marker, 'marker');
    await arrived(reader, 'marker');
    expect(reader.texts).toEqual(['before', 'marker']);
    const again = await open(node, 'ada', cursor);
    await arrived(again, 'marker');
    expect(again.texts).toEqual(['marker']);
  });

  it('of the disabling and enabling of a room goes to who reads it otherwise', async () => {
    const { node, room, reader } = await listening({ privacy: 'closed' });
    await node.join('eve', room);
    const eve = await open(node, 'eve');
    const cursor = node.sequences.decode(reader.hello?.after ?? '');
    await node.write('room', room, 'RoomDisabled', {});
    await vi.waitFor(() => expect(reader.types.at(-1)).toBe('RoomDisabled'));
    const again = await open(node, 'ada', cursor);
    await vi.waitFor(() => expect(again.types).toEqual(['ParticipantJoined', 'RoomDisabled'].slice(1)));
    await node.write('room', room, 'RoomEnabled', {});
    await node.post(room, 'on again');
    await Promise.all([arrived(reader, 'on again'), arrived(again, 'on again')]);
    expect(reader.types.slice(-3)).toEqual(['RoomDisabled', 'RoomEnabled', 'MessagePosted']);
    expect(eve.events).toEqual([]);
  });

  it('of a deletion goes to who could read the room until then', async () => {
    const { node, room, reader } = await listening();
    await node.write('room', room, 'RoomDeleted', {});
    await vi.waitFor(() => expect(reader.types).toEqual(['RoomDeleted']));
  });

  it('begins when a follower becomes entitled, by group too', async () => {
    const node = await started();
    await node.register('ada', 'sales');
    const room = await node.room({ privacy: 'closed' });
    await node.join('ada', room);
    const reader = await open(node, 'ada', undefined, 'sales');
    await node.post(room, 'hidden');
    await node.write('room', room, 'MemberAdded', { principal: { group: 'sales' } });
    await node.post(room, 'for sales');
    await arrived(reader, 'for sales');
    await node.write('principal', 'ada', 'PrincipalGroupsChanged', { id: 'ada', groups: ['support'] });
    await node.post(room, 'not for support');
    await node.write('room', room, 'PrivacyChanged', { privacy: 'open' });
    await node.post(room, 'for all');
    await arrived(reader, 'for all');
    expect(reader.texts).toEqual(['for sales', 'for all']);
  });

  it('of a user ends with the disabling of the user, also while catching up', async () => {
    const { node, room, reader } = await listening();
    await node.register('ada');
    await node.join('bob', room);
    const other = await open(node, 'bob');
    await node.write('principal', 'ada', 'PrincipalDisabled', { id: 'ada' });
    await vi.waitFor(() => expect(reader.ended).toBe(true));
    expect(reader.complete).toBe(true);
    const late = await StreamReader.open(node.url(caller('ada'), 1 as Position));
    await vi.waitFor(() => expect(late.ended).toBe(true));
    expect(late.events).toEqual([]);
    await node.post(room, 'for bob');
    await arrived(other, 'for bob');
  });

  it('keeps the order of the log across rooms, whatever is gathered', async () => {
    const { node, room, reader } = await listening();
    const rooms = [room, await node.room(), await node.room(), await node.room()];
    for (const one of rooms) await node.join('ada', one);
    for (const one of rooms.slice(2)) await node.join('bob', one);
    const bob = await open(node, 'bob');
    await Promise.all(Array.from({ length: 400 }, (_, n) => node.post(rooms[(n * 7) % 4] ?? room, String(n))));
    await Promise.all([arrived(reader, '399'), arrived(bob, '398')]);
    const places = (one: StreamReader) => one.events.map(({ id }) => node.sequences.decode(id ?? '') ?? NaN);
    for (const one of [reader, bob]) expect(places(one)).toEqual(places(one).toSorted((a, b) => a - b));
    expect(reader.texts).toHaveLength(400);
    expect(bob.texts).toHaveLength(200);
    expect(node.hub.counters.writes).toBeLessThan(300);
  });
});

describe('a resume', () => {
  it('from a place that the log does not have begins now and says so', async () => {
    const { node, room } = await listening();
    const reader = await open(node, 'ada', 1_000_000 as Position);
    expect(reader.hello).toMatchObject({ resume: 'reset', after: node.sequences.encode(node.view.position) });
    await node.post(room, 'from now on');
    await arrived(reader, 'from now on');
  });

  it('reads from the log what memory has no more', async () => {
    const { node, room } = await listening({ hub: { memory: { events: 10, weight: 1e9 } } });
    const cursor = node.view.position;
    await Promise.all(Array.from({ length: 500 }, (_, n) => node.post(room, String(n))));
    const reader = await open(node, 'ada', cursor);
    await arrived(reader, '499');
    expect(reader.texts).toEqual(Array.from({ length: 500 }, (_, n) => String(n)));
  });

  it.each([
    ['log', 0],
    ['memory', 1_000],
  ])('gives a redacted message without its text, from the %s', async (_, events) => {
    const { node, room } = await listening({ hub: { memory: { events, weight: 1e9 } } });
    const cursor = node.view.position;
    await node.post(room, 'a secret');
    await node.write('transcript', room, 'MessageEdited', { seq: 0, text: 'the same secret' });
    await node.post(room, 'harmless');
    const before = await open(node, 'ada', cursor);
    await arrived(before, 'harmless');
    expect(before.texts).toEqual(['a secret', 'harmless']);
    await node.write('transcript', room, 'MessageRedacted', { seq: 0 });
    const after = await open(node, 'ada', cursor);
    await vi.waitFor(() => expect(after.types.at(-1)).toBe('MessageRedacted'));
    expect(after.events.slice(0, 3).map(({ envelope }) => envelope.data)).toEqual([
      { kind: 'normal', text: '', redacted: true },
      { seq: 0, text: '', redacted: true },
      { kind: 'normal', text: 'harmless' },
    ]);
  });

  it('gives what was said in an unlogged room to who was there, and to nobody else', async () => {
    const node = await started();
    const room = await node.room({}, await node.category({ history: 'off' }));
    await node.join('ada', room);
    await node.post(room, 'off the record', { logged: false });
    await vi.waitFor(() =>
      expect(Date.now()).toBeGreaterThan(Date.parse(node.directory.people.person(room, 'ada')?.since ?? '') + 5),
    );
    await node.join('bob', room);
    await node.write('room', room, 'TopicChanged', { topic: 'on the record' });
    for (const [user, texts] of [
      ['ada', ['off the record']],
      ['bob', []],
    ] as const) {
      const reader = await open(node, user, 1 as Position);
      await vi.waitFor(() => expect(reader.types.at(-1)).toBe('TopicChanged'));
      expect(reader.texts).toEqual(texts);
    }
  });
});

describe('a slow reader', () => {
  it('is cut off when too much waits for it, and nobody else notices', async () => {
    const { node, room, reader } = await listening({ streams: { queueLimit: 100_000 } });
    const stalled = await open(node);
    stalled.response.pause();
    const text = 'x'.repeat(200_000);
    for (let n = 0; n < 400 && node.hub.counters.readers > 1; n += 1) {
      await node.post(room, `${n} ${text}`);
      await arrived(reader, `${n} ${text}`);
    }
    expect(node.hub.counters.readers).toBe(1);
    await node.post(room, 'on and on');
    await arrived(reader, 'on and on');
    stalled.response.resume();
    await vi.waitFor(() => expect(stalled.ended).toBe(true));
    expect(stalled.complete).toBe(false);
    const resumed = await open(node, 'ada', node.sequences.decode(stalled.lastId ?? ''));
    await arrived(resumed, 'on and on');
    expect([...stalled.texts, ...resumed.texts]).toEqual(reader.texts);
  });

  it('who catches up is waited for, with little in memory', async () => {
    const { node, room } = await listening({
      streams: { queueLimit: 100_000 },
      hub: { memory: { events: 10, weight: 1e9 } },
    });
    const cursor = node.view.position;
    const text = 'y'.repeat(20_000);
    for (let n = 0; n < 500; n += 1) await node.post(room, `${n} ${text}`);
    const slow = await open(node, 'ada', cursor);
    slow.response.pause();
    for (let n = 500; n < 550; n += 1) await node.post(room, `${n} ${text}`);
    slow.response.resume();
    await arrived(slow, `549 ${text}`);
    expect(slow.texts).toHaveLength(550);
  });
});

describe('the end of the node', () => {
  it('is a proper end of every stream', async () => {
    const { node, room, reader } = await listening();
    await node.post(room, 'goodbye');
    const catching = await open(node, 'ada', 1 as Position);
    await node.streams.close(5_000);
    await vi.waitFor(() => expect([reader.ended, catching.ended]).toEqual([true, true]));
    expect([reader.complete, catching.complete]).toEqual([true, true]);
    expect(reader.texts).toEqual(['goodbye']);
    const late = await StreamReader.open(node.url(caller('ada')));
    await vi.waitFor(() => expect(late.complete).toBe(true));
  });

  it('does not wait for who takes nothing', async () => {
    const { node, room } = await listening();
    const stalled = await open(node);
    stalled.response.pause();
    const text = 'z'.repeat(50_000);
    for (let n = 0; n < 100; n += 1) await node.post(room, text);
    await node.streams.close(50);
    await vi.waitFor(() => expect(node.hub.counters.readers).toBe(0));
  });

  it('forgets readers who have gone', async () => {
    const { node, reader } = await listening();
    expect(node.hub.counters.readers).toBe(1);
    reader.close();
    await vi.waitFor(() => expect(node.hub.counters.readers).toBe(0));
  });
});
