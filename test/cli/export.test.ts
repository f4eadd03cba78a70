import { existsSync } from 'node:fs';
import { readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runExport } from '../../src/cli/export/command.js';
import type { ExportOptions } from '../../src/cli/options.js';
import { ApiNode } from '../support/api-node.js';
import { WrittenLog } from '../support/written-log.js';

const BASE = { mode: 'development', flags: {}, format: 'parquet', escapeFormulas: false, json: true } as const;

interface Summary {
  readonly of: string;
  readonly folder: string;
  readonly rows: number;
  readonly files: number;
  readonly total: number;
}

async function exported(options: Partial<ExportOptions> & { readonly out: string }): Promise<Summary[]> {
  const said = { out: '', err: '' };
  const output = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    terminal: false,
  };
  await runExport({ ...BASE, ...options }, output);
  expect(said.err).toBe(''); // no bar where no terminal is
  return said.out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Summary);
}

let duck: DuckDBConnection;
beforeAll(async () => {
  duck = await (await DuckDBInstance.create()).connect();
});
afterAll(() => duck.closeSync());

const rows = async (sql: string) => (await duck.runAndReadAll(sql)).getRowObjectsJson();

async function files(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all
    .flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(folder.length + 1)] : []))
    .sort();
}

describe('an export of events', () => {
  let log: WrittenLog;
  let out: string;
  const run = (options: Partial<ExportOptions> = {}) => exported({ flags: log.flags, out, ...options });
  const inOrder = (folder: string) =>
    rows(
      `SELECT type, subject, strftime(time, '%Y-%m-%dT%H:%M:%S.%gZ') AS time, data::JSON AS data
       FROM read_parquet('${folder}/events/*/*.parquet', filename = true, file_row_number = true)
       ORDER BY filename, file_row_number`,
    );
  const recorded = async () =>
    (await log.events()).map(({ data, ...event }) => ({ ...event, data: JSON.stringify(data) }));

  beforeEach(async () => {
    log = await WrittenLog.create();
    out = join(log.folder, 'out');
    await log.room('a', 'alpha', '2026-11-20T23:59:59.999Z');
    await log.say('a', 'naïve 😀 "quoted",\n=1+1', '2026-11-21T00:00:00.000Z', 3);
    await log.say('a', '-5', '2026-11-25T12:34:56.789Z');
  });
  afterEach(() => log.dispose());

  it('as Parquet is what the log holds, typed, by UTC day', async () => {
    expect(await run()).toMatchObject([{ of: 'events', rows: 5, files: 3, total: 5 }]);
    expect(await files(join(out, 'events'))).toEqual([
      '_manifest.json',
      'day=2026-11-20/part-000001.parquet',
      'day=2026-11-21/part-000001.parquet',
      'day=2026-11-25/part-000001.parquet',
    ]);
    expect(await inOrder(out)).toEqual(await recorded());
    const described = await rows(`DESCRIBE SELECT * EXCLUDE (day) FROM '${out}/events/*/*.parquet'`);
    expect(described.map((column) => [column['column_name'], column['column_type']])).toEqual([
      ['sequence', 'VARCHAR'],
      ['time', 'TIMESTAMP'],
      ['id', 'VARCHAR'],
      ['type', 'VARCHAR'],
      ['version', 'BIGINT'],
      ['stream', 'VARCHAR'],
      ['revision', 'BIGINT'],
      ['subject', 'VARCHAR'],
      ['actor_id', 'VARCHAR'],
      ['actor_name', 'VARCHAR'],
      ['actor_email', 'VARCHAR'],
      ['actor_internal', 'BOOLEAN'],
      ['correlationid', 'VARCHAR'],
      ['data', 'VARCHAR'],
    ]);
    expect(
      await rows(
        `SELECT count(*)::INT AS n FROM '${out}/events/*/*.parquet' WHERE day = '2026-11-21' AND time < '2026-11-22'`,
      ),
    ).toEqual([{ n: 3 }]);
  });

  it.each([
    ['csv', `read_csv('OUT/events/*/*.csv', header = true)`],
    ['ndjson', `read_json('OUT/events/*/*.ndjson')`],
  ] as const)('as %s is read by DuckDB too', async (format, from) => {
    await run({ format });
    const text = format === 'csv' ? `data::JSON->>'text'` : 'data.text';
    const found = await rows(
      `SELECT ${text} AS text, count(*)::INT AS n FROM ${from.replace('OUT', out)} GROUP BY ALL ORDER BY ALL`,
    );
    expect(found).toEqual([
      { text: '-5', n: 1 },
      { text: 'naïve 😀 "quoted",\n=1+1', n: 3 },
      { text: null, n: 1 },
    ]);
  });

  it('run again adds what is new, and nothing twice', async () => {
    await run();
    expect(await run()).toMatchObject([{ rows: 0, files: 0, total: 5 }]);
    await log.say('a', 'more', '2026-11-25T13:00:00.000Z', 2);
    await log.say('a', 'clock behind', '2026-11-24T23:00:00.000Z');
    expect(await run()).toMatchObject([{ rows: 3, files: 2, total: 8 }]);
    const key = (event: object) => JSON.stringify(event);
    expect((await inOrder(out)).map(key).sort()).toEqual((await recorded()).map(key).sort());
  });

  it('that was killed goes on where its manifest is, and removes what is in no manifest', async () => {
    await run();
    const events = join(out, 'events');
    const before = await readFile(join(events, '_manifest.json'), 'utf8');
    await log.say('a', 'more', '2026-11-25T13:00:00.000Z', 2);
    await run();
    // As if it had been killed between putting files in view and saying so.
    await writeFile(join(events, '_manifest.json'), before);
    await writeFile(join(events, 'day=2026-11-25', '.part-000003.parquet.tmp'), 'half');
    expect(await run()).toMatchObject([{ rows: 2, total: 7 }]);
    expect(await inOrder(out)).toEqual(await recorded());
    expect((await files(events)).filter((file) => file.includes('tmp'))).toEqual([]);
    // Without any manifest it begins anew.
    await unlink(join(events, '_manifest.json'));
    expect(await run()).toMatchObject([{ rows: 7, total: 7 }]);
    expect(await inOrder(out)).toEqual(await recorded());
  });

  it('holds what was selected, and its folder takes no other selection', async () => {
    expect(await run({ room: 'alpha', types: 'MessagePosted', since: '2026-11-22' })).toMatchObject([{ rows: 1 }]);
    await expect(run({ room: 'alpha' })).rejects.toMatchObject({ exitCode: 2 });
    await expect(run({ format: 'csv', escapeFormulas: true })).rejects.toMatchObject({ exitCode: 2 });
    await expect(run({ escapeFormulas: true })).rejects.toMatchObject({ exitCode: 2 });
    await writeFile(join(out, 'events', '_manifest.json'), '{');
    await expect(run({ room: 'alpha' })).rejects.toThrow('no manifest');
  });

  it('as CSV leaves no formula to a spreadsheet when told so', async () => {
    await log.write(
      'attendance-a',
      { type: 'ParticipantJoined', data: {} },
      { time: '2026-11-26T00:00:00.000Z', by: '=cmd' },
    );
    const line = async () =>
      (await readFile(join(out, 'events/day=2026-11-26/part-000001.csv'), 'utf8')).split('\n')[1];
    await run({ format: 'csv', since: '2026-11-26' });
    expect(await line()).toContain(',=cmd,=cmd,=cmd@example.org,true,');
    await rm(out, { recursive: true });
    await run({ format: 'csv', since: '2026-11-26', escapeFormulas: true });
    expect(await line()).toContain(`,'=cmd,'=cmd,'=cmd@example.org,true,`);
  });

  it('has a file for each day, however many days a batch has', async () => {
    const days = Array.from({ length: 30 }, (_, n) => new Date(Date.UTC(2027, 0, 1 + n)).toISOString());
    for (const day of days) await log.say('a', day, day);
    expect(await run()).toMatchObject([{ rows: 35, files: 33 }]);
    expect(await inOrder(out)).toEqual(await recorded());
  });
});

