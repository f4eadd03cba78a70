import { DatabaseSync } from '@photostructure/sqlite';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ORIGIN } from '../../../../src/domain/kernel/position.js';
import { openLogForReading } from '../../../../src/store/embedded/log/read-only-event-store.js';
import {
  appended,
  event,
  eventsOf,
  freshStream,
  logEvents,
  metadata,
  streamEvents,
} from '../../../contract/event-store/events.js';
import { Following } from '../../../contract/event-store/following.js';
import { freshFolder, openIn } from './engine.js';

const PATIENCE = { timeout: 60_000 };

/** What somebody does to the file behind our back. */
function tamper(folder: string, act: (db: InstanceType<typeof DatabaseSync>) => void): void {
  const db = new DatabaseSync(join(folder, 'log.db'));
  try {
    act(db);
  } finally {
    db.close();
  }
}

async function logOf(count: number): Promise<string> {
  const folder = await freshFolder();
  const store = await openIn(folder);
  if (count > 0) await appended(store, freshStream(), eventsOf(count));
  await store.close();
  return folder;
}

describe('the file of the log', PATIENCE, () => {
  it('cannot be changed by the way', async () => {
    const folder = await logOf(3);
    tamper(folder, (db) => {
      for (const table of ['events', 'streams', 'meta']) {
        expect(() => db.exec(`DELETE FROM ${table}`)).toThrow('the log is never changed');
      }
      expect(() => db.exec("UPDATE events SET data = '{}' WHERE position = 2")).toThrow('the log is never changed');
      expect(() => db.exec("UPDATE streams SET name = 'room-1'")).toThrow('the log is never changed');
      expect(() => db.exec("UPDATE meta SET value = '2'")).toThrow('the log is never changed');
    });
    const store = await openIn(folder);
    expect(await logEvents(store.readAll({ after: ORIGIN }))).toHaveLength(3);
  });

  it('is one file and nothing beside it but the lock, once it was closed', async () => {
    const folder = await logOf(3);
    expect((await readdir(folder)).toSorted()).toEqual(['log.db', 'log.lock']);
  });

  it('is made with its folder, and with an id of its own', async () => {
    const [one, other] = await Promise.all([0, 1].map(async () => join(await freshFolder(), 'a', 'b')));
    const logIds: unknown[] = [];
    for (const folder of [one ?? '', other ?? '']) {
      await (await openIn(folder)).close();
      tamper(folder, (db) => logIds.push(db.prepare("SELECT value FROM meta WHERE name = 'log'").get()));
    }
    expect(logIds[0]).toEqual({ value: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    expect(logIds[0]).not.toEqual(logIds[1]);
  });

  it('of a newer format is left alone', async () => {
    const folder = await logOf(1);
    tamper(folder, (db) => db.exec("DROP TRIGGER meta_no_update; UPDATE meta SET value = '2' WHERE name = 'format'"));
    const before = await readFile(join(folder, 'log.db'));
    for (const open of [openIn, openLogForReading]) {
      await expect(open(folder)).rejects.toMatchObject({ name: 'LogUnusableError', reason: 'newer-format' });
    }
    expect(await readFile(join(folder, 'log.db'))).toEqual(before);
  });

  it('that is another program’s database is left alone', async () => {
    const folder = await freshFolder();
    tamper(folder, (db) => db.exec('CREATE TABLE recipes (name TEXT)'));
    const before = await readFile(join(folder, 'log.db'));
    for (const open of [openIn, openLogForReading]) {
      await expect(open(folder)).rejects.toMatchObject({ name: 'LogUnusableError', reason: 'not-a-log' });
    }
    expect(await readFile(join(folder, 'log.db'))).toEqual(before);
  });

  it('that is no database is left alone', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'log.db'), 'Dear diary, '.repeat(1_000));
    for (const open of [openIn, openLogForReading]) {
      await expect(open(folder)).rejects.toThrow(/log\.db is not a log of Hansard: choose another data folder/);
    }
    expect(await readFile(join(folder, 'log.db'), 'utf8')).toMatch(/^Dear diary, Dear/);
  });

  it('that cannot be opened is named, with what to look at', async () => {
    const folder = await freshFolder();
    await mkdir(join(folder, 'log.db'));
    await writeFile(join(folder, 'file'), '');
    for (const place of [folder, join(folder, 'file'), join(folder, 'file', 'x')]) {
      await expect(openIn(place)).rejects.toMatchObject({
        name: 'LogUnusableError',
        reason: 'no-access',
        message: expect.stringMatching(
          /cannot be written .*: look at the folder's owner, permissions and free space/,
        ) as string,
      });
    }
  });

  it('that could not be opened is not locked', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'log.db'), 'Dear diary, '.repeat(1_000));
    await expect(openIn(folder)).rejects.toThrow('not a log');
    await writeFile(join(folder, 'log.db'), '');
    await appended(await openIn(folder), freshStream(), [event()]);
  });
});

describe('events that were damaged in the file', PATIENCE, () => {
  const good = { data: Buffer.from('{"n":0}'), metadata: Buffer.from(JSON.stringify(metadata)) };
  const cut = Buffer.from('{"text":"hel');
  /** The only one that leaves the JSON around it JSON. */
  const noUtf8 = { ...good, data: Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xff]), Buffer.from('"}')]) };
  const everyDamage: readonly (typeof good)[] = [
    { ...good, data: cut },
    { ...good, data: Buffer.from('') },
    noUtf8,
    { ...good, data: Buffer.from('{"a":1\0}') },
    { ...good, data: Buffer.from('{},{}') },
    { ...good, metadata: Buffer.from('{"version":') },
    { data: cut, metadata: Buffer.from(']') },
  ];

  it.each([
    ['all kinds of them', everyDamage],
    ['bytes that are no UTF-8', [noUtf8]],
  ])('(%s) are given as such, and their neighbours as they are, however they are read', async (_, damages) => {
    /** They are stored in the events at positions 50, 100 and so on. */
    const at = (position: number) => (position % 50 === 0 ? damages[position / 50 - 1] : undefined);
    const folder = await freshFolder();
    const stream = freshStream();
    const given = Array.from({ length: 400 }, () => event({ n: 0 }));
    const store = await openIn(folder);
    await appended(store, stream, given);
    await store.close();
    tamper(folder, (db) => {
      db.exec('DROP TRIGGER events_no_update');
      const update = db.prepare(
        'UPDATE events SET data = CAST(? AS TEXT), metadata = CAST(? AS TEXT) WHERE position = ?',
      );
      for (const [index, { data, metadata: meta }] of damages.entries()) update.run(data, meta, 50 * (index + 1));
    });
    const again = await openIn(folder);
    const following = new Following(again, { after: ORIGIN });
    await following.until(({ caughtUp }) => caughtUp === 1);
    const readings = [
      await logEvents(again.readAll({ after: ORIGIN })),
      await streamEvents(again.readStream(stream)),
      (await streamEvents(again.readStream(stream, { direction: 'backward' }))).toReversed(),
      following.events,
    ];
    const expected = given.map((one, index) => ({
      ...one,
      stream,
      revision: index,
      position: index + 1,
      ...asDamaged(at(index + 1)),
    }));
    for (const events of readings) expect(events).toStrictEqual(expected);
    await following.stop();
  });

  function asDamaged(stored: typeof good | undefined) {
    if (!stored) return {};
    const damagedSha256 = createHash('sha256').update(stored.data).update(stored.metadata).digest('hex');
    return {
      ...(stored.data !== good.data && { data: null }),
      ...(stored.metadata !== good.metadata && { metadata: null }),
      damagedSha256,
    };
  }
});
