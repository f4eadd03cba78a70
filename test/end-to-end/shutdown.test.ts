import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { must, type Client } from '../harness/client.js';
import { World } from '../harness/world.js';
import { Program } from '../support/program.js';
import { StreamReader } from '../support/stream-reader.js';
import { until } from '../support/until.js';

/** What docs/operations.md says: the configuration, the data folder or the port do not let it start. */
const CANNOT_START = 3;
/** Stories of 60 kB. */
const MORE_THAN_SOCKETS_HOLD = 300;

describe('the end of the program', () => {
  const programs: Program[] = [];
  const servers: Server[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    for (const program of programs.splice(0)) await program.dispose();
  });

  async function created(options?: Parameters<typeof Program.create>[0]): Promise<Program> {
    const program = await Program.create(options);
    programs.push(program);
    return program;
  }

  async function started(options?: Parameters<typeof Program.create>[0]): Promise<World> {
    const program = await created(options);
    await program.start();
    return new World(program);
  }

  /** It said why in a sentence, without a stack, and left with the code for it. */
  async function refused(program: Program, why: RegExp): Promise<void> {
    const exit = await program.ended();
    expect(exit, program.output).toEqual({ code: CANNOT_START, signal: null });
    expect(program.output).toMatch(why);
    expect(program.output).not.toMatch(/^\s+at /m);
  }

  it('after SIGTERM under load is orderly: exit code 0, streams end properly, and what was acknowledged stays', async () => {
    const world = await started();
    const users = world.users('user', 4);
    const [roomId = ''] = await world.rooms(1);
    await world.join(roomId, ...users);
    const streams = await Promise.all(
      users.map(({ headers }) => StreamReader.open(`${world.program.url}/v1/stream`, headers)),
    );
    const acknowledged: string[] = [];
    const posting = users.map((user) => postUntilRefused(user, roomId, acknowledged));
    await until(() => acknowledged.length >= 100, '100 acknowledged posts');
    const exit = await world.program.stop();
    expect(exit, world.program.output).toEqual({ code: 0, signal: null });
    await Promise.all(posting);
    await until(() => streams.every(({ ended }) => ended), 'every stream to end');
    expect(streams.map(({ complete }) => complete)).toEqual(users.map(() => true));

    await world.program.start();
    const history = await world.history(world.admin, roomId);
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index));
    expect(new Set(history.map(({ text }) => text))).toEqual(
      new Set([...history.map(({ text }) => text), ...acknowledged]),
    );
  });

  it('comes at once with a second signal, though a reader takes nothing of what waits for it', async () => {
    const env = { HANSARD_SHUTDOWN_TIMEOUT: '120s', HANSARD_STREAM_QUEUE_BYTES: String(1_000_000_000) };
    const world = await started({ env });
    const ada = world.user('ada');
    const [roomId = ''] = await world.rooms(1);
    await world.join(roomId, ada);
    const stream = await StreamReader.open(`${world.program.url}/v1/stream`, ada.headers);
    await until(() => stream.hello, 'hello');
    stream.response.pause();
    for (let n = 0; n < MORE_THAN_SOCKETS_HOLD; n += 1) {
      must(await ada.post(`/v1/rooms/${roomId}/messages`, { kind: 'story', text: 'x'.repeat(60_000) }), 201);
    }
    world.program.signal('SIGTERM');
    await until(() => isClosed(world), 'the port to be closed');
    world.program.signal('SIGTERM');
    expect(await world.program.ended(20_000)).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('comes before the start where another process writes to the data folder, which goes on undisturbed', async () => {
    const first = await started();
    const second = await created();
    second.launch({ HANSARD_DATA: first.program.data });
    await refused(second, /another|other process|already|in use/i);
    await first.rooms(1);
    expect(first.program.exit).toBeUndefined();
  });

  it('comes before the start where the port is taken', async () => {
    const program = await created();
    const server = createServer().listen(program.port, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    program.launch();
    await refused(program, new RegExp(`port.*${program.port}|${program.port}.*(in use|taken)`, 'i'));
  });

  it('comes before the start where the data folder is no folder', async () => {
    const program = await created();
    const file = join(program.folder, 'file');
    await writeFile(file, 'no folder');
    program.launch({ HANSARD_DATA: file });
    await refused(program, /folder|directory/i);
  });
});

async function postUntilRefused(user: Client, roomId: string, acknowledged: string[]): Promise<void> {
  for (let n = 0; ; n += 1) {
    const text = `${user.id} says ${n}`;
    const answer = await user.post(`/v1/rooms/${roomId}/messages`, { text }).catch(() => undefined);
    if (!answer || must(answer, 201, 503).status === 503) return;
    acknowledged.push(text);
  }
}

/** Nobody new is let in. */
async function isClosed({ program }: World): Promise<boolean> {
  const answer = await fetch(`${program.url}/livez`).catch(() => undefined);
  await answer?.text();
  return answer === undefined;
}
