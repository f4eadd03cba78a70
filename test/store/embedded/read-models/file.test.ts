import { copyFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SearchBusyError } from '../../../../src/projections/read-models.js';
import { openEmbeddedReadModels } from '../../../../src/store/embedded/read-models/open-read-models.js';
import { counted, countBatch, countedTo, COUNTING } from '../../../contract/read-models/counting.js';
import { at, put } from '../../../contract/read-models/engine.js';
import { inside, searchFor } from '../../../contract/read-models/search-cases.js';
import { message } from '../../../contract/read-models/search-corpus.js';
import { embeddedPlace } from './place.js';

async function place() {
  const made = await embeddedPlace();
  onTestFinished(() => made.remove());
  return made;
}

describe('the file of the read models', { timeout: 60_000 }, () => {
  test('may be deleted, also without its write-ahead log, and is filled again identically', async () => {
    const { folder, open } = await place();
    const file = join(folder, 'read-models.db');
    const before = await open();
    await countBatch(await before.writer(COUNTING), 0, 300);
    await copyFile(`${file}-wal`, join(folder, 'left-behind')); // as a crash leaves it
    await before.close();
    await rm(file);
    await copyFile(join(folder, 'left-behind'), `${file}-wal`);

    const models = await open();
    const writer = await models.writer(COUNTING);
    expect(await counted(models)).toEqual({ counters: [], lines: 0, checkpoint: 0 });
    await countBatch(writer, 0, 300);
    expect(await counted(models)).toEqual({ ...countedTo(300), checkpoint: 300 });
    await models.close();
  });

  test('is tidied up when it is closed', async () => {
    const { folder, open } = await place();
    const models = await open();
    await countBatch(await models.writer(COUNTING), 0, 10);
    expect(await counted(models)).toMatchObject({ checkpoint: 10 });
    await models.close();
    expect(await readdir(folder)).toEqual(['read-models.db']);
  });

  test('shows rows and checkpoint of one commit, however many follow each other', async () => {
    const { open } = await place();
    const models = await open();
    const writer = await models.writer({ name: 'flags', version: 1, tables: { flags: { key: ['id'] } } });
    const written = (async () => {
      for (let n = 1; n <= 400; n += 1) {
        const ids = Array.from({ length: 20 }, (_, id) => id);
        await writer.commit(
          ids.map((id) => put('flags', [id], n, { id, n })),
          at(n),
        );
      }
    })();
    const seen = new Set<number>();
    for (let reached = 0; reached < 400;) {
      const { rows, checkpoint } = await models.scan('flags', { table: 'flags', limit: 100 });
      reached = checkpoint;
      expect(new Set(rows.map(({ n }) => n))).toEqual(new Set(checkpoint === 0 ? [] : [checkpoint]));
      seen.add(checkpoint);
    }
    await written;
    expect(seen.size).toBeGreaterThan(2);
    await models.close();
  });

  test('that is none is refused with a sentence that says what to do', async () => {
    const { folder } = await place();
    await writeFile(join(folder, 'read-models.db'), 'no database at all, but long enough to be looked at '.repeat(99));
    await expect(openEmbeddedReadModels({ folder })).rejects.toThrow(/read-models\.db cannot be used: .*; delete it/);
  });

  test('in a folder that cannot be made is refused', async () => {
    const { folder } = await place();
    await writeFile(join(folder, 'file'), '');
    await expect(openEmbeddedReadModels({ folder: join(folder, 'file', 'x') })).rejects.toThrow();
  });

  test('is searched beside the reading of rows, and more searches than can wait are refused', async () => {
    const { open } = await place();
    const models = await open();
    const tables = { messages: { key: ['roomId', 'seq'], text: 'messages' } } as const;
    const writer = await models.writer({ name: 'messages', version: 1, tables });
    const rows = Array.from({ length: 500 }, (_, n) => message(n + 1, 'many words of many texts'));
    await writer.commit(
      rows.map((row) => put('messages', [row.roomId, row.seq], row.seq, row)),
      at(500),
    );
    const what = {
      table: 'messages',
      ...searchFor({ all: [inside('man')] }, { order: 'relevance', limit: 9 }),
    } as const;
    const searches = Array.from({ length: 300 }, () => models.search('messages', what));
    const settled = Promise.allSettled(searches);
    const first = await Promise.race([settled.then(() => 'searches'), models.get('messages', 'messages', ['x', 1])]);
    expect(first).toBeUndefined();
    const outcomes = await settled;
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(SearchBusyError);
    expect(outcomes.length - refused.length).toBeGreaterThanOrEqual(200);
    expect((await models.search('messages', what)).total).toBe(500);
    await models.close();
  });
});
