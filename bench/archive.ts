/**
 * The compliance worker on a real log: 1,000,000 events become one window of each adapter, from sealing to publishing, the
 * check that reads every file again included. Limit: 50,000 events/s per adapter, in memory that does not grow with the
 * window. `npx tsx bench/archive.ts [events]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue, type EventType, type FactOf } from '../src/domain/catalogue/catalogue.js';
import { propose } from '../src/domain/kernel/command.js';
import { streamName, type ProposedEvent, type StreamCategory, type StreamName } from '../src/domain/kernel/event.js';
import type { EventStore } from '../src/domain/kernel/event-store.js';
import { aesSequences } from '../src/projections/aes-sequences.js';
import { envelopes } from '../src/projections/envelope.js';
import { openEmbeddedEventStore } from '../src/store/embedded/log/embedded-event-store.js';
import { systemClock, systemIds } from '../src/system.js';
import { startArchive } from '../src/workers/compliance/archive.js';
import type { AdapterName } from '../src/workers/compliance/dependencies.js';

const LIMIT = 50_000;
const ROUNDS = Number(process.argv[3] ?? 3);
/** Memory is compared with what it was after so many batches of the log: a small part of the window. */
const EARLY_BATCHES = 100;
const ROOMS = 200;
const USERS = 2_000;
const count = Number(process.argv[2] ?? 1_000_000);
const sequences = aesSequences(Buffer.alloc(32, 1));
const folder = await mkdtemp(join(tmpdir(), 'hansard-bench-archive-'));
const store = await openEmbeddedEventStore({ folder: join(folder, 'data') });

try {
  await fill(store, count);
  say(`${count} events in the log, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  for (const adapter of ['jsonl', 'xml'] as const) {
    const rounds: { readonly rate: number; readonly perCpu: number; readonly growth: number }[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) rounds.push(await measure(store, adapter, round));
    const rate = median(rounds.map((one) => one.rate));
    const perCpu = median(rounds.map((one) => one.perCpu));
    const growth = Math.max(...rounds.map((one) => one.growth));
    const verdict = rate >= LIMIT ? 'ok' : 'BELOW THE LIMIT';
    say(
      `${adapter}: ${rate} events/s, ${(rate / LIMIT).toFixed(2)} x limit (${LIMIT}), ${perCpu} events per CPU-second, memory +${growth} MB behind its beginning: ${verdict}`,
    );
  }
} finally {
  await store.close();
  await rm(folder, { recursive: true, force: true });
}

/** One window over the whole log; the first one, so that the worker begins with nothing. */
async function measure(log: EventStore, adapter: AdapterName, round: number) {
  const stream = `${adapter}${round}`;
  let progress = 0;
  let early = 0;
  let peak = 0;
  const archive = startArchive({
    store: underName(log, adapter, stream),
    toEnvelope: envelopes('bench', sequences),
    sequences,
    domain: 'bench',
    adapters: [adapter],
    profile: 'full',
    folder: join(folder, `archive-${round}`),
    stateFolder: join(folder, `state-${round}`),
    intervalMs: 1_000, // the first event is older than that, so the first window is sealed at once
    clock: systemClock,
    ids: systemIds,
    node: 'bench',
    software: 'bench',
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: say },
    step: (step) => {
      if (step === 'rendering') progress += 1;
      const { rss } = process.memoryUsage();
      peak = Math.max(peak, rss);
      if (progress <= EARLY_BATCHES) early = Math.max(early, rss);
    },
  });
  const start = performance.now();
  const cpu = process.cpuUsage();
  await archive.published(adapter, 1);
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await archive.stop();
  await rm(join(folder, `archive-${round}`), { recursive: true });
  return {
    rate: Math.round(count / seconds),
    perCpu: Math.round(count / ((user + system) / 1e6)),
    growth: Math.round((peak - early) / 1e6),
  };
}

/** Every round has an archive stream of its own, or its window would begin where the last one ended. */
function underName(log: EventStore, adapter: AdapterName, name: string): EventStore {
  const own = (stream: StreamName) =>
    stream === streamName('archive', adapter) ? streamName('archive', name) : stream;
  return {
    append: (stream, events, expected) => log.append(own(stream), events, expected),
    readStream: (stream, options) => log.readStream(own(stream), options),
    readAll: (options) => log.readAll(options),
    subscribe: (options) => log.subscribe(options),
    head: () => log.head(),
    close: () => log.close(),
  };
}

/** Half posts, half joins and leaves, all rooms interleaved. */
async function fill(log: EventStore, events: number): Promise<void> {
  const lists = { members: [], managers: [{ user: 'user0' }], presenters: [], invitations: 'inherit' } as const;
  const facts = { description: '', topic: '', privacy: 'open', type: 'normal', categoryId: 'c' } as const;
  for (let room = 0; room < ROOMS; room += 1)
    await write(log, 'room', room, [
      proposed(
        'room',
        room,
        'RoomCreated',
        { name: `Room ${room}`, ...facts, ...lists, members: [], managers: [{ user: 'user0' }], presenters: [] },
        0,
      ),
    ]);
  const batch = 50;
  for (let at = 0; at < events; at += ROOMS * batch * 2) {
    const writes: Promise<void>[] = [];
    for (let room = 0; room < ROOMS; room += 1) {
      const numbers = Array.from({ length: batch }, (_, index) => at + room * batch + index);
      writes.push(
        write(
          log,
          'attendance',
          room,
          numbers.map((n) => attendance(room, n)),
        ),
      );
      writes.push(
        write(
          log,
          'transcript',
          room,
          numbers.map((n) => post(room, n)),
        ),
      );
    }
    await Promise.all(writes);
  }
}

function attendance(room: number, n: number): ProposedEvent {
  return n % 2 === 0
    ? proposed('attendance', room, 'ParticipantJoined', {}, n / 2)
    : proposed('attendance', room, 'ParticipantLeft', { reason: 'parted' }, (n - 1) / 2);
}

function post(room: number, n: number): ProposedEvent {
  const text = `Message ${n}: the quick brown fox & the <lazy> dog, about as long as people write in chat rooms.`;
  return proposed('transcript', room, 'MessagePosted', { kind: 'normal', text }, n);
}

function proposed<Type extends EventType>(
  category: StreamCategory,
  room: number,
  type: Type,
  data: FactOf<Type>['data'],
  n: number,
): ProposedEvent {
  const id = `user${n % USERS}`;
  const actor = { id, name: `User ${n % USERS}`, email: `${id}@example.org`, internal: true };
  const context = { actor, node: 'bench', correlationId: '0123456789abcdef0123456789abcdef' };
  const stamping = { clock: systemClock, ids: systemIds };
  const [event] = propose(nameOf(category, room), [{ type, data }], context, stamping, catalogue.versionOf);
  if (!event) throw new Error('no event');
  return event;
}

async function write(log: EventStore, category: StreamCategory, room: number, events: readonly ProposedEvent[]) {
  const outcome = await log.append(nameOf(category, room), events, 'any');
  if (outcome.kind !== 'committed') throw new Error(`the append is ${outcome.kind}`);
}

function nameOf(category: StreamCategory, room: number): StreamName {
  return streamName(category, room.toString(16).padStart(32, '0'));
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

function say(what: unknown): void {
  process.stdout.write(`${typeof what === 'string' ? what : JSON.stringify(what)}\n`);
}
