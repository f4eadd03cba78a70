/**
 * Memory of a reader who waits: what the server's process grows by for each open stream, against a bare Node server that
 * holds the same connections. `npx tsx bench/idle-readers.ts [readers]`, by default 5000.
 * Fails when the median of five is more than 12 KB above the bare one's.
 */
import { median, ReadersProcess, ServerProcess, type Usage } from './support/children.js';

const ROUNDS = 5;
const LIMIT_KB = 12;
/** They come and go before the measurement, so that what is made once for all is not counted. */
const WARM_UP = 200;

interface PerReader {
  readonly resident: number;
  readonly heap: number;
}

/** Every round has a process of its own: memory that was once taken is seldom given back. */
async function kilobytesPerReader(kind: 'bare' | 'hansard', count: number): Promise<PerReader> {
  const server = await ServerProcess.start(kind, count + WARM_UP);
  const warmUp = new ReadersProcess();
  await warmUp.open(server.port, WARM_UP);
  await warmUp.stop();
  const before = await settled(server);
  const readers = new ReadersProcess();
  await readers.open(server.port, count);
  const after = await settled(server);
  await Promise.all([readers.stop(), server.stop()]);
  const each = (of: (usage: Usage) => number) => (of(after) - of(before)) / 1_024 / count;
  return { resident: each(({ resident }) => resident), heap: each(({ heap }) => heap) };
}

/** Collections end when they bring nothing more. */
async function settled(server: ServerProcess): Promise<Usage> {
  let last = await server.usage(true);
  for (;;) {
    const next = await server.usage(true);
    if (next.heap >= last.heap * 0.999) return next;
    last = next;
  }
}

const count = Number(process.argv[2] ?? 5_000);
const bare: PerReader[] = [];
const hansard: PerReader[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  bare.push(await kilobytesPerReader('bare', count));
  hansard.push(await kilobytesPerReader('hansard', count));
}
const of = (all: readonly PerReader[], pick: (one: PerReader) => number) => median(all.map(pick));
const over = of(hansard, ({ resident }) => resident) - of(bare, ({ resident }) => resident);
console.log(`${count} idle readers, KB each, median of ${ROUNDS}:`);
for (const [name, all] of [
  ['bare Node', bare],
  ['Hansard', hansard],
] as const) {
  console.log(
    `  ${name}: ${of(all, ({ resident }) => resident).toFixed(1)}, of it objects ${of(all, ({ heap }) => heap).toFixed(1)}`,
  );
}
console.log(`  over bare Node: ${over.toFixed(1)} (limit ${LIMIT_KB})`);
if (over > LIMIT_KB) process.exitCode = 1;
