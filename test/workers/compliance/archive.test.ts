import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { idOf, type RecordedEvent } from '../../../src/domain/kernel/event.js';
import { windows as windowsProjection, type WindowRow } from '../../../src/projections/windows.js';
import { catalogue } from '../../../src/domain/catalogue/catalogue.js';
import { isParked } from '../../../src/domain/kernel/catalogue.js';
import type { EventStore } from '../../../src/domain/kernel/event-store.js';
import type { Position } from '../../../src/domain/kernel/position.js';
import { windowFolder, windowView } from '../../../src/projections/window-view.js';
import { ArchiveBlockedError } from '../../../src/workers/compliance/blocked.js';
import { verifyArchive } from '../../../src/workers/compliance/check/verify-archive.js';
import { windowJson } from '../../../src/workers/compliance/window/window-json.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { until } from '../../support/until.js';
import { everything, Record, sequences, toEnvelope } from './support/record.js';
import { filesBelow, scratchFolder } from './support/windows.js';
import { cut, cutting, NEVER_MS, Notes, work } from './support/worker.js';

const MINUTE = 60_000;

async function visible(root: string, adapter: string): Promise<readonly string[]> {
  const names = await readdir(`${root}/archive/${adapter}`).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort();
}

async function archivedEvents(root: string): Promise<string> {
  const names = await visible(root, 'jsonl');
  const texts = await Promise.all(
    names.map((name) => readFile(`${root}/archive/jsonl/${name}/data/events.jsonl`, 'utf8')),
  );
  return texts.join('');
}

function events(record: Record): readonly RecordedEvent[] {
  if (!(record.store instanceof InMemoryEventStore)) throw new Error('another store');
  return record.store.events;
}

function logLines(record: Record): string {
  const archived = events(record).filter(({ stream }) => !/^(archive|node)-/.test(stream));
  return archived.map((event) => `${JSON.stringify(toEnvelope(event))}\n`).join('');
}

function facts(record: Record, adapter: string): readonly string[] {
  return events(record)
    .filter(({ stream }) => stream === `archive-${adapter}`)
    .map(({ type, data }) => `${type} ${(data as { number: number }).number}`);
}

function facade(store: EventStore): EventStore {
  return {
    append: (stream, proposed, expected) => store.append(stream, proposed, expected),
    readStream: (stream, options) => store.readStream(stream, options),
    readAll: (options) => store.readAll(options),
    subscribe: (options) => store.subscribe(options),
    head: () => store.head(),
    close: () => store.close(),
  };
}

