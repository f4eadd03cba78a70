import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedReadModels } from '../../../../src/store/embedded/read-models/open-read-models.js';
import type { Place } from '../../../contract/read-models/engine.js';

export async function embeddedPlace(): Promise<Place & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hansard-read-models-'));
  return {
    folder,
    address: ['embedded', folder],
    open: () => openEmbeddedReadModels({ folder }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
