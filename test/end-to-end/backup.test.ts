import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { must } from '../harness/client.js';
import { checkWhole } from '../harness/told-by-log.js';
import { World } from '../harness/world.js';
import { Program, REPOSITORY } from '../support/program.js';
import { until } from '../support/until.js';

it('a backup that is taken while posts come in, restored, serves every post acknowledged before it began', async () => {
  const program = await Program.started();
  try {
    const world = new World(program);
    const ada = world.user('ada');
    const [roomId = ''] = await world.rooms(1);
    const acknowledged: string[] = [];
    const over = new AbortController();
    const posting = (async () => {
      for (let n = 0; !over.signal.aborted; n += 1) {
        must(await ada.post(`/v1/rooms/${roomId}/messages`, { text: `post ${n}` }), 201);
        acknowledged.push(`post ${n}`);
      }
    })();
    await until(() => acknowledged.length >= 100, 'posts');
    const before = [...acknowledged];
    const copy = join(program.folder, 'copy');
    const { stdout } = await hansard(program, 'backup', '--out', copy, '--json');
    const { events } = manifest.parse(JSON.parse(stdout));
    expect(events).toBeGreaterThanOrEqual(before.length);
    over.abort();
    await posting;
    await program.kill();

    await rm(program.data, { recursive: true });
    await hansard(program, 'restore', '--from', copy);
    await program.start();
    const texts = (await world.history(ada, roomId)).map(({ text }) => text);
    expect(texts.slice(0, before.length)).toEqual(before);
    expect(texts).toEqual(acknowledged.slice(0, texts.length));
    checkWhole(await world.log());
  } finally {
    await program.dispose();
  }
});

const manifest = z.looseObject({ events: z.int() });

/** As docs/operations.md says. Rejects when it does not end with 0. */
function hansard({ data, folder, port }: Program, ...args: readonly string[]) {
  const env = {
    ...process.env,
    HANSARD_DATA: data,
    HANSARD_ARCHIVE: join(folder, 'archive'),
    HANSARD_PORT: String(port),
  };
  return promisify(execFile)(process.execPath, ['bin/hansard.js', ...args], { cwd: REPOSITORY, env });
}
