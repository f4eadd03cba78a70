import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadModels } from '../../projections/read-models.js';
import { openEmbeddedReadModels } from './read-models/open-read-models.js';

const ORIGIN_FILE = 'origin';

export interface ScratchReadModels {
  readonly models: ReadModels;
  close(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Read models in a folder of their own under `<data>/scratch`, which may be deleted whenever nobody works in it. What is there
 * is gone on with only if it says that it has the same origin.
 */
export async function openScratchReadModels(data: string, name: string, origin: string): Promise<ScratchReadModels> {
  const folder = join(data, 'scratch', name);
  const before = await readFile(join(folder, ORIGIN_FILE), 'utf8').catch(() => undefined);
  if (before !== origin) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const models = await openEmbeddedReadModels({ folder });
  await writeFile(join(folder, ORIGIN_FILE), origin);
  return {
    models,
    close: () => models.close(),
    async remove() {
      await models.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
