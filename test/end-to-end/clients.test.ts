import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { EventSource } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { must, type Client } from '../harness/client.js';
import { World } from '../harness/world.js';
import { Program } from '../support/program.js';
import { until } from '../support/until.js';

const hasJq = spawnSync('jq', ['--version']).status === 0;
if (!hasJq) process.stderr.write('jq is not on PATH: NDJSON is not piped into it.\n');

describe('clients that people have', () => {
  let program: Program;
  let world: World;
  let ada: Client;
  let bob: Client;
  let roomId: string;
  let posted: string[];
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    program = await Program.started();
    world = new World(program);
    ada = world.user('ada');
    bob = world.user('bob');
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  afterAll(() => program.dispose());

  async function emptyRoom(): Promise<void> {
    roomId = (await world.rooms(1))[0] ?? '';
    await world.join(roomId, ada, bob);
    posted = [];
  }

  async function say(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      const text = `post ${posted.length}`;
      must(await ada.post(`/v1/rooms/${roomId}/messages`, { text }), 201);
      posted.push(text);
    }
  }

  function started(command: string, args: readonly string[]): { readonly child: ChildProcess; output: string } {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const running = { child, output: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (running.output += text));
    closing.push(() => {
      child.kill();
      return child.exitCode ?? child.signalCode ?? once(child, 'close');
    });
    return running;
  }

  /** Texts as the npm package `eventsource` gets them. */
  async function withEventSource(): Promise<readonly string[]> {
    const texts: string[] = [];
    const source = new EventSource(`${program.url}/v1/stream`, {
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...bob.headers } }),
    });
    closing.push(() => source.close());
    source.addEventListener('MessagePosted', ({ data }) => texts.push(textOf(String(data))));
    await new Promise((resolve) => source.addEventListener('hello', resolve, { once: true }));
    return texts;
  }

  /** Texts as the npm package `eventsource-client` gets them. */
  async function withEventSourceClient(): Promise<readonly string[]> {
    const texts: string[] = [];
    let greeted = false;
    const source = createEventSource({
      url: `${program.url}/v1/stream`,
      headers: ada.headers,
      onMessage: ({ event, data }) => {
        greeted ||= event === 'hello';
        if (event === 'MessagePosted') texts.push(textOf(data));
      },
    });
    closing.push(() => source.close());
    await until(() => greeted, 'hello');
    return texts;
  }

  it('`eventsource` and `eventsource-client` receive every post and resume by themselves over restarts', async () => {
    await emptyRoom();
    const received = await Promise.all([withEventSource(), withEventSourceClient()]);
    const all = () => expect.poll(() => received, { timeout: 30_000, interval: 20 }).toEqual([posted, posted]);
    await say(5);
    await all();
    await program.restart();
    await say(5); // before the clients can have come back
    await all();
    await program.kill();
    await program.start();
    await say(5);
    await all();
  });

  it('`curl -N` prints each event when it happens', async () => {
    await emptyRoom();
    const curl = started('curl', ['-sN', '-H', `Authorization: ${bob.authorization}`, `${program.url}/v1/stream`]);
    await until(() => curl.output.includes('event: hello'), 'hello');
    for (const text of ['post 0', 'post 1']) {
      await say(1);
      await until(() => curl.output.includes(`"text":"${text}"`), `curl to print "${text}"`);
    }
    expect(curl.output).toMatch(/^id: \S+\nevent: MessagePosted\ndata: \{.*"text":"post 1".*\}\n\n/m);
  });

  it.runIf(hasJq)('`curl | jq` reads the NDJSON twin of the stream', async () => {
    await emptyRoom();
    const path = `${program.url}/v1/events?room=${roomId}&follow=true`;
    const curl = started('curl', ['-sN', '-H', `Authorization: ${bob.authorization}`, path]);
    const jq = started('jq', ['--unbuffered', '-r', 'select(.type == "hansard.MessagePosted.v1") | .data.text']);
    if (jq.child.stdin) curl.child.stdout?.pipe(jq.child.stdin);
    await say(3);
    await until(
      () => jq.output === 'post 0\npost 1\npost 2\n',
      () => `jq to print three posts; it printed: ${jq.output}`,
    );
  });
});

function textOf(data: string): string {
  return (JSON.parse(data) as { data: { text: string } }).data.text;
}
