import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { catalogue } from '../../src/domain/catalogue/catalogue.js';
import type { Position } from '../../src/domain/kernel/position.js';
import { attendance } from '../../src/projections/attendance.js';
import { messages } from '../../src/projections/messages.js';
import { parked } from '../../src/projections/parked.js';
import type { Projection } from '../../src/projections/projection.js';
import type { ReadModels } from '../../src/projections/read-models.js';
import { Projector, type ProjectorOptions, type ReadModelStatus } from '../../src/workers/projector.js';
import { openReadModels, tablesOf } from '../projections/projected.js';
import { Log, seconds } from '../projections/recorded.js';
import { ScriptedStore } from './scripted-store.js';

const soon = { timeoutMs: 15_000 };
const NOW = seconds(1000);
let tests = 0;

/** Under a name of its own, so that tests can share one engine. */
function renamed(projection: Projection, name: string): Projection {
  return { ...projection, schema: { ...projection.schema, name: `${projection.schema.name}${name}` } };
}

function namesOf(of: Readonly<Record<string, Projection>>): string[] {
  return Object.values(of).map(({ schema }) => schema.name);
}

function logger() {
  return { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
}

describe('the projector', () => {
  const models = openReadModels();

  /** A log of posts and joins, and a projector of its messages and attendance, on its own tables. */
  const setUp = (options: Partial<ProjectorOptions> & { readonly posts?: number } = {}) => {
    tests += 1;
    const log = new Log();
    const post = (text = 'x') => log.append('transcript-r', { type: 'MessagePosted', data: { kind: 'normal', text } });
    for (let n = 0; n < (options.posts ?? 25); n += 1) post(`${n}`);
    log.append('attendance-r', { type: 'ParticipantJoined', data: {} });
    const store = new ScriptedStore(log.events);
    const of = { messages: renamed(messages, `${tests}`), attendance: renamed(attendance, `${tests}`) };
    const logged = logger();
    const build = (more: Partial<ProjectorOptions> = {}) => {
      const projector = new Projector({
        store,
        models: models(),
        decode: catalogue.decode,
        clock: { now: () => NOW },
        delay: () => Promise.resolve(),
        maxEvents: 100,
        projections: [of.messages, of.attendance],
        logger: logged,
        ...options,
        ...more,
      });
      onTestFinished(() => projector.stop());
      return projector;
    };
    return { log, post, store, of, build, logged, head: () => log.events.length as Position };
  };

  const statusOf = (projector: Projector, { schema }: Projection, head: Position): ReadModelStatus => {
    const found = projector.status(head).find(({ name }) => name === schema.name);
    if (!found) throw new Error(`no status of ${schema.name}`);
    return found;
  };

  test('brings every read model to the head of the log and says when', async () => {
    const { build, of, head } = setUp();
    const projector = build();
    const waiting = projector.reached(namesOf(of), head(), soon);
    projector.start();
    expect(await waiting).toBe(true);
    expect((await tablesOf(models(), of.messages))['messages']).toHaveLength(25);
    expect((await tablesOf(models(), of.attendance))['people']).toHaveLength(1);
    expect(projector.status(head())).toMatchObject([
      { state: 'running', position: 26, lagPositions: 0, lagSeconds: 0, secondsSinceEvent: 976, problem: undefined },
      { state: 'running', position: 26, lagPositions: 0, lagSeconds: 0, secondsSinceEvent: 975, problem: undefined },
    ]);
  });

  test('a position is reached only when every read model shows it, also those that it does not concern', async () => {
    const { build, post, store, of, head } = setUp();
    const projector = build();
    projector.start();
    expect(await projector.reached(namesOf(of), head(), soon)).toBe(true);
    post('late');
    const waiting = projector.reached(namesOf(of), head(), soon);
    store.tell();
    expect(await waiting).toBe(true);
    expect(await models().checkpoint(of.messages.schema.name)).toBe(head());
    expect(await models().checkpoint(of.attendance.schema.name)).toBe(head());
    expect(await projector.reached(namesOf(of), head(), { timeoutMs: 0 })).toBe(true);
  });

  test('waiting ends with false after its time, when its signal says so, and when the projector stops', async () => {
    const { build, of, head } = setUp();
    const projector = build();
    projector.start();
    await projector.reached(namesOf(of), head(), soon);
    const future = 1000 as Position;
    const leaving = new AbortController();
    const [left, ended] = [
      projector.reached(namesOf(of), future, { ...soon, signal: leaving.signal }),
      projector.reached(namesOf(of), future, soon),
    ];
    expect(await projector.reached(namesOf(of), future, { timeoutMs: 1 })).toBe(false);
    leaving.abort();
    expect(await left).toBe(false);
    expect(await projector.reached(namesOf(of), future, { ...soon, signal: leaving.signal })).toBe(false);
    await Promise.all([projector.stop(), projector.stop()]);
    expect(await ended).toBe(false);
    expect(await projector.reached(namesOf(of), future, soon)).toBe(false);
  });

  test('goes on behind its checkpoint when it is started again', async () => {
    const { build, post, store, of, head } = setUp();
    const first = build();
    first.start();
    await first.reached(namesOf(of), head(), soon);
    await first.stop();
    const before = store.given;
    post('after');
    const second = build();
    second.start();
    expect(await second.reached(namesOf(of), head(), soon)).toBe(true);
    expect(store.given - before).toBe(1);
    expect((await tablesOf(models(), of.messages))['messages']).toHaveLength(26);
  });

  test('takes what waits into one transaction when it is behind', async () => {
    const { build, head, of } = setUp({ posts: 400 });
    const commits = new Map<string, number>();
    const projector = build({ models: counting(models(), commits), maxEvents: 1000 });
    projector.start();
    expect(await projector.reached(namesOf(of), head(), soon)).toBe(true);
    expect(commits.get(of.messages.schema.name)).toBeLessThan(20); // of 41 batches
    expect((await tablesOf(models(), of.messages))['messages']).toHaveLength(400);
  });

  test('a lost connection is tried again from the checkpoint, and nothing is doubled or missed', async () => {
    const delays: number[] = [];
    const { build, store, of, head, logged } = setUp({
      delay: (ms) => {
        delays.push(ms);
        return Promise.resolve();
      },
    });
    store.breakAt = 20 as Position;
    const projector = build();
    projector.start();
    expect(await projector.reached(namesOf(of), head(), soon)).toBe(true);
    expect(delays).toEqual([100]);
    expect(store.subscriptions).toBe(3);
    expect(logged.warn).toHaveBeenCalledWith(
      expect.objectContaining({ message: 'connection lost', retryMs: 100 }),
      'projection failed and is tried again',
    );
    expect((await tablesOf(models(), of.messages))['messages']).toHaveLength(25);
    expect(projector.status(head()).map(({ problem }) => problem)).toEqual([undefined, undefined]);
  });

  test('commits that fail are tried again, later each time, up to ten seconds', async () => {
    const delays: number[] = [];
    const { build, of, head } = setUp({
      delay: (ms) => {
        delays.push(ms);
        return Promise.resolve();
      },
    });
    const projector = build({ models: failing(models(), 18) });
    projector.start();
    expect(await projector.reached(namesOf(of), head(), soon)).toBe(true);
    const [longest, total] = [Math.max(...delays), delays.length];
    expect({ longest, total }).toEqual({ longest: 10_000, total: 18 });
  });

  test('a bug stops its projection before the event that shows it, and no other', async () => {
    const { of, build, head, logged, post, store } = setUp();
    const poisoned: Projection = {
      ...of.messages,
      changes(event) {
        if (event.type === 'MessagePosted' && event.data.text === 'poison') throw new Error('a bug');
        return of.messages.changes(event);
      },
    };
    const projector = build({ projections: [poisoned, of.attendance] });
    projector.start();
    expect(await projector.reached(namesOf(of), head(), soon)).toBe(true);
    post('poison');
    const waiting = projector.reached(namesOf(of), head(), soon);
    store.tell();
    expect(await waiting).toBe(false);
    const facts = { stream: 'transcript-r', revision: 25, position: 27 };
    expect(logged.error).toHaveBeenCalledWith(expect.objectContaining(facts), 'projection is stopped by a bug');
    post('behind it');
    store.tell();
    await vi.waitFor(() => expect(statusOf(projector, of.attendance, head()).position).toBe(28));
    const stopped = { state: 'stopped', problem: facts, position: 26, lagPositions: 2, lagSeconds: 974 };
    expect(statusOf(projector, of.messages, head())).toMatchObject(stopped);
    expect((await tablesOf(models(), of.messages))['messages']).toHaveLength(25);
    // What it shows already can still be waited for; what it will never show is known at once.
    expect(await projector.reached(namesOf(of), 26 as Position, soon)).toBe(true);
    expect(await projector.reached(namesOf(of), 27 as Position, soon)).toBe(false);
    expect(await projector.reached([of.attendance.schema.name], head(), soon)).toBe(true);
  });

  test('a row that is no row is a bug, not something to try again for ever', async () => {
    const { of, build, head } = setUp();
    const change = { table: 'messages', key: ['only half a key'], fold: () => ({}), creates: true } as const;
    const projector = build({ projections: [{ ...of.messages, changes: () => [change] }] });
    projector.start();
    expect(await projector.reached([of.messages.schema.name], head(), soon)).toBe(false);
    expect(projector.status(head())).toMatchObject([{ state: 'stopped' }]);
  });

  test('a newer version fills beside the old one, which answers until the newer one has caught up', async () => {
    const { of, build, head, store, post } = setUp();
    const old = build();
    old.start();
    await old.reached(namesOf(of), head(), soon);
    await old.stop();
    const newer: Projection = {
      ...of.messages,
      schema: { ...of.messages.schema, version: of.messages.schema.version + 1 },
    };
    store.breakAt = 15 as Position;
    let goOn: () => void = () => undefined;
    const delay = () => new Promise<void>((resolve) => (goOn = resolve));
    const projector = build({ projections: [newer, of.attendance], delay });
    projector.start();
    await vi.waitFor(() => expect(statusOf(projector, newer, head()).problem).toBeDefined());
    expect((await tablesOf(models(), of.messages))['messages']).toHaveLength(25);
    expect(await projector.reached(namesOf(of), 5 as Position, { timeoutMs: 1 })).toBe(false);
    post('new');
    store.tell();
    goOn();
    expect(await projector.reached(namesOf(of), head(), soon)).toBe(true);
    expect((await tablesOf(models(), newer))['messages']).toHaveLength(26);
  });

  test('read models that are ahead of a log that was put back are made again', async () => {
    const { of, build, head, logged, log } = setUp();
    const first = build();
    first.start();
    await first.reached(namesOf(of), head(), soon);
    await first.stop();
    const store = new ScriptedStore(log.events.slice(0, 8));
    const projector = build({ store });
    projector.start();
    expect(await projector.reached(namesOf(of), 8 as Position, soon)).toBe(true);
    expect((await tablesOf(models(), of.messages))['messages']).toHaveLength(8);
    expect((await tablesOf(models(), of.attendance))['people']).toEqual([]);
    expect(logged.error).toHaveBeenCalledTimes(2);
  });

  test('a rebuild that takes the place of the live rows is gone on with', async () => {
    const { of, build, head, post, store } = setUp();
    const projector = build();
    projector.start();
    await projector.reached(namesOf(of), head(), soon);
    await (await models().rebuild(of.messages.schema)).promote();
    post('later');
    store.tell();
    expect(await projector.reached(namesOf(of), head(), soon)).toBe(true);
    expect((await tablesOf(models(), of.messages))['messages']).toHaveLength(26);
  });

  test('a parked event is passed over, counted by each and reported once, by the one that lists them', async () => {
    const { of, build, head, log, logged } = setUp();
    log.raw('transcript-r', 'MessagePosted', { kind: 'loud' }, null);
    log.append('transcript-r', { type: 'MessagePosted', data: { kind: 'normal', text: 'behind it' } });
    const list = renamed(parked, `${tests}`);
    const projector = build({ projections: [of.messages, list] });
    projector.start();
    expect(await projector.reached([of.messages.schema.name, list.schema.name], head(), soon)).toBe(true);
    expect((await tablesOf(models(), of.messages))['messages']).toHaveLength(26);
    expect((await tablesOf(models(), list))['parked']).toMatchObject([
      { position: 27, stream: 'transcript-r', revision: 25 },
    ]);
    expect(projector.status(head()).map(({ parked: count }) => count)).toEqual([1, 1]);
    expect(logged.warn.mock.calls).toEqual([[expect.objectContaining({ position: 27 }), 'event is parked']]);
  });

  test('stopping before it was started, or while it waits to try again, ends at once', async () => {
    const { build, store } = setUp();
    await build().stop();
    store.breakAt = 1 as Position;
    const projector = build({
      delay: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    });
    projector.start();
    await vi.waitFor(() => expect(projector.status(0 as Position).some(({ problem }) => problem)).toBe(true));
    await projector.stop();
  });
});

/** Counts commits by read model. */
function counting(models: ReadModels, commits: Map<string, number>): ReadModels {
  return committing(models, (name) => {
    commits.set(name, (commits.get(name) ?? 0) + 1);
  });
}

/** So many commits fail, as on a full disk. */
function failing(models: ReadModels, times: number): ReadModels {
  let left = times;
  return committing(models, () => {
    if (left === 0) return;
    left -= 1;
    throw new Error('database or disk is full');
  });
}

function committing(models: ReadModels, before: (readModel: string) => void): ReadModels {
  return {
    rebuild: (schema) => models.rebuild(schema),
    checkpoint: (readModel) => models.checkpoint(readModel),
    get: (...place) => models.get(...place),
    scan: (...place) => models.scan(...place),
    search: (...place) => models.search(...place),
    close: () => models.close(),
    async writer(schema) {
      const writer = await models.writer(schema);
      return {
        schema,
        checkpoint: () => writer.checkpoint(),
        load: (...keys) => writer.load(...keys),
        promote: () => writer.promote(),
        async commit(...batch) {
          before(schema.name);
          await writer.commit(...batch);
        },
      };
    },
  };
}
