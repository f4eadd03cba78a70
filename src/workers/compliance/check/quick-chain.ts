import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MANIFEST } from '../bag/bag.js';
import { Findings, type Problem } from '../report.js';
import { WINDOW_JSON, windowJson } from '../window/window-json.js';
import { Chain } from './chain.js';
import { adapterFolder, isFolder, rootFolder, type WindowPlace } from './layout.js';
import { hashFile } from './streaming.js';

/** Windows of each adapter that are looked at: the newest. */
const NEWEST = 100;

/**
 * Whether the newest windows are linked to one another: numbers, ends, hashes of manifests. Payloads are not read, so this says
 * nothing about them: `archive verify` does.
 */
export async function quickChain(
  archive: string,
): Promise<{ readonly windows: number; readonly problems: readonly Problem[] }> {
  const root = resolve(archive);
  const findings = new Findings();
  if (!(await isFolder(root))) return { windows: 0, problems: [] };
  let windows = 0;
  for (const adapter of (await rootFolder(root)).adapters) {
    // What a collector took away is no hole here: only the log knows.
    const chain = new Chain(findings, () => true);
    for (const place of (await adapterFolder(`${root}/${adapter}`)).windows.slice(-NEWEST)) {
      windows += 1;
      await link(chain, `${root}/${adapter}`, adapter, place, findings);
    }
  }
  return { windows, problems: findings.problems };
}

async function link(chain: Chain, folder: string, adapter: string, place: WindowPlace, findings: Findings) {
  const path = `${adapter}/${place.name}`;
  const window = windowJson.safeParse(await json(`${folder}/${place.name}/${WINDOW_JSON}`));
  if (!window.success) findings.problem(path, 'bad-window', 'window.json cannot be read');
  const manifest = await hashFile(`${folder}/${place.name}/${MANIFEST}`, undefined).catch(() => undefined);
  chain.add(path, place, {
    ...{ problems: [], warnings: [], files: [] },
    window: window.data,
    manifestSha256: manifest?.sha256,
  });
}

async function json(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
