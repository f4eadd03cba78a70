import { readFileSync } from 'node:fs';
import { defaultsOf, derivedDefaults, type Mode, type Written } from './defaults.js';
import { nearest } from './nearest.js';
import {
  CONFIG_VARIABLE,
  environmentName,
  flagName,
  isSecret,
  isSettingName,
  SETTING_NAMES,
  type SettingName,
} from './settings.js';

/** Where a value came from, for a person: `default`, `/etc/hansard.json`, `HANSARD_PORT`, `--port`. */
export type Sources = Readonly<Partial<Record<SettingName, string>>>;

export interface Given {
  readonly mode: Mode;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By setting name; `config` names the configuration file. */
  readonly flags: Readonly<Record<string, string | undefined>>;
}

export interface Layered {
  readonly written: Written;
  readonly sources: Sources;
  readonly problems: readonly string[];
}

interface Layer {
  readonly values: Written;
  readonly source: (name: SettingName) => string;
  readonly problems: readonly string[];
}

/** Defaults, then the file, then the environment, then flags: the last one that says something wins. */
export function layered({ mode, env, flags }: Given): Layered {
  const file = flags['config'] ?? nonEmpty(env[CONFIG_VARIABLE]);
  const given = [...(file === undefined ? [] : [fromFile(file)]), fromEnvironment(env), fromFlags(flags)];
  const explicit = Object.assign({}, defaultsOf(mode), ...given.map(({ values }) => values)) as Written;
  const written = { ...derivedDefaults(explicit), ...explicit };
  const sources: Partial<Record<SettingName, string>> = {};
  for (const name of SETTING_NAMES) {
    if (written[name] === undefined) continue;
    const layer = given.findLast(({ values }) => values[name] !== undefined);
    sources[name] = layer ? layer.source(name) : 'default';
  }
  return { written, sources, problems: given.flatMap(({ problems }) => problems) };
}

function fromEnvironment(env: Given['env']): Layer {
  const known = new Map(SETTING_NAMES.map((name) => [environmentName(name), name]));
  const values: Partial<Record<SettingName, unknown>> = {};
  const problems: string[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('HANSARD_') || variable === CONFIG_VARIABLE || nonEmpty(value) === undefined) continue;
    const name = known.get(variable);
    if (name) values[name] = value;
    else problems.push(unknown(variable, 'a variable', [...known.keys(), CONFIG_VARIABLE]));
  }
  return { values, source: environmentName, problems };
}

function fromFlags(flags: Given['flags']): Layer {
  const values: Partial<Record<SettingName, unknown>> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(flags)) {
    if (value === undefined || name === 'config') continue;
    if (!isSettingName(name)) problems.push(unknown(name, 'a setting', SETTING_NAMES));
    else if (isSecret(name))
      problems.push(
        `${flagName(name)} would show a secret to all users of this machine: set ${environmentName(name)}.`,
      );
    else values[name] = value;
  }
  return { values, source: flagName, problems };
}

function fromFile(path: string): Layer {
  const layer = (values: Written, problems: string[]): Layer => ({ values, source: () => path, problems });
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return layer({}, [
      `The configuration file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    ]);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return layer({}, [`The configuration file ${path} must hold one JSON object.`]);
  }
  const strangers = Object.keys(content).filter((key) => !isSettingName(key));
  const values = Object.fromEntries(Object.entries(content).filter(([key]) => isSettingName(key)));
  return layer(
    values,
    strangers.map((key) => `In ${path}: ${unknown(key, 'a setting', SETTING_NAMES)}`),
  );
}

function unknown(name: string, what: string, candidates: readonly string[]): string {
  const suggestion = nearest(name, candidates);
  return `${name} is not ${what} of Hansard${suggestion === undefined ? ': remove it.' : `; did you mean ${suggestion}?`}`;
}

/** An empty variable is one that was not set. */
function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
