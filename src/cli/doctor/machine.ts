import { existsSync } from 'node:fs';
import { mkdtemp, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../config/config.js';
import { ok, problem, sentenceOf, warning, type Finding } from './finding.js';

const MIB = 1024 * 1024;
const LEAST_BYTES = 256 * MIB;
const LOW_BYTES = 1024 * MIB;
const PROBES = 40;
/** Faster than any disk flushes. */
const UNLIKELY_MS = 0.01;
const SLOW_MS = 20;
const TOO_SLOW_MS = 100;
const PATIENCE_MS = 2_000;

/** Room for what comes, and for a copy of the log beside it. */
export async function checkDisk(check: string, folder: string, log?: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearest(folder));
  const free = bavail * bsize;
  const bytes = log !== undefined && existsSync(log) ? (await stat(log)).size : 0;
  const message = `${Math.floor(free / MIB)} MiB are free in ${folder}`;
  if (free < LEAST_BYTES) return problem(check, `${message}.`, 'Make room now: a full disk ends the process.');
  if (free < Math.max(LOW_BYTES, bytes)) return warning(check, `${message}.`, 'Make room soon.');
  return ok(check, message);
}

function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

/** How long a post waits for the disk at least. */
export async function checkSync({ data }: Config): Promise<Finding> {
  try {
    const times = await syncTimes(data);
    const median = times[Math.floor(times.length / 2)] ?? 0;
    const message = `a flush takes ${median.toFixed(2)} ms, the slowest of ${times.length} ${(times.at(-1) ?? 0).toFixed(2)} ms`;
    if (median >= TOO_SLOW_MS) return problem('flush', `${message}.`, 'Put the data folder on a local disk.');
    if (median >= SLOW_MS) return warning('flush', `${message}.`, 'Put the data folder on a faster disk.');
    if (median < UNLIKELY_MS)
      return warning(
        'flush',
        `${message}, which no disk does.`,
        'Make sure that the folder is no tmpfs and the disk flushes honestly.',
      );
    return ok('flush', message);
  } catch (error) {
    return problem('flush', `${data} cannot be written to: ${sentenceOf(error)}.`, 'Give this user the right.');
  }
}

async function syncTimes(data: string): Promise<readonly number[]> {
  const folder = await mkdtemp(join(nearest(data), '.doctor-'));
  try {
    const handle = await open(join(folder, 'probe'), 'w');
    const times: number[] = [];
    for (let n = 0; n < PROBES; n += 1) {
      const began = performance.now();
      await handle.write(Buffer.alloc(4_096, n), 0, 4_096, n * 4_096);
      await handle.datasync();
      times.push(performance.now() - began);
    }
    await handle.close();
    return times.sort((one, other) => one - other);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the server, if one answers: is it ready, and does its clock agree with this one. */
export async function checkServer({ node: { url } }: Config): Promise<Finding> {
  const answer = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
    () => undefined,
  );
  if (!answer) return ok('server', `nobody answers at ${url}`);
  const text = await answer.text();
  if (answer.status === 200) return ok('server', `ready at ${url}`);
  return problem('server', `${url} is not ready: ${text.slice(0, 500)}.`, 'The log of the program says why.');
}
