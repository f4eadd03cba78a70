import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { must, type Answer } from '../harness/client.js';
import { checkWhole } from '../harness/told-by-log.js';
import { World } from '../harness/world.js';
import { Program } from '../support/program.js';

const folder = mkdtempSync(join(tmpdir(), 'hansard-small-'));
const canMount = run('mount', '-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder);
if (!canMount) process.stderr.write('A file system cannot be mounted here: the full disk is not tested.\n');

function run(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args).status === 0;
}

describe.runIf(canMount)('a disk that is full', () => {
  let program: Program | undefined;

  afterAll(async () => {
    await program?.dispose();
    run('umount', folder);
    rmSync(folder, { recursive: true });
  });

  it('ends the program with a clear message; with space again it goes on with every acknowledged post', async () => {
    const running = (program = await Program.started({ under: folder }));
    const world = new World(running);
    const ada = world.user('ada');
    const [roomId = ''] = await world.rooms(1);
    const acknowledged: string[] = [];
    for (let n = 0; ; n += 1) {
      const text = `${n} ${'x'.repeat(30_000)}`;
      const post = ada.post(`/v1/rooms/${roomId}/messages`, { kind: 'story', text }, { key: `post-${n}` });
      const answer: Answer | undefined = await post.catch(() => undefined);
      if (answer?.status !== 201) break;
      acknowledged.push(text);
    }
    expect(acknowledged.length).toBeGreaterThan(50);
    const exit = await running.ended();
    expect(exit.signal, running.output).toBeNull();
    expect(exit.code, running.output).toBe(1);
    expect(running.output).toMatch(/disk is full/);
    expect(running.output).not.toMatch(/^\s+at /m);

    expect(run('mount', '-o', 'remount,size=200m', folder)).toBe(true);
    await running.start();
    const said = async () => (await world.history(ada, roomId)).map(({ text }) => text);
    await expect.poll(async () => (await said()).slice(0, acknowledged.length)).toEqual(acknowledged);
    checkWhole(await world.log());
    const next = { kind: 'story', text: `${acknowledged.length} ${'x'.repeat(30_000)}` };
    const again = () => ada.post(`/v1/rooms/${roomId}/messages`, next, { key: `post-${acknowledged.length}` });
    expect(must(await again(), 201).text).toBe(must(await again(), 201).text);
    await expect.poll(said).toHaveLength(acknowledged.length + 1);
  });
});
