import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventLines, type EventLinesRequest } from '../../../src/api/live/event-lines.js';
import { ORIGIN } from '../../../src/domain/kernel/position.js';
import { caller, LiveNode, type LiveNodeOptions } from '../../support/live-node.js';
import { StreamReader } from '../../support/stream-reader.js';

const nodes: LiveNode[] = [];

async function started(options?: LiveNodeOptions): Promise<LiveNode> {
  const node = await new LiveNode(options).start();
  nodes.push(node);
  return node;
}

function ask(request: Partial<EventLinesRequest>): EventLinesRequest {
  const signal = new AbortController().signal;
  return { caller: caller('ada'), after: ORIGIN, limit: Infinity, follow: false, signal, ...request };
}

/** All lines, as far as the pull has come; `over` when the end was reached. */
function lines(node: LiveNode, request: Partial<EventLinesRequest>) {
  const got = { text: '', over: false };
  const whole = (async () => {
    for await (const bytes of eventLines(node.past, ask(request))) got.text += bytes.toString('utf8');
    got.over = true;
  })();
  return Object.assign(got, { whole });
}

const texts = (text: string) => [...text.matchAll(/"text":"([^"]*)"/g)].map((match) => match[1]);

afterEach(async () => {
  for (const node of nodes.splice(0)) {
    await node.stop();
    expect(node.hub.counters.readers).toBe(0);
  }
});

async function followed(options?: LiveNodeOptions) {
  const node = await started(options);
  const room = await node.room();
  await node.join('ada', room);
  return { node, room };
}

describe('event lines', () => {
  it('are the data of the stream, byte for byte, one a line', async () => {
    const { node, room } = await followed();
    for (const text of ['one', 'two\nlines', 'three ✓']) await node.post(room, text);
    const reader = await StreamReader.open(node.url(caller('ada'), ORIGIN));
    await vi.waitFor(() => expect(reader.texts).toHaveLength(3));
    reader.close();
    const { whole, ...got } = lines(node, {});
    await whole;
    expect(got.text).toBe('');
    const again = lines(node, {});
    await again.whole;
    expect(again.text).toBe(reader.events.map(({ data }) => `${data}\n`).join(''));
  });

  it('are of one room when asked so, followed or not, and end where the log ends', async () => {
    const { node, room } = await followed();
    const other = await node.room();
    for (const [at, text] of [
      [room, 'here'],
      [other, 'there'],
    ] as const)
      await node.post(at, text);
    for (const [wanted, found] of [
      [undefined, ['here']],
      [room, ['here']],
      [other, ['there']],
    ] as const) {
      const got = lines(node, { room: wanted });
      await got.whole;
      expect(texts(got.text)).toEqual(found);
    }
  });

  it('are at most as many as asked for, and pages join without a hole', async () => {
    const { node, room } = await followed();
    for (let n = 0; n < 10; n += 1) await node.post(room, String(n));
    const seen: unknown[] = [];
    for (let after = ORIGIN; ;) {
      const page = lines(node, { room, after, limit: 3 });
      await page.whole;
      const rows = page.text.split('\n').filter(Boolean);
      expect(rows.length).toBeLessThanOrEqual(3);
      if (rows.length === 0) break;
      seen.push(...texts(page.text));
      after = node.sequences.decode(/"sequence":"([^"]+)"/.exec(rows.at(-1) ?? '')?.[1] ?? '') ?? after;
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, n) => String(n)));
  });

  it('of a room that the caller may not read are none', async () => {
    const { node } = await followed();
    const closed = await node.room({ privacy: 'closed' });
    await node.post(closed, 'for members');
    const got = lines(node, { room: closed });
    await got.whole;
    expect(got.text).toBe('');
  });

  it('go on live, within the limit', async () => {
    const { node, room } = await followed();
    await node.post(room, 'past');
    const got = lines(node, { room, follow: true, limit: 5 });
    await vi.waitFor(() => expect(texts(got.text)).toEqual(['past']));
    await node.post(room, 'live');
    await vi.waitFor(() => expect(texts(got.text)).toEqual(['past', 'live']));
    expect(got.over).toBe(false);
    for (const text of ['the last', 'too many']) await node.post(room, text);
    await got.whole;
    expect(texts(got.text)).toEqual(['past', 'live', 'the last']);
  });

  it.each([
    [
      'the user is disabled',
      async (node: LiveNode) => node.write('principal', 'ada', 'PrincipalDisabled', { id: 'ada' }),
    ],
    ['the node stops', async (node: LiveNode) => node.streams.close(10)],
  ])('end when %s', async (_, act) => {
    const { node, room } = await followed();
    await node.register('ada');
    const got = lines(node, { follow: true });
    await node.post(room, 'live');
    await vi.waitFor(() => expect(texts(got.text)).toEqual(['live']));
    await act(node);
    await got.whole;
  });

  it('end when the client is gone', async () => {
    const { node } = await followed();
    const gone = new AbortController();
    const got = lines(node, { follow: true, signal: gone.signal });
    await vi.waitFor(() => expect(node.hub.counters.readers).toBe(1));
    gone.abort();
    await got.whole;
    expect(node.hub.counters.readers).toBe(0);
  });

  it('wait for a slow reader in the log and not in memory, and all come', async () => {
    const { node, room } = await followed({ hub: { memory: { events: 5, weight: 1e9 } } });
    const pull = eventLines(node.past, ask({ room, follow: true }));
    await node.post(room, 'first');
    const first = await pull.next();
    let got = String(first.value);
    const second = pull.next(); // live from here on
    await turn();
    const text = 'x'.repeat(100_000);
    for (let n = 0; n < 60; n += 1) await node.post(room, `${n} ${text}`);
    got += String((await second).value);
    while (texts(got).length < 61) got += String((await pull.next()).value);
    expect(texts(got)).toEqual(['first', ...Array.from({ length: 60 }, (_, n) => `${n} ${text}`)]);
    await pull.return(undefined);
  });
});
