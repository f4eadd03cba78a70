import { describe } from 'vitest';
import { commitContract } from './commit.js';
import { crashContract } from './crash.js';
import type { ReadModelsEngine } from './engine.js';
import { generationsContract } from './generations.js';
import { scanContract } from './scan.js';
import { searchContract } from './search.js';

/** The promises of src/projections/read-models.ts. Every engine runs them whole. */
export function readModelsContract(engine: ReadModelsEngine): void {
  describe(`read models: ${engine.name}`, () => {
    commitContract(engine);
    scanContract(engine);
    searchContract(engine);
    generationsContract(engine);
    crashContract(engine);
  });
}
