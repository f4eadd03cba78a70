/**
 * From the start of the process until `/readyz` answers 200, with 1,000,000 events in the log and the read models there.
 * `npm run build && npx tsx bench/start.ts [events]`. Fails when the median of five starts is above 2 s.
 */
import { World } from '../test/harness/world.js';
import { Program } from '../test/support/program.js';
import { median } from './support/children.js';
import { fill } from './support/fill.js';

const EVENTS = Number(process.argv[2] ?? 1_000_000);
const ROOMS = 100;
const USERS = 500;
const STARTS = 5;
const LIMIT_SECONDS = 2;

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}

async function run(): Promise<void> {
  const program = await Program.started({ env: { HANSARD_ARCHIVE_INTERVAL: '1h' } });
  try {
    const world = new World(program);
    const rooms = await world.rooms(ROOMS);
    const users = world.users('user', USERS);
    for (const [index, user] of users.entries()) {
      await world.join(rooms[index % ROOMS] ?? '', user);
      user.close();
    }
    await program.stop();
    const authors = users.map(({ id }) => id);
    await fill({ folder: program.data, rooms, authors, perRoom: Math.ceil(EVENTS / ROOMS) });
    const filled = await timed(() => program.start({ withinMs: 600_000 }));
    process.stdout.write(`first start, which fills the read models: ${filled.toFixed(1)} s\n`);
    const times: number[] = [];
    for (let n = 0; n < STARTS; n += 1) {
      await program.stop();
      times.push(await timed(() => program.start()));
      process.stdout.write(`ready after ${times.at(-1)?.toFixed(2) ?? ''} s\n`);
    }
    const seconds = median(times);
    process.stdout.write(`${EVENTS} events: median of ${STARTS} ${seconds.toFixed(2)} s (limit ${LIMIT_SECONDS} s)\n`);
    if (seconds > LIMIT_SECONDS) process.exitCode = 1;
  } finally {
    await program.dispose();
  }
}

await run();
