/**
 * The embedded log through its port, against the same binding driven raw: 256 concurrent appenders, and the whole log read.
 * `npx tsx bench/log.ts [events to read]`
 */
import { DatabaseSync } from '@photostructure/sqlite';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamName, type EventId, type ProposedEvent } from '../src/domain/kernel/event.js';
import type { EventStore, ExpectedRevision } from '../src/domain/kernel/event-store.js';
import { ORIGIN } from '../src/domain/kernel/position.js';
import { openEmbeddedEventStore } from '../src/store/embedded/log/embedded-event-store.js';
import { startWorker } from '../src/store/embedded/start-worker.js';
import { chatEvent, type RawAppended, type RawAppending } from './support/raw-log-worker.js';

interface Measured {
  readonly rate: number;
  /** CPU microseconds of all threads for each event. */
  readonly cpu: number;
}

const ROUNDS = 5;
const APPENDERS = 256;
const APPENDED = 100 * APPENDERS;
const toRead = Number(process.argv[2] ?? 300_000);

say(`${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1) ?? '?'}, median [min-max] of ${ROUNDS}`);
await compare(`append, ${APPENDERS} appenders`, 0.8, appendThroughPort, appendRaw);
const folder = await freshFolder();
try {
  await rawAppends({ folder, appenders: APPENDERS, events: toRead });
  await compare(
    `read ${toRead} events`,
    0.7,
    () => readThroughPort(folder),
    () => readRaw(folder),
  );
} finally {
  await rm(folder, { recursive: true });
}

async function compare(
  what: string,
  limit: number,
  port: () => Promise<Measured>,
  raw: () => Promise<Measured> | Measured,
): Promise<void> {
  const rounds: (readonly [port: Measured, raw: Measured])[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    // Side by side, in turns, because a machine has moods; the first pair warms up.
    const pair = round % 2 === 0 ? ([await port(), await raw()] as const) : swapped([await raw(), await port()]);
    if (round > 0) rounds.push(pair);
  }
  const ratios = rounds.map(([one, other]) => one.rate / other.rate);
  const verdict = median(ratios) >= limit ? 'ok' : 'BELOW THE LIMIT';
  say(`\n${what}`);
  say(
    row(
      'through the port',
      rounds.map(([one]) => one),
    ),
  );
  say(
    row(
      'raw',
      rounds.map(([, other]) => other),
    ),
  );
  say(`  ratio ${spread(ratios, 2)}, limit ${limit}: ${verdict}`);
}

async function appendThroughPort(): Promise<Measured> {
  const place = await freshFolder();
  const store = await openEmbeddedEventStore({ folder: place });
  const measured = await measure(APPENDED, async () => {
    await Promise.all(Array.from({ length: APPENDERS }, (_, appender) => appendAll(store, appender)));
  });
  await store.close();
  await rm(place, { recursive: true });
  return measured;
}

async function appendAll(store: EventStore, appender: number): Promise<void> {
  const stream = streamName('transcript', String(appender));
  let expected: ExpectedRevision = 'no-stream';
  for (let n = appender; n < APPENDED; n += APPENDERS) {
    const outcome = await store.append(stream, [proposed(n)], expected);
    if (outcome.kind !== 'committed') throw new Error(`the append is ${outcome.kind}`);
    expected = outcome.revision;
  }
}

async function appendRaw(): Promise<Measured> {
  const place = await freshFolder();
  const { seconds, cpuMicros } = await rawAppends({ folder: place, appenders: APPENDERS, events: APPENDED });
  await rm(place, { recursive: true });
  return { rate: APPENDED / seconds, cpu: cpuMicros / APPENDED };
}

async function rawAppends(data: RawAppending): Promise<RawAppended> {
  const worker = startWorker(new URL('./support/raw-log-worker.js', import.meta.url), data);
  const [answer] = (await once(worker, 'message')) as [RawAppended];
  await once(worker, 'exit');
  return answer;
}

async function readThroughPort(place: string): Promise<Measured> {
  const store = await openEmbeddedEventStore({ folder: place });
  let revisions = 0;
  const measured = await measure(toRead, async () => {
    for await (const { events } of store.readAll({ after: ORIGIN })) {
      for (const event of events) revisions += event.revision + 1;
    }
  });
  await store.close();
  check(revisions);
  return measured;
}

/** A thousand rows at a time, as arrays, which is the fastest way to get at them one by one. */
async function readRaw(place: string): Promise<Measured> {
  const db = new DatabaseSync(join(place, 'log.db'), { readOnly: true, returnArrays: true });
  db.exec('PRAGMA cache_size = -65536');
  const rows = db.prepare(
    'SELECT position, name, revision, e.id, type, data, metadata FROM events e JOIN streams s ON s.id = e.stream ' +
      'WHERE position > ? ORDER BY position LIMIT 1000',
  );
  let revisions = 0;
  const measured = await measure(toRead, () => {
    for (let after = 0; after < toRead;) {
      for (const [position, stream, revision, id, type, data, metadata] of rows.all(after) as RawRow[]) {
        const event = { id, type, data: parse(data), metadata: parse(metadata), stream, revision, position };
        revisions += event.revision + 1;
        after = event.position;
      }
    }
    return Promise.resolve();
  });
  db.close();
  check(revisions);
  return measured;
}

type RawRow = readonly [number, string, number, string, string, string, string];

function parse(text: string): unknown {
  return JSON.parse(text);
}

/** Both ways have seen every event. */
function check(revisions: number): void {
  const full = Math.floor(toRead / APPENDERS);
  const expected = (APPENDERS * full * (full + 1)) / 2 + (toRead % APPENDERS) * (full + 1);
  if (revisions !== expected) throw new Error(`${revisions} instead of ${expected}`);
}

async function measure(events: number, act: () => Promise<void>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await act();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { rate: events / seconds, cpu: (user + system) / events };
}

function proposed(n: number): ProposedEvent {
  const event = chatEvent(n);
  return { ...event, id: event.id as EventId };
}

function freshFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'hansard-bench-log-'));
}

function swapped([one, other]: readonly [Measured, Measured]): readonly [Measured, Measured] {
  return [other, one];
}

function row(name: string, all: readonly Measured[]): string {
  const rate = spread(
    all.map((one) => one.rate),
    0,
  );
  return `  ${name.padEnd(18)}${rate.padEnd(26)} events/s   ${spread(
    all.map((one) => one.cpu),
    1,
  )} µs CPU an event`;
}

function spread(numbers: readonly number[], digits: number): string {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)].map((one) => one.toFixed(digits));
  return `${median(numbers).toFixed(digits)} [${least}-${most}]`;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
