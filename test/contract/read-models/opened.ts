import { afterAll, beforeAll } from 'vitest';
import type { ReadModels, ReadModelSchema, ReadModelWriter } from '../../../src/projections/read-models.js';
import type { Place, ReadModelsEngine } from './engine.js';

/** Read models that the tests of one suite share, each under a name of its own. */
export function openedFor(engine: ReadModelsEngine) {
  let place: Place;
  let models: ReadModels;
  let count = 0;
  beforeAll(async () => {
    place = await engine.place();
    models = await place.open();
  }, 60_000);
  afterAll(async () => {
    await models.close();
    await place.remove();
  });
  return {
    models: () => models,
    fresh: async (tables: ReadModelSchema['tables']): Promise<ReadModelWriter> => {
      count += 1;
      return models.writer({ name: `fresh${count}`, version: 1, tables });
    },
  };
}