describe('the compliance worker', () => {
  it('puts every event into exactly one window, whenever it is cut', async () => {
    const root = await scratchFolder();
    const record = new Record();
    const archive = work(record, root);
    await everything(record);
    for (let n = 0; n < 5; n += 1) {
      await record.post('r1', `post ${n}`);
      await cut(archive, 'jsonl');
      await cut(archive, n % 2 === 0 ? 'xml' : 'jsonl');
    }
    expect(await archivedEvents(root)).toBe(logLines(record));
    expect(await verifyArchive(`${root}/archive`, { against: record.rendering })).toMatchObject({ ok: true });
  });

  it('seals, publishes and tells: one fact each, and the window lists as it is on disk', async () => {
    const root = await scratchFolder();
    const record = new Record();
    await everything(record);
    const archive = work(record, root);
    const sealed = await archive.cut('jsonl', cutting);
    expect(sealed?.window).toMatchObject({ adapter: 'jsonl', number: 1, from: 0, to: 18, events: 18, state: 'sealed' });
    expect(sealed?.position).toBe(19);
    await archive.published('jsonl', 1);
    expect(facts(record, 'jsonl')).toStrictEqual(['WindowSealed 1', 'WindowPublished 1']);
    expect(events(record)[18]?.metadata).toMatchObject({ actor: { id: 'officer' } });
    expect(events(record)[19]?.metadata).toMatchObject({ actor: { id: 'system', name: 'Hansard' } });

    let row: WindowRow | undefined;
    for (const event of events(record).map((one) => catalogue.decode(one))) {
      if (isParked(event) || idOf(event.stream) !== 'jsonl') continue;
      for (const { fold } of windowsProjection.changes(event)) row = fold(row) as WindowRow | undefined;
    }
    if (!row) throw new Error('no row');
    const listed = windowView(row, sequences);
    const json: unknown = JSON.parse(await readFile(`${root}/archive/${listed.folder}/data/window.json`, 'utf8'));
    const { adapter, number, from, to, fromTime, toTime, events: count } = windowJson.parse(json);
    expect({
      adapter,
      number,
      from,
      to,
      fromTime,
      toTime,
      events: count,
      state: 'published',
      folder: windowFolder(row),
    }).toStrictEqual(listed);
  });

  it('closes a window each interval by itself, also when nothing happens', async () => {
    const root = await scratchFolder();
    const record = new Record();
    const archive = work(record, root, { intervalMs: 20, clock: { now: () => new Date().toISOString() } });
    await Promise.all([archive.published('xml', 3), archive.published('jsonl', 3)]);
    await archive.stop();
    expect(archive.state().map(({ state }) => state)).toStrictEqual(['stopped', 'stopped']);
    expect((await visible(root, 'xml')).length).toBeGreaterThanOrEqual(3);
    expect(await verifyArchive(`${root}/archive`)).toMatchObject({ ok: true });
  });

  it('counts the interval from the last seal, also over a restart', async () => {
    const root = await scratchFolder();
    const record = new Record();
    const first = work(record, root, { adapters: ['xml'], intervalMs: 15 * MINUTE });
    await cut(first, 'xml');
    const [{ openSince } = { openSince: '' }] = first.state();
    await first.stop();

    record.clock.pass(14 * MINUTE);
    const early = work(record, root, { adapters: ['xml'], intervalMs: 15 * MINUTE });
    await until(() => early.state()[0]?.openSince === openSince, 'the open window to be known');
    await early.stop();
    expect(facts(record, 'xml')).toStrictEqual(['WindowSealed 1', 'WindowPublished 1']);

    record.clock.pass(MINUTE);
    const late = work(record, root, { adapters: ['xml'], intervalMs: 15 * MINUTE });
    await late.published('xml', 2);
  });

  it('begins the first window with the log', async () => {
    const root = await scratchFolder();
    const record = new Record();
    await record.post('r1', 'before the archive was switched on');
    const began = record.clock.now();
    record.clock.pass(MINUTE);
    await cut(work(record, root, { adapters: ['xml'] }), 'xml');
    expect((await visible(root, 'xml'))[0]).toContain(`_${began.replace(/[-:.]/g, '')}_`);
  });

  it('serves any number of cuts at once, each with a window of its own', async () => {
    const root = await scratchFolder();
    const record = new Record();
    const archive = work(record, root);
    await record.post('r1', 'one');
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, n) => archive.cut(n % 2 === 0 ? 'xml' : 'jsonl', cutting)),
    );
    const numbers = all.map((one) => `${one?.window.adapter ?? ''} ${one?.window.number ?? 0}`);
    expect(numbers).toStrictEqual(['xml 1', 'jsonl 1', 'xml 2', 'jsonl 2', 'xml 3', 'jsonl 3']);
    expect(await archive.cut('eml', cutting)).toBeUndefined();
  });

  it('refuses cuts once it stops', async () => {
    const archive = work(new Record(), await scratchFolder());
    await archive.stop();
    await archive.stop();
    await expect(archive.cut('xml', cutting)).rejects.toThrow(ArchiveBlockedError);
  });

  it('shares its work with a second worker: no window is missing, none is there twice', async () => {
    const root = await scratchFolder();
    const record = new Record();
    const clock = { now: () => new Date().toISOString() };
    const both = ['n1', 'n2'].map((node) =>
      work(record, root, { node, stateFolder: `${root}/state-${node}`, intervalMs: 50, clock }),
    );
    for (let n = 0; n < 6; n += 1) {
      await record.post('r1', `post ${n}`);
      await Promise.all(both.map((one) => one.cut('jsonl', cutting)));
    }
    await Promise.all(both.map((one) => one.published('xml', 4)));
    await Promise.all(both.map((one) => one.stop()));
    expect(both.flatMap((one) => one.state().map(({ message }) => message))).toStrictEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const { ok, problems } = await verifyArchive(`${root}/archive`, { against: record.rendering });
    expect(problems).toStrictEqual([]);
    expect(ok).toBe(true);
    const sealed = facts(record, 'jsonl').filter((fact) => fact.startsWith('WindowSealed'));
    expect(new Set(sealed).size).toBe(sealed.length);
  }, 60_000);

  it('goes on with the state of its snapshot, and without one', async () => {
    const root = await scratchFolder();
    const record = new Record();
    for (let n = 0; n < 5_100; n += 1) await record.join('r1', `user${n}`);
    const first = work(record, root);
    await cut(first, 'xml');
    await first.stop();
    const snapshot = await readFile(`${root}/state/xml.snapshot`, 'utf8');
    const texts: string[] = [];
    for (const content of [snapshot, snapshot.replace('user17', 'user18'), undefined]) {
      if (content === undefined) await rm(`${root}/state`, { recursive: true });
      else await writeFile(`${root}/state/xml.snapshot`, content);
      await record.post('r1', 'with a roster', 'user17');
      const next = work(record, root, { adapters: ['xml'] });
      await cut(next, 'xml');
      await next.stop();
      const name = (await visible(root, 'xml')).at(-1) ?? '';
      texts.push((await filesBelow(`${root}/archive/xml/${name}`)).get('data/conversations.xml') ?? '');
    }
    for (const text of texts) {
      expect(text.match(/<h:Present /g)).toHaveLength(5_100);
      expect(text).toContain('<Sender UserName="user17" id="18"');
    }
    expect(await verifyArchive(`${root}/archive`, { against: record.rendering })).toMatchObject({ ok: true });
  }, 60_000);
});

