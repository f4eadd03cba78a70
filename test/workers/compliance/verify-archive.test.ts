import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { archiveDecider } from '../../../src/domain/archive/decide.js';
import { catalogue } from '../../../src/domain/catalogue/catalogue.js';
import { handleCommand } from '../../../src/domain/kernel/handle-command.js';
import { aesSequences } from '../../../src/projections/aes-sequences.js';
import { archiveEvent, archiveStream } from '../../../src/workers/compliance/archive-log.js';
import { verifyArchive } from '../../../src/workers/compliance/check/verify-archive.js';
import { listArchive } from '../../../src/workers/compliance/list-archive.js';
import { everything, Record } from './support/record.js';
import { scratchFolder } from './support/windows.js';
import { cut, cutting, work } from './support/worker.js';

interface Published {
  readonly record: Record;
  readonly root: string;
  /** Folders of the windows of jsonl, oldest first. */
  readonly windows: readonly string[];
}

async function visible(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
}

/** Four windows of each adapter. */
async function published(): Promise<Published> {
  const record = new Record();
  const folder = await scratchFolder();
  const archive = work(record, folder);
  await everything(record);
  for (const adapter of ['xml', 'jsonl']) await cut(archive, adapter);
  for (const text of ['two', 'three']) {
    await record.post('r1', text);
    for (const adapter of ['xml', 'jsonl']) await cut(archive, adapter);
  }
  for (const adapter of ['xml', 'jsonl']) await cut(archive, adapter);
  await archive.stop();
  const root = `${folder}/archive`;
  const windows = (await visible(`${root}/jsonl`)).map((name) => `${root}/jsonl/${name}`);
  return { record, root, windows };
}

async function codes(path: string, record?: Record): Promise<readonly string[]> {
  const { ok, problems } = await verifyArchive(path, record ? { against: record.rendering } : {});
  expect(ok).toBe(problems.length === 0);
  return problems.map(({ code }) => code);
}

describe('an archive that is whole', () => {
  it('is so as root, as adapter and window by window, offline and against the log', async () => {
    const { record, root, windows } = await published();
    expect(windows).toHaveLength(4);
    for (const path of [root, `${root}/jsonl`, `${root}/xml`, ...windows]) {
      expect(await codes(path)).toStrictEqual([]);
      expect(await codes(path, record)).toStrictEqual([]);
    }
    const { counts } = await verifyArchive(root);
    expect(counts).toMatchObject({ adapters: 2, windows: 8, files: 48, messages: 12 });
  });

  it('can be listed without a log', async () => {
    const { root, windows } = await published();
    const listed = [];
    for await (const window of listArchive(root)) listed.push(window);
    expect(listed.map(({ adapter, number }) => `${adapter} ${number}`)).toStrictEqual([
      ...['jsonl 1', 'jsonl 2', 'jsonl 3', 'jsonl 4'],
      ...['xml 1', 'xml 2', 'xml 3', 'xml 4'],
    ]);
    expect(listed.map(({ folder }) => `${root}/${folder}`).slice(0, 4)).toStrictEqual(windows);
  });

  it('may have lost its oldest windows to a collector, who may leave acknowledgements', async () => {
    const { record, root, windows } = await published();
    await rm(windows[0] ?? '', { recursive: true });
    await rm(windows[1] ?? '', { recursive: true });
    await writeFile(`${windows[2] ?? ''}.ack`, 'hash');
    await mkdir(`${root}/jsonl/.0000000009_being_rendered`);
    for (const path of [root, `${root}/jsonl`]) {
      expect(await codes(path)).toStrictEqual([]);
      expect(await codes(path, record)).toStrictEqual([]);
    }
  });
});

