import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { adapterFolder, layoutOf, rootFolder } from './check/layout.js';
import { WINDOW_JSON, windowJson } from './window/window-json.js';

/** A window as its folder tells. */
export interface ListedWindow {
  readonly adapter: string;
  readonly number: number;
  readonly from: string;
  readonly to: string;
  readonly fromTime: string;
  readonly toTime: string;
  readonly events: number;
  readonly messages: number;
  /** Relative to the archive's root. */
  readonly folder: string;
}

/** The windows of an archive's root or of an adapter's folder, offline, in order. Those that cannot be read are left out: `verify` names them. */
export async function* listArchive(path: string): AsyncGenerator<ListedWindow, void> {
  const folder = resolve(path);
  switch (await layoutOf(folder)) {
    case 'nothing':
      return;
    case 'window':
      return yield* listed(dirname(folder), basename(folder));
    case 'adapter':
      return yield* windowsOf(folder);
    case 'root':
      for (const adapter of (await rootFolder(folder)).adapters) yield* windowsOf(`${folder}/${adapter}`);
  }
}

async function* windowsOf(folder: string): AsyncGenerator<ListedWindow, void> {
  for (const { name } of (await adapterFolder(folder)).windows) yield* listed(folder, name);
}

async function* listed(parent: string, name: string): AsyncGenerator<ListedWindow, void> {
  const text = await readFile(`${parent}/${name}/${WINDOW_JSON}`, 'utf8').catch(() => 'null');
  const parsed = windowJson.safeParse(parse(text));
  if (!parsed.success) return;
  const { adapter, number, from, to, fromTime, toTime, events, totals } = parsed.data;
  const { messages } = totals;
  yield { adapter, number, from, to, fromTime, toTime, events, messages, folder: `${basename(parent)}/${name}` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
