import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../harness/client.js';
import { World } from '../harness/world.js';
import { Program, REPOSITORY } from '../support/program.js';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** One command line of the program, on the data folder and port of `program`. */
function run(program: Program, args: readonly string[], data = program.data): Promise<Ran> {
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HANSARD_'))),
    HANSARD_PORT: String(program.port),
    HANSARD_DATA: data,
    HANSARD_ARCHIVE: join(program.folder, 'archive'),
  };
  const child = spawn(process.execPath, ['bin/hansard.js', ...args], { cwd: REPOSITORY, env });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
}

let program: Program;
let world: World;

beforeAll(async () => {
  program = await Program.started();
  world = new World(program);
  const [roomId = ''] = await world.rooms(1);
  for (let n = 0; n < 50; n += 1)
    must(await world.user('ada').post(`/v1/rooms/${roomId}/messages`, { text: `post ${n}` }), 201);
});
afterAll(() => program.dispose());

describe('read models from the command line', () => {
  it('are listed, made again and verified through the server that has them open', async () => {
    const listed = await run(program, ['projections', 'list']);
    expect(listed).toMatchObject({ code: 0, err: expect.stringContaining('is in use') as string });
    expect(listed.out).toMatch(/^messages +running +\d+ +\d+\.\d +50 +\d+ +\S+$/m);
    const rebuilt = await run(program, ['projections', 'rebuild', 'messages', '--url', program.url]);
    expect(rebuilt).toEqual({ code: 0, out: 'messages: made again, 50 rows\n', err: '' });
    const verified = await run(program, ['projections', 'verify', 'messages', '--json', '--url', program.url]);
    expect(JSON.parse(verified.out)).toMatchObject({ state: 'done', rows: 50, differing: 0 });
    expect((await run(program, ['projections', 'rebuild', 'ghosts'])).code).toBe(1);
    const refused = await run(program, ['projections', 'list', '--url', program.url, '--token', 'dev-eve']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('operator') as string });
  });

  it('and without a server in the data folder, where verify finds what somebody has changed', async () => {
    await program.stop();
    expect(await run(program, ['projections', 'verify', 'messages'])).toMatchObject({
      code: 0,
      out: 'messages: 50 rows, as the log makes it\n',
    });
    const db = new DatabaseSync(join(program.data, 'read-models.db'));
    const [table] = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'g*_messages'")
      .all() as readonly { readonly name: string }[];
    db.exec(`UPDATE ${table?.name ?? ''} SET row = json_set(row, '$.text', 'never said') WHERE m_seq = 7`);
    db.close();
    const found = await run(program, ['projections', 'verify', 'messages']);
    expect(found.code).toBe(1);
    expect(found.out).toMatch(/^different {2}messages {2}\["[0-9a-f]{32}",7\] {2}different {2}text$/m);
    expect(found.out).not.toContain('never said');
    expect(await run(program, ['projections', 'rebuild', 'messages'])).toMatchObject({ code: 0 });
    expect(await run(program, ['projections', 'verify', 'messages'])).toMatchObject({ code: 0 });
    expect(await readdir(join(program.data, 'scratch'))).toEqual([]);
    await program.start();
  });

  it('a parked event is listed, shown by its shape, and stays parked while no schema knows it', async () => {
    await program.stop();
    const db = new DatabaseSync(join(program.data, 'log.db'));
    db.exec(`
      INSERT INTO streams (name) VALUES ('transcript-of-another-program');
      INSERT INTO events (position, stream, revision, id, type, data, metadata)
      SELECT max(position) + 1, (SELECT max(id) FROM streams), 0, '00000000-0000-4000-8000-000000000001', 'Shouted',
        '{"text":"a secret","loud":true}', '{"time":"2026-11-23T12:00:00.000Z","version":1}' FROM events;
    `);
    db.close();
    await program.start();
    const listed = await run(program, ['projections', 'parked', 'list', '--json']);
    const [event] = listed.out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { sequence: string });
    expect(event).toMatchObject({ type: 'Shouted', revision: 0 });
    const shown = await run(program, ['projections', 'parked', 'show', event?.sequence ?? '']);
    expect(shown.out).toMatch(/^data +text: string, loud: boolean$/m);
    expect(shown.out).not.toContain('a secret');
    const retried = await run(program, ['projections', 'parked', 'retry']);
    expect(retried).toMatchObject({ code: 0, out: '1 parked events, 0 of them known by now\n' });
  });
});

