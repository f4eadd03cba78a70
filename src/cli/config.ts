import { loadConfig } from '../config.js';
import type { Mode } from '../config/defaults.js';
import { environmentName, isSecret, SETTING_NAMES } from '../config/settings.js';
import { CliFailure, EXIT } from './exit.js';
import type { Flags } from './load.js';
import { standardOutput, table, type Output } from './output.js';

export interface ConfigOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  readonly json: boolean;
}

/** Each setting, its value and where it came from; secrets masked. */
export function printConfig({ mode, flags, json }: ConfigOptions, { out }: Output = standardOutput): void {
  const loaded = loadConfig({ mode, flags });
  if (!loaded.ok) throw new CliFailure(loaded.problems.join('\n'), EXIT.cannotStart);
  const { written, sources } = loaded;
  const rows = SETTING_NAMES.map((name) => {
    const value = written[name];
    const shown = value === undefined ? '' : isSecret(name) ? '********' : shownValue(value);
    return { name, variable: environmentName(name), value: shown, source: sources[name] ?? 'not set' };
  });
  if (json) out(`${JSON.stringify({ mode, settings: rows }, null, 2)}\n`);
  else out(table(rows.map(({ variable, value, source }) => [variable, value, source])));
}

function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** Says what is wrong with the configuration, or that nothing is. */
export function checkConfig({ mode, flags, json }: ConfigOptions, { out, err }: Output = standardOutput): void {
  const loaded = loadConfig({ mode, flags });
  const problems = loaded.ok ? [] : loaded.problems;
  if (json) out(`${JSON.stringify({ mode, ok: loaded.ok, problems }, null, 2)}\n`);
  if (!loaded.ok) throw new CliFailure(problems.join('\n'), EXIT.failed);
  if (!json) err(`The configuration for ${mode} is fine.\n`);
}
