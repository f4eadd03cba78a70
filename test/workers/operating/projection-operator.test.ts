import { mkdtemp, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { catalogue } from '../../../src/domain/catalogue/catalogue.js';
import type { EventId, RecordedEvent, StreamName } from '../../../src/domain/kernel/event.js';
import type { ReadAllOptions } from '../../../src/domain/kernel/event-store.js';
import { ORIGIN, type Position } from '../../../src/domain/kernel/position.js';
import type { Decoded } from '../../../src/projections/fold-batch.js';
import { attendance } from '../../../src/projections/attendance.js';
import { messages } from '../../../src/projections/messages.js';
import type { TaskKind } from '../../../src/projections/operating.js';
import { parked } from '../../../src/projections/parked.js';
import type { ReadModels } from '../../../src/projections/read-models.js';
import { openEmbeddedReadModels } from '../../../src/store/embedded/read-models/open-read-models.js';
import { openScratchReadModels } from '../../../src/store/embedded/scratch.js';
import { ProjectionOperator } from '../../../src/workers/operating/projection-operator.js';
import { compareKeys } from '../../../src/workers/operating/rows.js';
import { comparePages } from '../../../src/workers/operating/verify.js';
import { Projector } from '../../../src/workers/projector.js';
import { ADA, seconds } from '../../projections/recorded.js';
import { tablesOf } from '../../projections/projected.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';

const PROJECTIONS = [messages, attendance, parked];
const HOUR = { timeoutMs: 20_000 };

/** A log that tells where reading began. */
class Watched extends InMemoryEventStore {
  readonly began: Position[] = [];
  onRead: (position: Position) => void = () => undefined;

  override async *readAll(options: ReadAllOptions) {
    this.began.push(options.after);
    for await (const batch of super.readAll(options)) {
      yield batch;
      this.onRead(batch.position);
    }
  }
}

describe('the operator of the read models', () => {
  let folder: string;
  let count = 0;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'hansard-operator-'))));
  afterAll(() => rm(folder, { recursive: true }));

  const setUp = async ({ before }: { before?: (models: ReadModels) => Promise<void> } = {}) => {
    const data = join(folder, `${(count += 1)}`);
    const store = new Watched();
    const models = await openEmbeddedReadModels({ folder: data });
    await before?.(models);
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const known: { decode: (event: RecordedEvent) => Decoded } = { decode: catalogue.parse };
    const decode = (event: RecordedEvent) => known.decode(event);
    const on = { projections: PROJECTIONS, store, models, decode, logger, maxEvents: 20 };
    const projector = new Projector({ ...on, clock: { now: () => seconds(0) }, delay: () => Promise.resolve() });
    let ids = 0;
    const operate = () =>
      new ProjectionOperator({
        ...{ ...on, projector, software: '1', inMemory: ['attendance'] },
        openScratch: (name, origin) => openScratchReadModels(data, name, origin),
        now: () => seconds(0),
        newId: () => `task ${(ids += 1)}`,
      });
    const operator = operate();
    onTestFinished(async () => {
      await operator.stop();
      await projector.stop();
      await models.close();
    });
    let events = 0;
    const write = async (stream: string, type: string, eventData: object) => {
      const id = `00000000-0000-4000-8000-${String((events += 1)).padStart(12, '0')}` as EventId;
      const metadata = { version: 1, time: seconds(events), actor: ADA, correlationId: 'c', node: 'n' };
      await store.append(stream as StreamName, [{ id, type, data: eventData, metadata }], 'any');
    };
    const post = (text: string, room = 'r') => write(`transcript-${room}`, 'MessagePosted', { kind: 'normal', text });
    const current = async () =>
      projector.reached(
        PROJECTIONS.map(({ schema }) => schema.name),
        await store.head(),
        HOUR,
      );
    const toEnd = async (name: string, kind: TaskKind, by = operator) => {
      const task = by.start(name, kind);
      await by.ended(task?.id ?? '');
      return by.task(name);
    };
    return { store, models, projector, operator, operate, write, post, current, toEnd, known, logger };
  };

  test('a rebuild makes the same rows again, and what was wrong in them is found before and gone after', async () => {
    const author = { id: 'ghost', name: 'Ghost' };
    const ghost = {
      roomId: 'ghost',
      seq: 0,
      position: 1,
      time: seconds(0),
      kind: 'normal',
      text: 'never said',
      author,
    };
    const { projector, post, write, current, toEnd, models } = await setUp({
      // Somebody wrote into the file: a row too many, and as if event 1 were in it already.
      before: async (given) => {
        const writer = await given.writer(messages.schema);
        const position = 1 as Position;
        await writer.commit([{ table: 'messages', key: ['ghost', 0], row: ghost, position }], position);
      },
    });
    for (let n = 0; n < 1_200; n += 1) await post(`said ${n}`, `r${n % 7}`);
    await write('transcript-r0', 'MessageRedacted', { seq: 3 });
    projector.start();
    await current();
    const found = await toEnd('messages', 'verify');
    expect(found).toMatchObject({ state: 'done', differing: 2 });
    expect(found?.differences).toEqual([
      { table: 'messages', key: ['ghost', 0], kind: 'unexpected' },
      { table: 'messages', key: ['r0', 0], kind: 'missing' },
    ]);
    expect(await toEnd('messages', 'rebuild')).toMatchObject({ state: 'done', rows: 1_201 });
    expect(await toEnd('messages', 'verify')).toMatchObject({ state: 'done', rows: 1_201, differing: 0 });
    expect((await tablesOf(models, messages))['messages']).toHaveLength(1_200);
  });

  test('what is written while it is made again is in it: no row is lost, none is there twice', async () => {
    const { projector, operator, post, current, toEnd, models, logger } = await setUp();
    for (let n = 0; n < 300; n += 1) await post(`before ${n}`);
    projector.start();
    await current();
    const rebuilding = toEnd('messages', 'rebuild');
    let written = 300;
    while (operator.task('messages')?.state !== 'done') {
      await post(`meanwhile ${written}`);
      written += 1;
      await delay(2);
    }
    expect(await rebuilding).toMatchObject({ state: 'done' });
    await post('after');
    await current();
    expect((await tablesOf(models, messages))['messages']).toHaveLength(written + 1);
    expect(await toEnd('messages', 'verify')).toMatchObject({ differing: 0, rows: written + 1 });
    expect(logger.error).not.toHaveBeenCalled();
    expect((await operator.list({ rows: true })).map(({ name, state, rows }) => [name, state, rows])).toEqual([
      ['messages', 'running', written + 1],
      ['attendance', 'running', 0],
      ['parked', 'running', 1], // the last event that it has seen
    ]);
  });

  test('a rebuild that was stopped goes on where it was', async () => {
    const { store, projector, operator, operate, post, current, toEnd } = await setUp();
    for (let n = 0; n < 1_000; n += 1) await post(`${n}`);
    projector.start();
    await current();
    store.onRead = (position) => void (position >= 500 && operator.stop());
    expect(await toEnd('messages', 'rebuild')).toMatchObject({ state: 'stopped' });
    store.onRead = () => undefined;
    store.began.length = 0;
    const again = operate();
    expect(await toEnd('messages', 'rebuild', again)).toMatchObject({ state: 'done', rows: 1_000 });
    // The first look is for what log it is.
    expect(store.began.filter((position) => position > ORIGIN)[0]).toBeGreaterThanOrEqual(480);
    expect(store.began.filter((position) => position === ORIGIN)).toHaveLength(1);
    expect(await toEnd('messages', 'verify', again)).toMatchObject({ differing: 0 });
  });

  test('the same thing asked for twice is one task; another one has to wait', async () => {
    const { projector, operator, post, current } = await setUp();
    await post('x');
    expect(operator.start('messages', 'rebuild')).toBeUndefined(); // nothing is shown yet
    projector.start();
    await current();
    const task = operator.start('messages', 'rebuild');
    expect(operator.start('messages', 'rebuild')?.id).toBe(task?.id);
    expect(operator.start('messages', 'verify')).toBeUndefined();
    await operator.ended(task?.id ?? '');
    expect(operator.start('messages', 'verify')?.id).not.toBe(task?.id);
  });

  test('a projection that a bug had stopped runs again when its rows are made again', async () => {
    const { projector, operator, post, known, current, toEnd, models } = await setUp();
    await post('a');
    projector.start();
    await current();
    const decode = known.decode;
    known.decode = (event) => ({ ...decode(event), ...(event.position === 2 && { data: undefined }) }) as Decoded;
    await post('b');
    await current();
    expect((await operator.list({ rows: false }))[0]).toMatchObject({
      name: 'messages',
      state: 'stopped',
      lagEvents: 1,
    });
    known.decode = decode;
    expect(await toEnd('messages', 'rebuild')).toMatchObject({ state: 'done' });
    await post('c');
    expect(await projector.reached(['messages'], 3 as Position, HOUR)).toBe(true);
    expect((await tablesOf(models, messages))['messages']).toHaveLength(3);
  });

  test('parked events that are known by now fall into their place in the order of the log', async () => {
    const { projector, operator, post, write, known, current, models, toEnd } = await setUp();
    const decode = known.decode;
    known.decode = (event) =>
      event.type === 'MessageEdited' ? { kind: 'parked', event, reason: 'no event type MessageEdited' } : decode(event);
    await post('first');
    await write('transcript-r', 'MessageEdited', { seq: 0, text: 'second' });
    await write('transcript-r', 'Unheard', { text: 'x' });
    await write('transcript-r', 'MessageEdited', { seq: 0, text: 'third' });
    await post('last');
    projector.start();
    await current();
    expect(await operator.parked({ after: ORIGIN, limit: 10 })).toHaveLength(3);
    expect(await operator.retryParked()).toMatchObject({ checked: 3, known: 0, tasks: [] });
    known.decode = decode;
    expect(await operator.parkedEvent(2 as Position)).toMatchObject({
      stream: 'transcript-r',
      revision: 1,
      correlationId: 'c',
      known: true,
      members: { seq: 'number', text: 'string' },
    });
    expect(JSON.stringify(await operator.parkedEvent(2 as Position))).not.toContain('second');
    const { checked, known: knownNow, tasks, restart } = await operator.retryParked();
    expect([checked, knownNow, restart]).toEqual([3, 2, false]);
    expect(tasks.map(({ readModel }) => readModel)).toEqual(['messages', 'parked']);
    for (const { id } of tasks) await operator.ended(id);
    expect(await operator.parked({ after: ORIGIN, limit: 10 })).toMatchObject([{ type: 'Unheard' }]);
    expect((await tablesOf(models, messages))['messages']?.[0]).toMatchObject({ text: 'third', revision: 3 });
    expect(await toEnd('messages', 'verify')).toMatchObject({ differing: 0 });
  });
});

describe('comparing pages of rows', () => {
  test('keys are compared as engines sort: numbers before strings, strings by code point', () => {
    const sorted = [[2], [10], ['10'], ['a'], ['a', 1], ['ￃ'], ['😀']] as const;
    for (const [index, key] of sorted.slice(1).entries()) {
      expect(compareKeys(sorted[index] ?? [], key)).toBeLessThanOrEqual(0);
      expect(compareKeys(key, key)).toBe(0);
    }
  });

  test('a row is missing, unexpected, or differs in its members', () => {
    const live = [{ k: 1, a: 1 }, { k: 2, a: 1, b: [1] }, { k: 3 }];
    const made = [{ k: 0 }, { b: [2], a: 1, k: 2 }, { k: 3 }];
    expect(comparePages('t', ['k'], live, made)).toEqual({
      rows: 3,
      end: undefined,
      differences: [
        { table: 't', key: [1], kind: 'unexpected' },
        { table: 't', key: [2], kind: 'different', members: ['b'] },
        { table: 't', key: [0], kind: 'missing' },
      ],
    });
  });
});
