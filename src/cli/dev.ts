import type { Hansard } from '../composition.js';
import { seedDemo, type DemoRoom } from './demo.js';
import type { ServerOptions } from './options.js';
import { standardOutput } from './output.js';
import { runServer } from './serve.js';

/** `hansard dev`, what `npm start` runs: everything in one process on the loopback, with something to see at once. */
export async function runDev({ flags }: ServerOptions): Promise<void> {
  await runServer('development', flags, async (hansard) => {
    const rooms = hansard.isNew && hansard.config.demo ? await seedDemo(hansard.app) : [];
    standardOutput.out(banner(hansard, rooms));
  });
}

function banner({ url, version, config }: Hansard, rooms: readonly DemoRoom[]): string {
  const [room] = rooms;
  const id = room?.id ?? '<room>';
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
    ${post} -d '{"name":"FX","categoryId":"<category>","privacy":"open"}' ${url}/v1/rooms`;
}
