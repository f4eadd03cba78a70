import { z } from 'zod';
import type { Hansard } from '../composition.js';
import { seedDemo } from './demo.js';
import type { ServerOptions } from './options.js';
import { standardOutput } from './output.js';
import { runServer } from './serve.js';

/** `hansard dev`, what `npm start` runs: everything in one process on the loopback, with something to see at once. */
export async function runDev({ flags }: ServerOptions): Promise<void> {
  await runServer('development', flags, async (hansard) => {
    if (hansard.isNew && hansard.config.demo) await seedDemo(hansard.app);
    standardOutput.out(banner(hansard, await roomsOf(hansard)));
  });
}

const rooms = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });

/** As the user of the banner sees them. */
async function roomsOf({ app }: Hansard): Promise<readonly Room[]> {
  const headers = { authorization: 'Bearer dev-ada' };
  const { payload } = await app.inject({ method: 'GET', url: '/v1/rooms?privacy=open&limit=5', headers });
  return rooms.parse(JSON.parse(payload)).items;
}

interface Room {
  readonly id: string;
  readonly name: string;
}

function banner({ url, version, config }: Hansard, rooms: readonly Room[]): string {
  const [room] = rooms;
  const id = room?.id ?? 'ROOM';
  const seconds = config.archive.intervalMs / 1_000;
  return `
  Hansard ${version}   ${url}

  docs       ${url}/docs
  data       ${config.data}
  archive    ${config.archive.folder}   (${config.archive.adapters.join(', ')}; the next window closes within ${seconds} s)
  tokens     dev-ada, dev-bob: you are who you say you are; dev-ada+admin may do more
  ${rooms.length > 0 ? `rooms      ${rooms.map(({ name }) => name).join(', ')}` : 'rooms      none yet'}

  Watch, in one terminal:
    ${room ? `curl -sX POST -H 'Authorization: Bearer dev-bob' ${url}/v1/rooms/${id}/join >/dev/null` : createLines(url)}
    curl -N -H 'Authorization: Bearer dev-bob' ${url}/v1/stream

  Speak, in another:
    curl -H 'Authorization: Bearer dev-ada' -H 'Content-Type: application/json' \\
      -d '{"text":"Order, order."}' ${url}/v1/rooms/${id}/messages

  Check the archive, when a window was published:
    node bin/hansard.js archive verify ${config.archive.folder}

`;
}

/** Without demo data the first thing to do is to make a room. */
function createLines(url: string): string {
  const post = `curl -sX POST -H 'Authorization: Bearer dev-ada+admin' -H 'Content-Type: application/json'`;
  return `${post} -d '{"name":"Trading"}' ${url}/v1/categories
    ${post} -d '{"name":"FX","categoryId":"CATEGORY","privacy":"open"}' ${url}/v1/rooms`;
}
