/**
 * Posts over HTTP: 50 rooms with 20 live readers each, 500 posts under way at any time, every post fsynced before its 201.
 * `npm run build && npx tsx bench/posts.ts [--profile] [--keys] [--seconds=10] [--rooms=50] [--readers=20] [--in-flight=500]`
 * `--profile` runs the server under Node's profiler and says where its time goes; `--keys` gives each post an Idempotency-Key.
 */
import { fork } from 'node:child_process';
import { on } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { World } from '../test/harness/world.js';
import { Program } from '../test/support/program.js';
import { profilesIn } from './support/cpu-profile.js';
import { userOf, type Latency, type LoadAnswer, type LoadQuestion } from './support/post-load.js';

const { values: options } = parseArgs({
  options: {
    profile: { type: 'boolean', default: false },
    keys: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '10' },
    rooms: { type: 'string', default: '50' },
    readers: { type: 'string', default: '20' },
    'in-flight': { type: 'string', default: '500' },
  },
});
const WARM_UP_MS = 5_000;
const AIM = { posts: 5_000, deliveries: 100_000 };
/** Clock ticks of /proc. */
const TICKS_PER_SECOND = 100;

type Report = Extract<LoadAnswer, { readonly kind: 'report' }>;

interface ServerUsage {
  readonly cpuSeconds: number;
  readonly writes: number;
  readonly lagP99Ms: number;
  /** CPU seconds of each thread, by its id. */
  readonly threads: ReadonlyMap<string, number>;
}

async function run(): Promise<void> {
  const program = await Program.create({ env: { HANSARD_ARCHIVE_INTERVAL: '1h' } });
  const profiles = join(program.folder, 'profiles');
  try {
    await program.start({ nodeArgs: options.profile ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [] });
    const world = new World(program);
    const rooms = await joinedRooms(world, Number(options.rooms), Number(options.readers));
    const { report, before, after } = await load(world, rooms);
    print(report, before, after);
    await program.stop();
    if (options.profile) await printProfiles(profiles);
  } finally {
    await program.dispose();
  }
}

async function joinedRooms(world: World, count: number, readers: number): Promise<string[]> {
  const rooms = await world.rooms(count);
  const joining = rooms.map(async (roomId, room) => {
    const users = Array.from({ length: readers }, (_, n) => world.user(userOf(room, n)));
    await world.join(roomId, ...users);
    for (const user of users) user.close();
  });
  await Promise.all(joining);
  return rooms;
}

async function load(world: World, rooms: readonly string[]) {
  const child = fork(new URL('support/post-load.ts', import.meta.url));
  const question: LoadQuestion = {
    port: world.program.port,
    rooms,
    readersPerRoom: Number(options.readers),
    inFlight: Number(options['in-flight']),
    warmUpMs: WARM_UP_MS,
    measuredMs: Number(options.seconds) * 1_000,
    keys: options.keys,
  };
  const answers = on(child, 'message', { close: ['disconnect'] });
  const next = async (): Promise<LoadAnswer> => {
    const told: IteratorResult<unknown, unknown> = await answers.next();
    if (!Array.isArray(told.value)) throw new Error('the load came to an end by itself');
    return told.value[0] as LoadAnswer;
  };
  child.send(question);
  await next();
  const before = await usage(world);
  await next();
  const after = await usage(world);
  const report = await next();
  child.disconnect();
  if (report.kind !== 'report') throw new Error('the load did not report');
  return { report, before, after };
}

async function usage(world: World): Promise<ServerUsage> {
  const threads = await threadsOf(world.program.pid);
  return {
    cpuSeconds: [...threads.values()].reduce((sum, one) => sum + one, 0),
    writes: await world.metric('hansard_stream_writes_total'),
    lagP99Ms: (await world.metric('hansard_nodejs_eventloop_lag_p99_seconds')) * 1_000,
    threads,
  };
}

async function threadsOf(pid: number): Promise<Map<string, number>> {
  const folder = `/proc/${pid}/task`;
  const threads = new Map<string, number>();
  for (const id of await readdir(folder).catch(() => [])) {
    const stat = await readFile(join(folder, id, 'stat'), 'utf8');
    const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    threads.set(id === String(pid) ? 'main' : id, (Number(user) + Number(system)) / TICKS_PER_SECOND);
  }
  return threads;
}

function print(report: Report, before: ServerUsage, after: ServerUsage): void {
  const { posts, deliveries, seconds, cpuSeconds, postLatency, deliveryLatency, delivered, due } = report;
  const rate = (count: number) => Math.round(count / seconds);
  const threads = [...after.threads]
    .map(([id, spent]) => [id, spent - (before.threads.get(id) ?? 0)] as const)
    .filter(([, spent]) => spent > 0.05 * seconds)
    .sort(([, one], [, other]) => other - one)
    .map(([id, spent]) => `${id === 'main' ? 'main' : 'thread'} ${percent(spent / seconds)}`);
  const server = after.cpuSeconds - before.cpuSeconds;
  const main = (after.threads.get('main') ?? NaN) - (before.threads.get('main') ?? NaN);
  const perPost = (spent: number) => ((spent / posts) * 1e6).toFixed(0);
  say(`posts        ${rate(posts)}/s (aim ${AIM.posts})   ${ms(postLatency)}`);
  say(`deliveries   ${rate(deliveries)}/s (aim ${AIM.deliveries})   ${ms(deliveryLatency)}`);
  say(`all in all   ${delivered} delivered, ${due} due`);
  say(`server       ${server.toFixed(1)} CPU s in ${seconds.toFixed(1)} s: ${threads.join(', ')}`);
  say(
    `             ${perPost(server)} µs a post, ${perPost(main)} µs of them on the main thread, ${(deliveries / (after.writes - before.writes)).toFixed(1)} events a write, event loop late by ${after.lagP99Ms.toFixed(0)} ms at p99`,
  );
  say(`load         ${cpuSeconds.toFixed(1)} CPU s`);
  if (delivered < due) process.exitCode = 1;
}

async function printProfiles(folder: string): Promise<void> {
  const [main, ...others] = await profilesIn(folder);
  if (!main) return;
  say(`\nself time of the main thread, start and end of the program included: ${main.busySeconds.toFixed(1)} s busy`);
  for (const { name, seconds } of main.stages) say(`  ${percent(seconds / main.busySeconds).padStart(6)}  ${name}`);
  say('\n  the functions with most of it');
  for (const { name, seconds } of main.functions.slice(0, 40)) {
    say(`  ${percent(seconds / main.busySeconds).padStart(6)}  ${name}`);
  }
  for (const { busySeconds, functions } of others) {
    say(`\na further thread: ${busySeconds.toFixed(1)} s busy`);
    for (const { name, seconds } of functions.slice(0, 8))
      say(`  ${percent(seconds / busySeconds).padStart(6)}  ${name}`);
  }
}

function ms({ p50, p99 }: Latency): string {
  return `p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await run();
