import { fileURLToPath } from 'node:url';
import { importIrc } from './import/import-irc.js';
import { injectApi, type Injectable } from './import/inject-api.js';
import { developmentTokens } from './import/tokens.js';

/** A room of the demo data. */
export interface DemoRoom {
  readonly id: string;
  readonly name: string;
}

const FILES = ['rust', 'ubuntu-meeting', 'mediawiki'].map((room) =>
  fileURLToPath(new URL(`../../demo/${room}.txt`, import.meta.url)),
);

/** Imports the demo logs through the public commands, as development users; once, however often it is called. */
export async function seedDemo(app: Injectable): Promise<readonly DemoRoom[]> {
  const report = await importIrc(injectApi(app, developmentTokens()), {
    files: FILES,
    category: 'Imported',
    offset: 0,
    userPrefix: '',
    signal: new AbortController().signal,
  });
  return Array.from(report.rooms, ([name, { id }]) => ({ name, id: id ?? '' }));
}
