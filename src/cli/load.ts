import { loadConfig } from '../config.js';
import type { Config } from '../config/config.js';
import type { Mode } from '../config/defaults.js';
import { CliFailure, EXIT } from './exit.js';

/** Settings from the command line, by setting name; `config` names the configuration file. */
export type Flags = Readonly<Record<string, string | undefined>>;

/** The configuration, or the end of the program with what is wrong with it. */
export function configOrFail(mode: Mode, flags: Flags): Config {
  const loaded = loadConfig({ mode, flags });
  if (loaded.ok) return loaded.config;
  throw new CliFailure(loaded.problems.join('\n'), EXIT.cannotStart);
}