describe('what is wrong', () => {
  it('with a path at which there is nothing', async () => {
    expect(await codes('/nowhere/at/all')).toStrictEqual(['not-found']);
  });

  it('when a window between two others is missing', async () => {
    const { record, root, windows } = await published();
    await rm(windows[2] ?? '', { recursive: true });
    for (const path of [root, `${root}/jsonl`]) {
      expect(await codes(path)).toStrictEqual(['missing-window']);
      expect(await codes(path, record)).toStrictEqual(['missing-window']);
    }
  });

  it('is not that, when the log says that it was collected', async () => {
    const { record, root, windows } = await published();
    await rm(windows[1] ?? '', { recursive: true });
    const stream = archiveStream('jsonl');
    const { store, clock, ids } = record;
    const handling = { store, clock, ids, versionOf: catalogue.versionOf, typed: archiveEvent };
    await handleCommand(stream, archiveDecider, { type: 'Collect', number: 2 }, cutting, handling);
    expect(await codes(root)).toStrictEqual(['missing-window']);
    expect(await codes(root, record)).toStrictEqual([]);
  });

  it('when the newest window is missing: only the log can tell', async () => {
    const { record, root, windows } = await published();
    await rm(windows[3] ?? '', { recursive: true });
    expect(await codes(root)).toStrictEqual([]);
    expect(await codes(root, record)).toStrictEqual(['missing-window']);
  });

  it('when an adapter is gone with all its windows: only the log can tell', async () => {
    const { record, root } = await published();
    await rm(`${root}/jsonl`, { recursive: true });
    expect(await codes(root)).toStrictEqual([]);
    expect(new Set(await codes(root, record))).toStrictEqual(new Set(['missing-window']));
  });

  it('is not that windows at the old end are gone, but the log has it said', async () => {
    const { record, root, windows } = await published();
    for (const window of windows.slice(0, 2)) await rm(window, { recursive: true });
    const { ok, warnings } = await verifyArchive(root, { against: record.rendering });
    const gone = warnings.filter(({ code }) => code === 'gone-windows').map(({ message }) => message);
    expect([ok, gone]).toStrictEqual([true, ['windows 1 to 2 were published and are not there any more']]);
  });

  it('when what the bag says of itself was rewritten, with right hashes', async () => {
    const { windows } = await published();
    const [, window = ''] = windows;
    const info = await readFile(`${window}/bag-info.txt`, 'utf8');
    await writeFile(`${window}/bag-info.txt`, `${info}Contact-Name: Mallory\n`);
    const hash = createHash('sha256')
      .update(await readFile(`${window}/bag-info.txt`))
      .digest('hex');
    const tags = await readFile(`${window}/tagmanifest-sha256.txt`, 'utf8');
    await writeFile(`${window}/tagmanifest-sha256.txt`, tags.replace(/^.{64}(?= {2}bag-info)/m, hash));
    expect(await codes(window)).toStrictEqual(['bad-bag']);
  });

  it('when something foreign lies in the archive', async () => {
    const { root } = await published();
    await writeFile(`${root}/jsonl/readme.txt`, 'hello');
    await writeFile(`${root}/notes`, 'hello');
    await mkdir(`${root}/xml/0000000009_half`);
    await mkdir(`${root}/mine`);
    expect(await codes(root)).toStrictEqual(['foreign-file', 'foreign-file', 'foreign-file', 'foreign-file']);
  });

  it('when a window was rendered again with other contents and right hashes', async () => {
    const { record, root } = await published();
    const forged = new Record();
    await everything(forged);
    const folder = await scratchFolder();
    const archive = work(forged, folder, { adapters: ['jsonl'] });
    await cut(archive, 'jsonl');
    await forged.post('r1', 'never said');
    await cut(archive, 'jsonl');
    await archive.stop();
    const [, second] = await visible(`${folder}/archive/jsonl`);
    const [, place] = await visible(`${root}/jsonl`);
    expect(await codes(`${folder}/archive`)).toStrictEqual([]);
    await rm(`${root}/jsonl/${place ?? ''}`, { recursive: true });
    await cp(`${folder}/archive/jsonl/${second ?? ''}`, `${root}/jsonl/${second ?? ''}`, { recursive: true });
    expect(await codes(`${root}/jsonl`)).toContain('broken-chain');
    expect(await codes(`${root}/jsonl`, record)).toContain('differs-from-log');
    expect(await codes(`${root}/jsonl/${second ?? ''}`, record)).toContain('differs-from-log');
  });

  it('when the log is another one, or is read with another key', async () => {
    const { record, root, windows } = await published();
    expect(await codes(windows[1] ?? '', new Record())).toStrictEqual(['not-in-log']);
    const against = { ...record.rendering, sequences: aesSequences(Buffer.alloc(32, 8)) };
    const { problems } = await verifyArchive(`${root}/xml`, { against });
    expect(new Set(problems.map(({ code }) => code))).toStrictEqual(new Set(['differs-from-log']));
  });

  it('when windows of one adapter lie in the folder of another', async () => {
    const { root } = await published();
    await rm(`${root}/jsonl`, { recursive: true });
    await cp(`${root}/xml`, `${root}/jsonl`, { recursive: true });
    expect(await codes(root)).toStrictEqual(['folder-name', 'folder-name', 'folder-name', 'folder-name']);
  });
});
