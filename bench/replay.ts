/**
 * `hansard replay --url` of a long log, from one process to another over HTTP, against reading the same log raw, by turns.
 * `npm run build && npx tsx bench/replay.ts [events] [rounds]`
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { serverLog } from '../src/cli/log/server-log.js';
import { Program } from '../test/support/program.js';
import { median } from './support/children.js';
import { fill } from './support/fill.js';
import { readRaw } from './support/read-log.js';

const LIMIT = 0.5;
const ROOMS = 50;
const events = Number(process.argv[2] ?? 500_000);
const rounds = Number(process.argv[3] ?? 3);
const program = await Program.create();

try {
  await mkdir(program.data, { recursive: true });
  const rooms = Array.from({ length: ROOMS }, () => randomBytes(16).toString('hex'));
  const authors = Array.from({ length: 500 }, (_, n) => `user${n}`);
  await fill({ folder: program.data, rooms, authors, perRoom: events / ROOMS });
  await program.start({ withinMs: 600_000 });
  say(`${events} events, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const raw = await readRaw(program.data, events);
    const served = await replay();
    ratios.push(served / raw);
    say(`  over HTTP ${whole(served)} events/s, raw ${whole(raw)} events/s, ratio ${(served / raw).toFixed(2)}`);
  }
  const ratio = median(ratios);
  say(`ratio ${ratio.toFixed(2)}, limit ${LIMIT}: ${ratio >= LIMIT ? 'ok' : 'BELOW THE LIMIT'}`);
} finally {
  await program.dispose();
}

async function replay(): Promise<number> {
  const server = { url: program.url, token: 'dev-ann+analyst', signal: new AbortController().signal };
  const start = performance.now();
  let count = 0;
  for await (const lines of serverLog(server, {})) count += lines.count;
  if (count < events) throw new Error(`${count} of ${events} events`);
  return (count * 1_000) / (performance.now() - start);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
