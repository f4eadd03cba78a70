import { readdir } from 'node:fs/promises';
import { BAG_INFO, BAGIT, MANIFEST, TAG_MANIFEST } from '../bag/bag.js';
import type { Findings } from '../report.js';
import { WINDOW_JSON } from '../window/window-json.js';

export const TAG_FILES = [BAGIT, BAG_INFO, MANIFEST, TAG_MANIFEST] as const;

/** Paths of the files below a folder, sorted, with `/`. What is neither file nor `data` is a problem. */
export async function filesOfBag(folder: string, findings: Findings): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of ['', 'data/']) {
    const entries = await readdir(`${folder}/${path}`, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isFile()) files.push(`${path}${entry.name}`);
      else if (path !== '' || entry.name !== 'data' || !entry.isDirectory())
        findings.problem(`${path}${entry.name}`, 'foreign-file', 'neither a file of the bag nor its data folder');
    }
  }
  return files.sort();
}

/** Says which files are too many and which too few; `payload` is the adapter's file, where it is known. */
export function compareNames(files: readonly string[], payload: string | undefined, findings: Findings): void {
  const expected = new Set<string>([...TAG_FILES, WINDOW_JSON, ...(payload === undefined ? [] : [payload])]);
  for (const path of expected) if (!files.includes(path)) findings.problem(path, 'missing-file', 'is not there');
  if (payload === undefined) return;
  for (const path of files) if (!expected.has(path)) findings.problem(path, 'foreign-file', 'does not belong there');
}
