import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { expect, it } from 'vitest';
import { must } from '../harness/client.js';
import { checkWhole } from '../harness/told-by-log.js';
import { World } from '../harness/world.js';
import { Program } from '../support/program.js';
import { until } from '../support/until.js';

it('a copy of the log that is taken while posts come in starts with every post acknowledged before', async () => {
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
    await mkdir(copy);
    backUp(join(program.data, 'log.db'), join(copy, 'log.db'));
    await copyFile(join(program.data, 'deployment.key'), join(copy, 'deployment.key'));
    over.abort();
    await posting;
    await program.kill();

    await rm(program.data, { recursive: true });
    await rename(copy, program.data);
    await program.start();
    const texts = (await world.history(ada, roomId)).map(({ text }) => text);
    expect(texts.slice(0, before.length)).toEqual(before);
    expect(texts).toEqual(acknowledged.slice(0, texts.length));
    checkWhole(await world.log());
  } finally {
    await program.dispose();
  }
});

/** As docs/operations.md says: from another process, or as here from another connection. */
function backUp(from: string, to: string): void {
  const db = new DatabaseSync(from, { readOnly: true });
  db.exec(`VACUUM INTO '${to}'`);
  db.close();
}