describe('an export folder that fails', () => {
  it('blocks with a sentence, said once, and goes on without a gap when it is mended', async () => {
    const root = await scratchFolder();
    const record = new Record();
    const logger = new Notes();
    const archive = work(record, root, { adapters: ['jsonl'], logger });
    await record.post('r1', 'one');
    await cut(archive, 'jsonl');
    await rename(`${root}/archive`, `${root}/away`);
    await record.post('r1', 'two');
    await archive.cut('jsonl', cutting); // sealing needs the log alone
    const state = await until(
      () => archive.state().find((one) => one.state === 'blocked'),
      'the adapter to be blocked',
    );
    expect(state.message).toMatch(
      /^The jsonl archive is blocked: .*\/archive\/jsonl is missing or no folder\. Nothing is lost/,
    );
    await expect(archive.cut('jsonl', cutting)).rejects.toThrow(ArchiveBlockedError);
    await record.post('r1', 'three');
    await until(() => logger.of('error').length > 0, 'the error to be logged');
    await expect(archive.cut('jsonl', cutting)).rejects.toThrow('missing or no folder');
    expect(logger.of('error')).toHaveLength(1);
    expect(await readdir(root)).not.toContain('archive'); // a share that is not mounted is not papered over

    await rename(`${root}/away`, `${root}/archive`);
    await archive.published('jsonl', 2);
    await until(() => archive.state()[0]?.state === 'running', 'the adapter to run');
    expect(archive.state()[0]).not.toHaveProperty('message');
    expect(logger.of('info')).toContain('info: the archive goes on');
    await cut(archive, 'jsonl');
    expect(await archivedEvents(root)).toBe(logLines(record));
    expect(await verifyArchive(`${root}/archive`, { against: record.rendering })).toMatchObject({ ok: true });
  });

  it('is said of a file where the folder should be', async () => {
    const root = await scratchFolder();
    await writeFile(`${root}/archive`, '');
    const archive = work(new Record(), root, {
      adapters: ['xml'],
      intervalMs: 1,
      clock: { now: () => new Date().toISOString() },
    });
    await until(() => archive.state()[0]?.state === 'blocked', 'the adapter to be blocked');
    expect(archive.state()[0]?.message).toContain('missing or no folder');
    await rm(`${root}/archive`);
    await archive.published('xml', 1);
  });

  it('never lets a foreign folder pass for a window, nor writes into it', async () => {
    const root = await scratchFolder();
    const record = new Record();
    await record.post('r1', 'one');
    const began = record.clock.now().replace(/[-:.]/g, '');
    const place = `${root}/archive/jsonl/0000000001_${began}_${began}`;
    await mkdir(place, { recursive: true });
    await writeFile(`${place}/something`, 'else');
    const archive = work(record, root, { adapters: ['jsonl'] });
    await archive.cut('jsonl', cutting);
    await until(() => archive.state()[0]?.state === 'blocked', 'the adapter to be blocked');
    expect(archive.state()[0]?.message).toContain('is there already');
    expect(await readdir(place)).toStrictEqual(['something']);
    await archive.stop();
    expect((await readdir(`${root}/archive/jsonl`)).filter((name) => name !== '.log')).toHaveLength(1); // nothing half made stays behind
    await rename(place, `${root}/moved`);
    await work(record, root, { adapters: ['jsonl'] }).published('jsonl', 1);
  });

  it('clears away what a crash left behind, but not what another node is rendering', async () => {
    const root = await scratchFolder();
    const record = new Record();
    const times = '20261123T140000000Z_20261123T140000000Z';
    const [own, others, stale] = [`.0000000001_${times}.n1`, `.0000000002_${times}.n2`, `.0000000001_${times}.n3`];
    for (const name of [own, others, stale]) await mkdir(`${root}/archive/xml/${name}/data`, { recursive: true });
    const archive = work(record, root, { adapters: ['xml'] });
    await cut(archive, 'xml');
    expect(await readdir(`${root}/archive/xml`)).not.toContain(own);
    await cut(archive, 'xml');
    const hidden = (await readdir(`${root}/archive/xml`)).filter((name) => /^\.\d/.test(name));
    expect(hidden).toStrictEqual([others]);
  });

  it('says so when the log went back behind the windows that were cut from it', async () => {
    const root = await scratchFolder();
    const record = new Record();
    const heads = [2, 1];
    const archive = work(record, root, {
      adapters: ['xml'],
      store: { ...facade(record.store), head: () => Promise.resolve((heads.shift() ?? 0) as Position) },
    });
    await record.post('r1', 'one');
    await record.post('r1', 'two');
    await cut(archive, 'xml');
    await expect(archive.cut('xml', cutting)).rejects.toThrow('before the windows that were cut from it');
  });
});

describe('a log with a gap in it', () => {
  it('is archived with the gap said aloud', async () => {
    const root = await scratchFolder();
    const record = new Record();
    for (const text of ['one', 'two', 'three']) await record.post('r1', text);
    (events(record) as RecordedEvent[]).splice(1, 1);
    const logger = new Notes();
    await cut(work(record, root, { adapters: ['jsonl'], logger }), 'jsonl');
    expect(logger.of('error')).toStrictEqual(['error: events are missing in the log']);
    const { problems } = await verifyArchive(`${root}/archive`);
    expect(new Set(problems.map(({ code }) => code))).toStrictEqual(new Set(['stream-gap']));
  });
});

it('rests for longer than a timer can', async () => {
  const archive = work(new Record(), await scratchFolder(), { adapters: ['xml'], intervalMs: NEVER_MS });
  await until(() => archive.state()[0]?.state === 'running', 'the worker to run');
  await archive.stop();
  expect(archive.state()[0]?.position).toBe(0);
});
