import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isAdapterName } from '../dependencies.js';

const WINDOW_NAME = /^([0-9]{10})_[0-9]{8}T[0-9]{9}Z_[0-9]{8}T[0-9]{9}Z$/;
/** Collectors say with it that they have the window. */
const ACK = /^[0-9]{10}_[0-9]{8}T[0-9]{9}Z_[0-9]{8}T[0-9]{9}Z\.ack$/;

export interface WindowPlace {
  readonly name: string;
  readonly number: number;
}

export interface AdapterFolder {
  /** In the order of their numbers. */
  readonly windows: readonly WindowPlace[];
  /** Names of visible things that do not belong there. */
  readonly foreign: readonly string[];
}

export type Layout = 'window' | 'adapter' | 'root' | 'nothing';

/** What a path is: a window's folder, an adapter's folder, or an archive's root. */
export async function layoutOf(path: string): Promise<Layout> {
  const entries = await readdir(path).catch(() => undefined);
  if (!entries) return 'nothing';
  if (WINDOW_NAME.test(basename(path)) || entries.includes('bagit.txt')) return 'window';
  return entries.some((name) => WINDOW_NAME.test(name)) ? 'adapter' : 'root';
}

/** What is hidden is on its way, and nobody's business. */
export async function adapterFolder(path: string): Promise<AdapterFolder> {
  const windows: WindowPlace[] = [];
  const foreign: string[] = [];
  for (const { name, isFolder } of await visible(path)) {
    const number = WINDOW_NAME.exec(name)?.[1];
    if (number !== undefined && isFolder) windows.push({ name, number: Number(number) });
    else if (!ACK.test(name) || isFolder) foreign.push(name);
  }
  windows.sort((one, other) => one.number - other.number || (one.name < other.name ? -1 : 1));
  return { windows, foreign };
}

export async function rootFolder(
  path: string,
): Promise<{ readonly adapters: readonly string[]; readonly foreign: readonly string[] }> {
  const entries = await visible(path);
  const adapters = entries.filter(({ name, isFolder }) => isFolder && isAdapterName(name)).map(({ name }) => name);
  return { adapters, foreign: entries.flatMap(({ name }) => (adapters.includes(name) ? [] : [name])) };
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function visible(path: string) {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
