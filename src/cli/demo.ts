import { fileURLToPath } from 'node:url';
import { importIrcCommand, type ImportCommandOptions } from './import/command.js';
import { importIrc } from './import/import-irc.js';
import { injectApi, type Injectable } from './import/inject-api.js';
import { developmentTokens } from './import/tokens.js';

/** Logs of real chat, with their licence beside them. */
export const DEMO_FILES = ['rust', 'ubuntu-meeting', 'mediawiki'].map((room) =>
  fileURLToPath(new URL(`../../demo/${room}.txt`, import.meta.url)),
);

/** Imports the demo logs through the public commands, as development users; once, however often it is called. */
export async function seedDemo(app: Injectable): Promise<void> {
  await importIrc(injectApi(app, developmentTokens()), {
    files: DEMO_FILES,
    category: 'Imported',
    offset: 0,
    userPrefix: '',
    signal: new AbortController().signal,
  });
}

export type DemoOptions = Pick<ImportCommandOptions, 'mode' | 'flags' | 'url' | 'token'>;

/** `hansard demo`: the same on a running server, or on the data folder itself. */
export function runDemo(options: DemoOptions): Promise<void> {
  const defaults = { category: 'Imported', userPrefix: '', utcOffset: '+00:00', dryRun: false, json: false };
  return importIrcCommand({ ...defaults, ...options, files: DEMO_FILES });
}