describe('a backup', () => {
  it('is whole for sha256sum too, and is refused when any of it is damaged', async () => {
    const out = join(program.folder, 'backup');
    expect(await run(program, ['backup', '--out', out])).toMatchObject({ code: 0 });
    expect(await run(program, ['backup', '--out', out])).toMatchObject({ code: 2 });
    const target = join(program.folder, 'restored');
    const damages: readonly ((folder: string) => Promise<void>)[] = [
      (folder) => truncate(join(folder, 'log.db'), 8_192),
      (folder) => rm(join(folder, 'deployment.key')),
      (folder) => writeFile(join(folder, 'deployment.key'), `${'0'.repeat(64)}\n`),
      (folder) => rm(join(folder, 'SHA256SUMS')),
      (folder) => writeFile(join(folder, 'log.db-wal'), 'x'),
      async (folder) => {
        const manifest = await readFile(join(folder, 'manifest.json'), 'utf8');
        await writeFile(join(folder, 'manifest.json'), manifest.replace('"events": ', '"events": 1'));
      },
    ];
    for (const [index, damage] of damages.entries()) {
      const copy = join(program.folder, `damaged-${index}`);
      await cp(out, copy, { recursive: true });
      await damage(copy);
      const refused = await run(program, ['restore', '--from', copy], target);
      expect(refused, String(damage)).toMatchObject({ code: 1, err: expect.stringContaining('damaged') as string });
      expect(await readdir(target).catch(() => [])).toEqual([]);
    }
  });

  it('is restored into an empty folder alone, and never under a running server', async () => {
    const out = join(program.folder, 'backup');
    expect(await run(program, ['restore', '--from', out])).toMatchObject({
      code: 3,
      err: expect.stringContaining(`pid ${program.pid}`) as string,
    });
    const full = join(program.folder, 'full');
    await mkdir(full);
    await writeFile(join(full, 'something'), '');
    expect(await run(program, ['restore', '--from', out], full)).toMatchObject({ code: 3 });
    const target = join(program.folder, 'restored');
    expect(await run(program, ['restore', '--from', out], target)).toMatchObject({ code: 0 });
    const listed = await run(program, ['projections', 'list', '--json'], target);
    expect(listed).toMatchObject({ code: 0, err: expect.not.stringContaining('is in use') as string });
  });
});

describe('the doctor', () => {
  interface Examined {
    readonly ok: boolean;
    readonly findings: readonly { readonly check: string; readonly state: string; readonly remedy?: string }[];
  }
  const examined = async (data?: string) => {
    const { code, out } = await run(program, ['doctor', '--json'], data);
    const { ok, findings } = JSON.parse(out) as Examined;
    return { code, ok, findings };
  };

  it('finds nothing wrong while a server runs', async () => {
    const { code, ok, findings } = await examined();
    expect(findings.filter(({ state }) => state === 'problem')).toEqual([]);
    expect([code, ok]).toEqual([0, true]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'configuration',
        'server',
        'key',
        'log',
        'clock',
        'read models',
        'disk',
        'flush',
        'archive',
      ]),
    );
  });

  it('says what is damaged and what to do, with exit code 1', async () => {
    const data = join(program.folder, 'ill');
    await cp(join(program.folder, 'restored'), data, { recursive: true });
    const db = new DatabaseSync(join(data, 'log.db'));
    db.exec('DROP TRIGGER events_no_delete; DELETE FROM events WHERE position = 5; PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    await writeFile(join(data, 'read-models.db'), 'no database at all, and long enough to be looked at as one');
    const { code, ok, findings } = await examined(data);
    expect([code, ok]).toEqual([1, false]);
    const problems = findings.filter(({ state }) => state === 'problem');
    expect(new Set(problems.map(({ check }) => check))).toEqual(new Set(['log', 'read models']));
    for (const { remedy } of problems) expect(remedy).toMatch(/restore|delete/);
    expect((await run(program, ['backup', '--out', join(program.folder, 'of-ill')], data)).code).toBe(1);
    expect(await readdir(program.folder)).not.toContain('of-ill');
  });

  it('begins with the configuration', async () => {
    expect((await run(program, ['doctor', '--archive-interval', 'soon'])).code).toBe(1);
  });
});
