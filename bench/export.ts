/**
 * `hansard export --format parquet` of a long log, the built program as a process of its own, from its start to its end.
 * `npm run build && npx tsx bench/export.ts [events] [rounds]`
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './support/children.js';
import { fill } from './support/fill.js';
import { readRaw } from './support/read-log.js';

const LIMIT = 100_000;
const ROOMS = 50;
const events = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 3);
const folder = await mkdtemp(join(tmpdir(), 'hansard-bench-export-'));
const data = join(folder, 'data');

try {
  await fill({ folder: data, rooms: ids(ROOMS), authors: names(500), perRoom: events / ROOMS });
  say(`${events} events, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  const rates: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const raw = await readRaw(data, events);
    const { seconds, cpu } = exportOnce(join(folder, `out-${round}`));
    rates.push(events / seconds);
    ratios.push(events / seconds / raw);
    say(
      `  ${whole(events / seconds)} events/s, ${cpu.toFixed(1)} µs CPU an event; the log read raw ${whole(raw)} events/s`,
    );
  }
  const rate = median(rates);
  say(
    `parquet: ${whole(rate)} events/s, ${(rate / LIMIT).toFixed(2)} x limit (${LIMIT}), ${median(ratios).toFixed(2)} of reading raw: ` +
      (rate >= LIMIT ? 'ok' : 'BELOW THE LIMIT'),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

function exportOnce(out: string): { readonly seconds: number; readonly cpu: number } {
  const program = fileURLToPath(new URL('../bin/hansard.js', import.meta.url));
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    '/bin/bash',
    ['-c', `time node ${program} export --format parquet --out ${out} --json --data ${data}`],
    { encoding: 'utf8', env: { ...process.env, TIMEFORMAT: '%U %S' } },
  );
  const seconds = (performance.now() - start) / 1_000;
  const { rows } = JSON.parse(stdout) as { readonly rows: number };
  if (status !== 0 || rows !== events) throw new Error(`${rows} of ${events} rows: ${stderr}`);
  const [user = 0, system = 0] = stderr.trim().split(/\s+/).slice(-2).map(Number);
  return { seconds, cpu: ((user + system) * 1e6) / events };
}

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, n) => n.toString(16).padStart(32, '0'));
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `user${n}`);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
