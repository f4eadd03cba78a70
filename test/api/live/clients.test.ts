import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { EventSource } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { caller, LiveNode } from '../../support/live-node.js';

let node: LiveNode;
let room: string;

beforeEach(async () => {
  node = await new LiveNode({ streams: { retryMs: 1 } }).start();
  room = await node.room();
  await node.join('ada', room);
});

afterEach(() => node.stop());

/** Posts while all connections break again and again. */
async function postThroughBreaks(): Promise<unknown[]> {
  const texts: string[] = [];
  for (let n = 0; n < 30; n += 1) {
    const text = `post ${n} ✓`;
    texts.push(text);
    await node.post(room, text);
    if (n % 10 !== 5) continue;
    const { opened } = node;
    node.server.closeAllConnections();
    await node.post(room, `post ${n} while away`);
    texts.push(`post ${n} while away`);
    await vi.waitFor(() => expect(node.opened).toBeGreaterThan(opened), { timeout: 10_000 });
  }
  return texts;
}

function textOf(data: string): unknown {
  return (JSON.parse(data) as { data: { text: unknown } }).data.text;
}

describe('every post reaches', () => {
  it('the client eventsource through broken connections', async () => {
    const got: unknown[] = [];
    const source = new EventSource(node.url(caller('ada')));
    source.addEventListener('MessagePosted', ({ data }: { data: string }) => got.push(textOf(data)));
    await vi.waitFor(() => expect(node.hub.counters.readers).toBe(1));
    const texts = await postThroughBreaks();
    await vi.waitFor(() => expect(got).toEqual(texts), { timeout: 5_000 });
    source.close();
  });

  it('the client eventsource-client through broken connections', async () => {
    const got: unknown[] = [];
    const source = createEventSource({
      url: node.url(caller('ada')),
      onMessage: ({ event, data }) => {
        if (event === 'MessagePosted') got.push(textOf(data));
      },
    });
    await vi.waitFor(() => expect(node.hub.counters.readers).toBe(1));
    const texts = await postThroughBreaks();
    await vi.waitFor(() => expect(got).toEqual(texts), { timeout: 5_000 });
    source.close();
  });

  it('curl, with headers and a proper end', async () => {
    const { text, child } = curl(['-sN', '-i', '--compressed', node.url(caller('ada'))]);
    await vi.waitFor(() => expect(text()).toContain('event: hello'), { timeout: 5_000 });
    await node.post(room, 'for curl ✓');
    await vi.waitFor(() => expect(text()).toContain('"text":"for curl ✓"'));
    const ended = new Promise((resolve) => child.on('close', resolve));
    await node.streams.close(1_000);
    expect(await ended).toBe(0); // 18 would be a body cut short
    expect(text()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});

function curl(parameters: readonly string[]) {
  const child: ChildProcessByStdio<null, Readable, null> = spawn('curl', parameters, {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => (text += data));
  return { child, text: () => text };
}
