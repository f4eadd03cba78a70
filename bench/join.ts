/**
 * Joining a room with 1,000,000 messages against joining one with 1,000, by turns, in one server.
 * `npm run build && npx tsx bench/join.ts [messages]`. Fails when the median of five rounds is above 1.25 times the small
 * room's.
 */
import { must } from '../test/harness/client.js';
import { World } from '../test/harness/world.js';
import { Program } from '../test/support/program.js';
import { median } from './support/children.js';
import { fill } from './support/fill.js';

const MANY = Number(process.argv[2] ?? 1_000_000);
const FEW = 1_000;
const ROUNDS = 5;
const JOINS = 40;
const LIMIT = 1.25;

let users = 0;

/** Median time of joins by users who were never there, in milliseconds. */
async function joins(world: World, roomId: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < JOINS; n += 1) {
    const user = world.user(`joiner-${(users += 1)}`);
    must(await user.get('/v1/me'), 200); // registered before
    const started = performance.now();
    must(await user.post(`/v1/rooms/${roomId}/join`, { history: 30 }), 200);
    times.push(performance.now() - started);
    user.close();
  }
  return median(times);
}

async function run(): Promise<void> {
  const program = await Program.started({ env: { HANSARD_ARCHIVE_INTERVAL: '1h' } });
  try {
    const world = new World(program);
    const [large = '', small = ''] = await world.rooms(2);
    await program.stop();
    await fill({ folder: program.data, rooms: [large], authors: ['ada', 'bob'], perRoom: MANY });
    await fill({ folder: program.data, rooms: [small], authors: ['ada', 'bob'], perRoom: FEW });
    await program.start({ withinMs: 600_000 }); // when the read models have all of it
    await joins(world, large);
    await joins(world, small); // warm by now
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [many, few] = [await joins(world, large), await joins(world, small)];
      ratios.push(many / few);
      process.stdout.write(`${MANY} messages ${many.toFixed(2)} ms   ${FEW} messages ${few.toFixed(2)} ms\n`);
    }
    const ratio = median(ratios);
    process.stdout.write(`ratio, median of ${ROUNDS}: ${ratio.toFixed(2)} (limit ${LIMIT})\n`);
    if (ratio > LIMIT) process.exitCode = 1;
  } finally {
    await program.dispose();
  }
}

await run();
