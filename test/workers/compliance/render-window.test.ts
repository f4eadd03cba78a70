import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../src/domain/kernel/event.js';
import type { Position } from '../../../src/domain/kernel/position.js';
import { checkWindow } from '../../../src/workers/compliance/check/check-window.js';
import type { Window } from '../../../src/workers/compliance/dependencies.js';
import { foldLog } from '../../../src/workers/compliance/state/fold-log.js';
import { LogState } from '../../../src/workers/compliance/state/log-state.js';
import { readSnapshot, writeSnapshot } from '../../../src/workers/compliance/state/snapshots.js';
import { renderWindow } from '../../../src/workers/compliance/window/render-window.js';
import { windowJson, type WindowJson } from '../../../src/workers/compliance/window/window-json.js';
import { person, Record, toEnvelope } from './support/record.js';
import { anyStory, tellStory } from './support/stories.js';
import { filesBelow, rendered, scratchFolder, wholeLog } from './support/windows.js';

const FORMATS: readonly Partial<Window>[] = [
  { adapter: 'jsonl' },
  { adapter: 'xml', profile: 'full' },
  { adapter: 'xml', profile: 'strict' },
];

async function told(tell: (record: Record) => Promise<void>): Promise<Record> {
  const record = new Record();
  await tell(record);
  return record;
}

async function jsonOf(folder: string): Promise<WindowJson> {
  return windowJson.parse(JSON.parse((await filesBelow(folder)).get('data/window.json') ?? ''));
}

function logOf(record: Record): readonly RecordedEvent[] {
  return 'events' in record.store ? (record.store.events as readonly RecordedEvent[]) : [];
}

