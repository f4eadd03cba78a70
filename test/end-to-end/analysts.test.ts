import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { CloudEvent } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../harness/client.js';
import { lines, World } from '../harness/world.js';
import { Program, REPOSITORY } from '../support/program.js';

const hasJq = spawnSync('jq', ['--version']).status === 0;
const run = promisify(execFile);

describe('an analyst beside a running server', () => {
  let program: Program;
  let world: World;
  let env: NodeJS.ProcessEnv;
  let room = '';

  beforeAll(async () => {
    program = await Program.started();
    world = new World(program);
    const [ada, bob] = [world.user('ada'), world.user('bob')];
    [room = ''] = await world.rooms(1, world.admin, 'Deals');
    must(await world.admin.send('PATCH', `/v1/rooms/${room}`, { name: 'Deals' }), 200);
    const say = (who: typeof ada, text: string) => who.post(`/v1/rooms/${room}/messages`, { text });
    for (const text of ['about the Merger', 'nothing', 'merger, again 😀']) must(await say(ada, text), 201);
    must(await say(bob, 'which merger?'), 201);
    must(await ada.send('PATCH', `/v1/rooms/${room}/messages/1`, { text: 'something' }), 200);
    must(await world.admin.send('DELETE', `/v1/rooms/${room}/messages/3`), 200);
    const bin = join(program.folder, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'duckdb'), `#!/bin/sh\nexec node ${join(REPOSITORY, 'test/harness/duckdb.mjs')} "$@"\n`);
    await chmod(join(bin, 'duckdb'), 0o755);
    const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
    env = { PATH: path, HANSARD_DATA: program.data, OUT: join(program.folder, 'out') };
  });
  afterAll(() => program.dispose());

  const sh = async (script: string) =>
    (await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: REPOSITORY, env })).stdout;

  it('gets CloudEvents that the npm package `cloudevents` takes, from the folder as from the server', async () => {
    const [folder, server] = [
      await sh('node bin/hansard.js replay'),
      await sh(`node bin/hansard.js replay --url ${program.url} --token dev-ann+analyst`),
    ];
    expect(server.startsWith(folder)).toBe(true); // asking the server makes ann known there
    const events = lines(folder) as Record<string, unknown>[];
    expect(events.length).toBeGreaterThan(10);
    for (const event of events) {
      const parsed = new CloudEvent(event);
      expect(parsed.validate()).toBe(true);
      expect(parsed.toJSON()).toMatchObject({ id: event['id'], type: event['type'], data: event['data'] });
    }
  });

  it('may stop reading at any line, which is no failure', async () => {
    const script = 'node bin/hansard.js replay --follow | head -n 2; echo "codes ${PIPESTATUS[*]}"';
    const said = sh(script);
    const ada = world.user('ada');
    // Whoever only follows learns at the next line that nobody reads.
    const more = setInterval(() => void ada.post(`/v1/rooms/${room}/messages`, { text: 'more' }), 50);
    try {
      expect((await said).split('\n').slice(2)).toEqual(['codes 0 0', '']);
    } finally {
      clearInterval(more);
    }
  });

  it('finds in docs/analysts.md commands that can be pasted', { skip: !hasJq }, async () => {
    const text = await readFile(join(REPOSITORY, 'docs/analysts.md'), 'utf8');
    const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
    expect(blocks).toHaveLength(5);
    const printed: string[] = [];
    for (const block of blocks) printed.push(await sh(block));
    const [users = '', days = '', merger = '', people = '', changes = ''] = printed;
    expect(users).toMatch(/^ada +ada +\d+ +1 +2\d{3}-/m);
    expect(users).toMatch(new RegExp(`^${room},Deals,\\d+,2,2\\d{3}-`, 'm'));
    expect(days).toMatch(/^\d{4}-\d\d-\d\d \d+$/m);
    expect(merger.match(/Z .*/g)).toEqual(['Z about the Merger', 'Z merger, again 😀']);
    expect(rowsIn(people)).toMatchObject([{ people: '2' }]);
    expect(rowsIn(changes)).toMatchObject([
      { type: 'MessageEdited', who: 'ada', author: 'ada', first_said: 'nothing' },
      { type: 'MessageRedacted', who: 'root', author: 'bob', first_said: 'which merger?' },
    ]);
  });

  it('with a bar on a terminal alone, and a summary for programs', async () => {
    const out = join(program.folder, 'other');
    const { stdout, stderr } = await run(
      'node',
      ['bin/hansard.js', 'export', '--format', 'ndjson', '--out', out, '--json'],
      { cwd: REPOSITORY, env },
    );
    expect(stderr).toBe('');
    const [summary] = lines(stdout) as { readonly rows: number }[];
    expect(summary?.rows).toBeGreaterThan(10);
    const count = await sh(`cat ${out}/events/*/*.ndjson | wc -l`);
    expect(Number(count)).toBe(summary?.rows);
  });
});

/** Without what the export says before. */
function rowsIn(text: string): unknown[] {
  return lines(text.replace(/^events: .*\n/gm, ''));
}

/** So many stories are far more than the sockets between two processes hold. */
const ROUNDS = 300;
const READERS = 20;
const STORY = 'x'.repeat(60_000);

describe('readers of the log who take nothing', () => {
  let program: Program;
  let world: World;
  beforeAll(async () => {
    program = await Program.started();
    world = new World(program);
  });
  afterAll(() => program.dispose());

  it('hold up no post, no other reader, and cost the server no memory', async () => {
    const [poster] = world.users('poster', 1);
    const [room = ''] = await world.rooms(1);
    if (!poster) throw new Error('no poster');
    const say = async () =>
      must(await poster.post(`/v1/rooms/${room}/messages`, { kind: 'story', title: 't', text: STORY }), 201);
    for (let n = 0; n < ROUNDS; n += 1) await say();
    const memory = async () => {
      const status = await readFile(`/proc/${program.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
    };
    await world.log('&types=MessagePosted');
    const before = await memory();
    const idle = await Promise.all(Array.from({ length: READERS }, () => openAndTakeNothing(program.port)));
    for (let n = 0; n < 50; n += 1) await say();
    expect((await world.log('&types=MessagePosted')).length).toBe(ROUNDS + 50);
    // Each holds a few batches of half a megabyte, however long the log is; whole answers would be twenty times the log.
    expect((await memory()) - before).toBeLessThan(0.75 * READERS * ROUNDS * STORY.length);
    const windows = must(await world.user('olga', 'compliance').get('/v1/archive/adapters'), 200);
    expect(windows.text).not.toContain('blocked');
    // The log is not held either: what was written goes to the archive, and the server ends in time.
    for (const socket of idle) socket.destroy();
    expect((await program.stop()).code).toBe(0);
  });
});

/** Asks for the whole log and reads not one byte of the answer. */
async function openAndTakeNothing(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.pause();
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.on('error', () => undefined);
  socket.write('GET /v1/log?limit=10000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dev-ann+analyst\r\n\r\n');
  return socket;
}