describe('an export of a read model', () => {
  const node = new ApiNode();
  let out = '';
  let room = '';
  const run = (options: Partial<ExportOptions>) =>
    exported({ flags: { data: node.hansard.config.data }, out, ...options });

  beforeAll(async () => {
    await node.start();
    out = join(node.hansard.config.data, '..', 'out');
    room = await node.room({ name: 'Room', members: [{ user: 'ada' }] });
    for (let n = 0; n < 3; n += 1) await node.as('ada').post(`/v1/rooms/${room}/messages`, { text: `text ${n}` });
    await node.as('ada').post(`/v1/rooms/${room}/messages`, { text: 'alert', kind: 'alert', replyTo: 0 });
    await node.as('mona').delete(`/v1/rooms/${room}/messages/1`);
    await node.as('ada').get(`/v1/rooms/${room}/messages`);
    await node.as('ann', '+analyst').get('/v1/reports/rooms');
  }, 120_000);
  afterAll(() => node.dispose());

  it('is its rows as they are, and is replaced when they change', async () => {
    const messages = () =>
      rows(`SELECT seq::INT AS seq, text, kind, reply_to::INT AS reply_to, redacted_at IS NOT NULL AS redacted
            FROM '${out}/messages/*.parquet' ORDER BY seq`);
    expect(await run({ readModel: 'messages' })).toMatchObject([{ of: 'messages', rows: 4, files: 1 }]);
    expect(await messages()).toEqual([
      { seq: 0, text: 'text 0', kind: 'normal', reply_to: null, redacted: false },
      { seq: 1, text: '', kind: 'normal', reply_to: null, redacted: true },
      { seq: 2, text: 'text 2', kind: 'normal', reply_to: null, redacted: false },
      { seq: 3, text: 'alert', kind: 'alert', reply_to: 0, redacted: false },
    ]);
    expect(await run({ readModel: 'messages' })).toMatchObject([{ rows: 0, total: 4 }]);
    await node.as('ada').patch(`/v1/rooms/${room}/messages/0`, { text: 'edited' });
    await node.as('ada').get(`/v1/rooms/${room}/messages`);
    expect(await run({ readModel: 'messages' })).toMatchObject([{ rows: 4, total: 4 }]);
    expect((await messages())[0]).toMatchObject({ text: 'edited' });
    expect(existsSync(`${out}/messages.new`)).toBe(false);
  });

  it('is narrowed by room and time where it has them', async () => {
    const narrowed = (options: Partial<ExportOptions>) =>
      run({ readModel: 'messages', out: `${out}/${JSON.stringify(options).length}`, ...options });
    expect(await narrowed({ room: 'room' })).toMatchObject([{ rows: 4 }]);
    expect(await narrowed({ until: '2020-01-01' })).toMatchObject([{ rows: 0 }]);
    for (const wrong of [
      { types: 'x' },
      { readModel: 'windows', room: 'room' },
      { readModel: 'usage', since: '2026-11-01' },
    ] as const)
      await expect(narrowed(wrong)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('of every read model is opened by DuckDB, in every format', async () => {
    for (const format of ['parquet', 'csv', 'ndjson'] as const) {
      for (const readModel of ['attendance', 'windows', 'usage', 'messages'] as const) {
        for (const { folder, rows: count } of await run({ readModel, format, out: join(out, format) })) {
          if (count > 0)
            expect(await rows(`SELECT count(*)::INT AS n FROM '${folder}/*.${format}'`)).toEqual([{ n: count }]);
        }
      }
    }
    expect(await rows(`SELECT name, messages::INT AS messages FROM '${out}/parquet/usage_rooms/*.parquet'`)).toEqual([
      { name: 'Room', messages: 4 },
    ]);
  });
});
