import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyArchive } from '../../../src/workers/compliance/check/verify-archive.js';
import { until } from '../../support/until.js';
import { Record } from './support/record.js';
import { scratchFolder } from './support/windows.js';
import { cut, cutting, Notes, work } from './support/worker.js';

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** A disk of its own that is small, or `undefined` where this user may not mount one. */
async function smallDisk(size: string): Promise<string | undefined> {
  const place = `${await scratchFolder()}/archive`;
  await mkdir(place);
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place)) {
    console.log('tmpfs cannot be mounted here: full and read-only disks were not tried');
    return undefined;
  }
  onTestFinished(() => {
    run('umount', '-l', place);
  });
  return place;
}

describe('a disk', () => {
  it('that is full is said clearly, stops no post, and leaves no gap when there is room again', async () => {
    const place = await smallDisk('512k');
    if (place === undefined) return;
    const record = new Record();
    const logger = new Notes();
    const archive = work(record, '', { folder: place, stateFolder: `${place}/../state`, logger });
    await record.post('r1', 'small');
    for (const adapter of ['xml', 'jsonl']) await cut(archive, adapter);

    await writeFile(`${place}/ballast`, Buffer.alloc(380 * 1024));
    for (let n = 0; n < 30; n += 1) await record.post('r1', `${n} ${'x'.repeat(4_000)}`);
    for (const adapter of ['xml', 'jsonl']) await archive.cut(adapter, cutting);
    await until(() => archive.state().every(({ state }) => state === 'blocked'), 'both adapters to be blocked');
    for (const { message, name } of archive.state())
      expect(message).toBe(
        `The ${name} archive is blocked: there is no space left for ${place}/${name}. Nothing is lost: it goes on by itself when this is mended.`,
      );
    await record.post('r1', 'posted while the disk is full');
    expect(logger.of('error')).toHaveLength(2);
    await rm(`${place}/ballast`);
    await Promise.all(['xml', 'jsonl'].map((adapter) => archive.published(adapter, 2)));
    for (const adapter of ['xml', 'jsonl']) await cut(archive, adapter);
    await archive.stop();
    expect(await verifyArchive(place, { against: record.rendering })).toMatchObject({
      ok: true,
      counts: { windows: 6 },
    });
    expect((await readdir(`${place}/xml`)).filter((name) => /^\.\d/.test(name))).toStrictEqual([]);
  });

  it('that is read-only is said clearly, and written again when it can be', async () => {
    const place = await smallDisk('2m');
    if (place === undefined) return;
    const record = new Record();
    const archive = work(record, '', { folder: place, stateFolder: `${place}/../state`, adapters: ['xml'] });
    await cut(archive, 'xml');
    expect(run('mount', '-o', 'remount,ro', place)).toBe(true);
    await record.post('r1', 'while nothing can be written');
    await archive.cut('xml', cutting);
    await until(() => archive.state()[0]?.state === 'blocked', 'the adapter to be blocked');
    expect(archive.state()[0]?.message).toContain(`${place}/xml is on a read-only file system.`);
    expect(run('mount', '-o', 'remount,rw', place)).toBe(true);
    await archive.published('xml', 2);
    await archive.stop();
    expect(await verifyArchive(place, { against: record.rendering })).toMatchObject({ ok: true });
  });
});
