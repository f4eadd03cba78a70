import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { logFiles } from '../../composition.js';
import type { Config } from '../../config/config.js';
import type { Mode } from '../../config/defaults.js';
import { deploymentKey } from '../../config/deployment-key.js';
import { syncFolder } from '../../workers/compliance/files.js';
import { CliFailure, EXIT } from '../exit.js';
import { configOrFail, type Flags } from '../load.js';
import { standardOutput, type Output } from '../output.js';
import { syncFile } from './files.js';
import { KEY_FILE, LOG_FILE, readBackup, sha256Of, type Manifest } from './manifest.js';

export interface RestoreOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  readonly from: string;
  readonly json: boolean;
}

/** `hansard restore`: all of the backup into an empty data folder, or nothing. */
export async function restore(
  { mode, flags, from, json }: RestoreOptions,
  output: Output = standardOutput,
): Promise<void> {
  const config = configOrFail(mode, flags);
  const folder = resolve(from);
  const manifest = await readBackup(folder);
  await sameKey(config, folder);
  await mkdir(config.data, { recursive: true, mode: 0o700 });
  await mustBeEmpty(config.data);
  const unlock = logFiles.lock(config.data);
  try {
    await put(manifest, folder, config);
  } finally {
    unlock();
  }
  output.out(json ? `${JSON.stringify(manifest, null, 2)}\n` : `${config.data}: ${manifest.events} events\n`);
  output.err('Start it: the read models are made first.\n');
}

async function mustBeEmpty(data: string): Promise<void> {
  const names = await readdir(data);
  if (names.length === 0) return;
  if (names.includes('log.lock')) logFiles.lock(data)(); // says who is there, if somebody is
  throw new CliFailure(
    `${data} is not empty: restore into an empty folder (HANSARD_DATA), and keep what is there until that works.`,
    EXIT.cannotStart,
  );
}

/** Another key would make every cursor and sequence outside void. */
async function sameKey(config: Config, folder: string): Promise<void> {
  if (!config.key) return;
  const kept = (await readFile(join(folder, KEY_FILE), 'utf8')).trim();
  if (kept !== deploymentKey(config).toString('hex'))
    throw new CliFailure('HANSARD_KEY or HANSARD_KEY_FILE is not the key of this backup.', EXIT.cannotStart);
}

/** The log last: before it is there, there is nothing to serve. */
async function put({ files }: Manifest, from: string, { data, key }: Config): Promise<void> {
  const wanted = files.filter(({ name }) => name === LOG_FILE || !key);
  const made: string[] = [];
  try {
    for (const { name, sha256 } of wanted) {
      const draft = join(data, `${name}.restoring`);
      made.push(draft);
      await copyFile(join(from, name), draft);
      await syncFile(draft);
      if ((await sha256Of(draft)) !== sha256)
        throw new CliFailure(`${name} was not copied as it is; look at the disk.`);
    }
    for (const { name } of wanted.toReversed()) await rename(join(data, `${name}.restoring`), join(data, name));
    await syncFolder(data);
  } catch (error) {
    for (const file of made) await rm(file, { force: true });
    throw error;
  }
}
