import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { logFiles } from '../../composition.js';
import type { Config } from '../../config/config.js';
import type { Mode } from '../../config/defaults.js';
import { deploymentKey } from '../../config/deployment-key.js';
import type { Position } from '../../domain/kernel/position.js';
import { aesSequences } from '../../projections/aes-sequences.js';
import { programVersion, systemClock } from '../../system.js';
import { syncFolder } from '../../workers/compliance/files.js';
import { CliFailure, EXIT } from '../exit.js';
import { configOrFail, type Flags } from '../load.js';
import { standardOutput, type Output } from '../output.js';
import { syncFile, writeDurably } from './files.js';
import { KEY_FILE, LOG_FILE, MANIFEST_FILE, readBackup, sha256Of, SUMS_FILE, type Manifest } from './manifest.js';

export interface BackupOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  readonly out: string;
  readonly json: boolean;
}

/** `hansard backup`: what is visible under its name is whole, checked and on disk. */
export async function backup(
  { mode, flags, out, json }: BackupOptions,
  output: Output = standardOutput,
): Promise<void> {
  const config = configOrFail(mode, flags);
  const folder = resolve(out);
  await mustBeFree(folder);
  const hidden = join(dirname(folder), `.${basename(folder)}.${process.pid}`);
  try {
    await mkdir(hidden, { recursive: true, mode: 0o700 });
    const manifest = await fill(hidden, config);
    await rename(hidden, folder);
    await syncFolder(dirname(folder));
    output.out(json ? `${JSON.stringify(manifest, null, 2)}\n` : `${folder}: ${manifest.events} events\n`);
  } catch (error) {
    await rm(hidden, { recursive: true, force: true });
    throw error;
  }
}

async function mustBeFree(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new CliFailure(`${folder} cannot be written to (${String(error)}).`, EXIT.usage);
  });
  if (names.length > 0) throw new CliFailure(`${folder} is not empty: name a folder that is not there.`, EXIT.usage);
}

async function fill(folder: string, config: Config): Promise<Manifest> {
  const log = join(folder, LOG_FILE);
  logFiles.copy(config.data, log);
  await chmod(log, 0o600);
  await syncFile(log);
  const copied = logFiles.inspect(folder, { full: true });
  const { damage, events, head, brokenStreams } = copied;
  if (damage.length > 0 || events !== head || brokenStreams > 0)
    throw new CliFailure(
      `The log is damaged, and so is its copy, which was taken away again: ${damage[0] ?? 'events are missing in it'}. Run hansard doctor.`,
    );
  if (!config.key && !existsSync(join(config.data, KEY_FILE)))
    throw new CliFailure(`${KEY_FILE} is not in ${config.data}: put it back, or a backup would hold a new one.`);
  const key = deploymentKey(config);
  await writeDurably(join(folder, KEY_FILE), `${key.toString('hex')}\n`);
  const manifest: Manifest = {
    format: 'hansard-backup-1',
    software: programVersion(),
    deployment: config.deployment,
    createdAt: systemClock.now(),
    events,
    position: aesSequences(key).encode(head as Position),
    lastEvent: copied.lastEvent,
    lastTime: copied.lastTime,
    files: [await described(folder, LOG_FILE), await described(folder, KEY_FILE)],
  };
  await writeDurably(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  const sums = [...manifest.files, { name: MANIFEST_FILE, sha256: await sha256Of(join(folder, MANIFEST_FILE)) }];
  await writeDurably(join(folder, SUMS_FILE), sums.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''));
  await syncFolder(folder);
  return readBackup(folder);
}

async function described(folder: string, name: typeof LOG_FILE | typeof KEY_FILE) {
  const file = join(folder, name);
  return { name, bytes: (await stat(file)).size, sha256: await sha256Of(file) };
}
