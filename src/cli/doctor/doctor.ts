import { join } from 'node:path';
import { loadConfig } from '../../config.js';
import type { Config } from '../../config/config.js';
import type { Mode } from '../../config/defaults.js';
import { CliFailure, EXIT } from '../exit.js';
import type { Flags } from '../load.js';
import { counted, standardOutput, table, type Output } from '../output.js';
import { checkArchive, checkKey, checkLog, checkReadModels } from './data.js';
import { ok, problem, type Finding } from './finding.js';
import { checkDisk, checkServer, checkSync } from './machine.js';

export interface DoctorOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  readonly full: boolean;
  readonly json: boolean;
}

/** `hansard doctor`: looks at everything, changes nothing. Fails when there is a problem; warnings are no failure. */
export async function doctor(
  { mode, flags, full, json }: DoctorOptions,
  output: Output = standardOutput,
): Promise<void> {
  const findings = await examine(mode, flags, full);
  const problems = findings.filter(({ state }) => state === 'problem').length;
  if (json) output.out(`${JSON.stringify({ ok: problems === 0, findings }, null, 2)}\n`);
  else output.out(table(findings.map(lineOf)));
  if (problems > 0) throw new CliFailure(`${counted(problems, 'problem')}.`, EXIT.failed);
}

function lineOf({ state, check, message, remedy }: Finding): readonly string[] {
  return [state, check, remedy === undefined ? message : `${message} ${remedy}`];
}

async function examine(mode: Mode, flags: Flags, full: boolean): Promise<readonly Finding[]> {
  const loaded = loadConfig({ mode, flags });
  if (!loaded.ok)
    return loaded.problems.map((sentence) => problem('configuration', sentence, 'See hansard config print.'));
  const { config } = loaded;
  return [ok('configuration', `fine for ${mode}`), ...(await examined(config, full))];
}

async function examined(config: Config, full: boolean): Promise<readonly Finding[]> {
  return [
    await checkServer(config),
    checkKey(config),
    ...checkLog(config, full, Date.now()),
    checkReadModels(config, full),
    await checkDisk('disk', config.data, join(config.data, 'log.db')),
    await checkDisk('archive disk', config.archive.folder),
    await checkSync(config),
    await checkArchive(config),
  ];
}
