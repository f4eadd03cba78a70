import { configOf, type Config } from './config/config.js';
import { contradictionsOf } from './config/contradictions.js';
import type { Mode, Written } from './config/defaults.js';
import { layered, type Given, type Sources } from './config/layers.js';
import { environmentName, isSecret, isSettingName, settingsSchema, type Settings } from './config/settings.js';

export type LoadedConfig =
  | {
      readonly ok: true;
      readonly config: Config;
      /** Each setting as it was written, and where. */
      readonly written: Written;
      readonly sources: Sources;
    }
  /** One sentence each, saying what is wrong and what to do. */
  | { readonly ok: false; readonly problems: readonly string[] };

export interface LoadOptions {
  readonly mode: Mode;
  readonly env?: Given['env'];
  readonly flags?: Given['flags'];
}

/** The configuration, read once: defaults < file (HANSARD_CONFIG, `--config`) < environment < flags. */
export function loadConfig({ mode, env = process.env, flags = {} }: LoadOptions): LoadedConfig {
  const { written, sources, problems: strangers } = layered({ mode, env, flags });
  const read = readSettings(written, sources);
  const problems = [...strangers, ...(read.ok ? contradictionsOf(mode, read.settings) : read.problems)];
  if (!read.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: configOf(mode, read.settings), written, sources };
}

type ReadSettings =
  { readonly ok: true; readonly settings: Settings } | { readonly ok: false; readonly problems: readonly string[] };

function readSettings(written: Written, sources: Sources): ReadSettings {
  const parsed = settingsSchema.safeParse(written);
  if (parsed.success) return { ok: true, settings: parsed.data };
  const { issues } = parsed.error;
  const blamed = issues.filter(({ path }) => sourceOf(path, sources) !== 'default');
  const culprits = blamed.length > 0 ? blamed : issues; // a derived default is wrong only because another setting is
  return { ok: false, problems: culprits.map((issue) => sentence(issue, written, sources)) };
}

function sourceOf([name]: readonly PropertyKey[], sources: Sources): string {
  return (typeof name === 'string' && isSettingName(name) && sources[name]) || 'default';
}

/** `HANSARD_PORT must be …, not "http".`; a secret's value stays out of it. */
function sentence(issue: { path: PropertyKey[]; message: string }, written: Written, sources: Sources): string {
  const name = String(issue.path[0]);
  if (!isSettingName(name)) return `${issue.message}.`;
  const source = sourceOf(issue.path, sources);
  const said =
    source !== environmentName(name) && !source.startsWith('--') ? `${environmentName(name)} (${source})` : source;
  return `${said} ${issue.message}${isSecret(name) ? '' : `, not ${JSON.stringify(written[name])}`}.`;
}