describe('a window, whatever happened', () => {
  it.each(FORMATS)('passes its check: $adapter $profile', async (format) => {
    await fc.assert(
      fc.asyncProperty(anyStory, async (story) => {
        const record = await told((one) => tellStory(one, story));
        const window = await wholeLog(record, format);
        const folder = await rendered(record, window, await scratchFolder());
        const { problems } = await checkWindow(folder, basename(folder));
        expect(problems).toStrictEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it.each(FORMATS)('has the same bytes each time: $adapter $profile', async (format) => {
    await fc.assert(
      fc.asyncProperty(anyStory, async (story) => {
        const record = await told((one) => tellStory(one, story));
        const window = await wholeLog(record, format);
        const once = await filesBelow(await rendered(record, window, await scratchFolder()));
        const again = await filesBelow(await rendered(record, window, await scratchFolder()));
        expect(again).toStrictEqual(once);
      }),
      { numRuns: 20 },
    );
  });

  it('has the same bytes whether the state before it comes from the log, from a snapshot, or from the window before', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, fc.nat(), async (story, cut) => {
        const record = await told((one) => tellStory(one, story));
        const whole = await wholeLog(record);
        const middle = whole.to === 0 ? 0 : cut % whole.to;
        const root = await scratchFolder();
        const second = { ...whole, number: 2, from: middle, previousManifestSha256: 'ab'.repeat(32) };
        const fromLog = await filesBelow(await rendered(record, second, `${root}/log`));

        const state = new LogState();
        await renderWindow({ ...whole, to: middle }, `${root}/first`, state, record.rendering);
        state.keep();
        await writeSnapshot(`${root}/snapshot`, 'log', state);
        await renderWindow(second, `${root}/second`, state, record.rendering);
        expect(await filesBelow(`${root}/second`)).toStrictEqual(fromLog);

        const restored = await readSnapshot(`${root}/snapshot`, 'log');
        if (!restored) throw new Error('the snapshot cannot be read');
        expect(restored.position).toBe(middle);
        await renderWindow(second, `${root}/third`, restored, record.rendering);
        expect(await filesBelow(`${root}/third`)).toStrictEqual(fromLog);
      }),
      { numRuns: 25 },
    );
  });

  it('and wherever it is cut: together the windows are the log, each event in one of them', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, fc.array(fc.nat(), { maxLength: 4 }), async (story, cuts) => {
        const record = await told((one) => tellStory(one, story));
        const whole = await wholeLog(record, { adapter: 'jsonl' });
        const ends = [...cuts.map((cut) => cut % (whole.to + 1)), whole.to].sort((one, other) => one - other);
        const root = await scratchFolder();
        let lines = '';
        for (const [index, to] of ends.entries()) {
          const window = { ...whole, number: index + 1, from: ends[index - 1] ?? 0, to };
          lines += (await filesBelow(await rendered(record, window, root))).get('data/events.jsonl') ?? '';
        }
        expect(lines).toBe(
          logOf(record)
            .map((event) => `${JSON.stringify(toEnvelope(event))}\n`)
            .join(''),
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe('a window of jsonl', () => {
  it('leaves out what is about nodes and about the archive itself, and nothing else', async () => {
    const record = await told(async (one) => {
      await one.post('r1', 'kept');
      await one.tellRaw('node-n1', 'NodeStarted', {}, {});
      await one.tellRaw('archive-xml', 'Whatever', {}, {});
      await one.tellRaw('somebody-else', 'Whatever', {}, {});
    });
    const folder = await rendered(record, await wholeLog(record, { adapter: 'jsonl' }), await scratchFolder());
    const lines = (await filesBelow(folder)).get('data/events.jsonl')?.trimEnd().split('\n') ?? [];
    expect(lines.map((line) => (JSON.parse(line) as { stream: string }).stream)).toStrictEqual([
      'transcript-r1',
      'somebody-else',
    ]);
  });
});

describe('events that no schema knows', () => {
  const strange = async (record: Record) => {
    await record.post('r1', 'known');
    await record.tellRaw('transcript-r1', 'MessagePosted', { kind: 'normal', text: 'from the future' }, { version: 2 });
    await record.tellRaw('transcript-r1', 'Unheard', {}, {});
    await record.tellRaw(
      'room-r1',
      'MessagePosted',
      { kind: 'normal', text: 'misplaced' },
      metadata('2026-11-23T14:00:00.000Z'),
    );
    await record.tellRaw(
      'transcript-r1',
      'MessagePosted',
      { kind: 'normal', text: 'no such day' },
      metadata('2026-02-30T14:00:00.000Z'),
    );
    await record.post('r1', 'known again');
  };
  const metadata = (time: string) => ({ version: 1, time, actor: person('ada'), correlationId: 'c', node: 'n' });

  it.each(FORMATS)('are accounted for, each by the hash of its bytes: $adapter $profile', async (format) => {
    const record = await told(strange);
    const folder = await rendered(record, await wholeLog(record, format), await scratchFolder());
    const json = await jsonOf(folder);
    expect(json.events).toBe(6);
    expect(json.totals).toMatchObject({ byType: { MessagePosted: 2 }, unknown: 4, messages: 2 });
    expect(json.unknown.map(({ stream, revision }) => `${stream} ${revision}`)).toStrictEqual([
      'transcript-r1 1',
      'transcript-r1 2',
      'room-r1 0',
      'transcript-r1 3',
    ]);
    expect(new Set(json.unknown.map(({ sha256 }) => sha256)).size).toBe(4);
    expect((await checkWindow(folder, basename(folder))).problems).toStrictEqual([]);
  });

  it('keep the hash that the log gives of bytes that are no JSON', async () => {
    const record = await told((one) => one.post('r1', 'whole'));
    const [whole] = logOf(record);
    const damagedSha256 = 'cd'.repeat(32);
    const damaged = { ...whole, data: null, metadata: null, damagedSha256 } as RecordedEvent;
    const readAll = async function* () {
      await Promise.resolve();
      yield { kind: 'events' as const, events: [damaged], position: 1 as Position };
    };
    const folder = `${await scratchFolder()}/w`;
    await renderWindow(await wholeLog(record, { adapter: 'jsonl' }), folder, new LogState(), {
      ...record.rendering,
      store: { ...record.store, readStream: () => readAll() as never, readAll },
    });
    expect((await jsonOf(folder)).unknown).toMatchObject([{ type: 'MessagePosted', sha256: damagedSha256 }]);
    expect((await filesBelow(folder)).get('data/events.jsonl')).toContain(damagedSha256);
  });
});

describe('the roster', () => {
  it('tells who was in each room before its first event of the window, as they were called when they entered', async () => {
    const record = await told(async (one) => {
      await one.room('r1', 'first');
      await one.join('r1', person('bob', { name: 'Bob', internal: false }));
      await one.join('r1', 'ada');
      await one.join('r1', 'eve');
      await one.leave('r1', 'eve');
      await one.join('r2', 'eve');
    });
    const from = await record.head();
    await record.leave('r1', person('bob', { name: 'Robert' }));
    await record.post('r1', 'alone');
    const window = await wholeLog(record, { number: 2, from, previousManifestSha256: 'ab'.repeat(32) });
    const folder = await rendered(record, window, await scratchFolder());
    const json = await jsonOf(folder);
    expect(
      json.roster.map(({ room, participants }) => [room, participants.map(({ id, name }) => `${id} ${name}`)]),
    ).toStrictEqual([['r1', ['ada ada', 'bob Bob']]]);
    const xml = (await filesBelow(folder)).get('data/conversations.xml') ?? '';
    expect(xml.match(/<h:Present UserName="\w+"/g)).toStrictEqual([
      '<h:Present UserName="ada"',
      '<h:Present UserName="Bob"',
    ]);
  });

  it('has no room for who comes back after a rename of the room, only the name of that time', async () => {
    const record = await told(async (one) => {
      await one.room('r1', 'old');
      await one.tell('room', 'r1', 'RoomRenamed', { name: 'new' });
    });
    const from = await record.head();
    await record.post('r1', 'hello');
    const window = await wholeLog(record, { number: 2, from, previousManifestSha256: 'ab'.repeat(32) });
    const folder = await rendered(record, window, await scratchFolder());
    expect((await jsonOf(folder)).rooms).toMatchObject([{ id: 'r1', name: 'new' }]);
    expect((await filesBelow(folder)).get('data/conversations.xml')).toContain('name="new"');
  });
});

describe('folding the log', () => {
  it('can be taken back to where it was kept', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, fc.nat(), async (story, cut) => {
        const record = await told((one) => tellStory(one, story));
        const events = logOf(record);
        const middle = (events.length === 0 ? 0 : cut % events.length) as Position;
        const [one, other] = [new LogState(), new LogState()];
        await foldLog(one, middle, record.store, undefined);
        await foldLog(other, middle, record.store, undefined);
        for (const event of events.slice(middle)) one.apply(event);
        one.reached(events.length as Position);
        one.takeBack();
        const root = await scratchFolder();
        await writeSnapshot(`${root}/one`, 'log', one);
        await writeSnapshot(`${root}/other`, 'log', other);
        const files = await filesBelow(root);
        expect(files.get('one')).toBe(files.get('other'));
        for (let room = 0; room < 4; room += 1)
          expect([...one.roster(`r${room}`)]).toStrictEqual([...other.roster(`r${room}`)]);
        for (let user = 0; user < 5; user += 1) expect(one.ordinal(`u${user}`)).toBe(other.ordinal(`u${user}`));
      }),
      { numRuns: 25 },
    );
  });

  it('does not trust a snapshot that is damaged, of another log, or of another format', async () => {
    const record = await told((one) => one.post('r1', 'hello'));
    const state = new LogState();
    await foldLog(state, await record.head(), record.store, undefined);
    const root = await scratchFolder();
    await writeSnapshot(`${root}/s`, 'log', state);
    expect(await readSnapshot(`${root}/s`, 'log')).toBeDefined();
    expect(await readSnapshot(`${root}/s`, 'another log')).toBeUndefined();
    expect(await readSnapshot(`${root}/none`, 'log')).toBeUndefined();
    const { writeFile } = await import('node:fs/promises');
    const text = (await filesBelow(root)).get('s') ?? '';
    for (const wrong of [
      text.replace('"format":1', '"format":0'),
      text.replace('ada', 'eve'),
      text.slice(0, -10),
      '',
    ]) {
      await writeFile(`${root}/s`, wrong);
      expect(await readSnapshot(`${root}/s`, 'log')).toBeUndefined();
    }
  });
});
