/** Counts into read models, batch after batch, until it is killed; says the checkpoint of every commit. */
import { openEmbeddedReadModels } from '../../src/store/embedded/read-models/open-read-models.js';
import { countBatch, COUNTING } from '../contract/read-models/counting.js';

const [engine, address] = process.argv.slice(2);
if (engine !== 'embedded' || address === undefined) throw new Error('usage: count-into-read-models embedded <folder>');

const models = await openEmbeddedReadModels({ folder: address });
const writer = await models.writer(COUNTING);
for (let from: number = await writer.checkpoint(); ; from += 500) {
  await countBatch(writer, from, from + 500);
  process.stdout.write(`${from + 500}\n`);
}
