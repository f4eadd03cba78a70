import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordedEvent } from '../../src/domain/kernel/event.js';
import { PROJECTIONS } from '../../src/projections/projections.js';
import type { ReadModelWriter } from '../../src/projections/read-models.js';
import { feed, openReadModels, tablesOf } from './projected.js';
import { randomLog } from './random-log.js';

/** Cuts the events into batches of the sizes given, again and again. */
function batches(events: readonly RecordedEvent[], sizes: readonly number[]): RecordedEvent[][] {
  const cut: RecordedEvent[][] = [];
  for (let from = 0; from < events.length;) {
    const size = sizes[cut.length % sizes.length] ?? 1;
    cut.push(events.slice(from, from + size));
    from += size;
  }
  return cut;
}

const models = openReadModels();

describe.each(PROJECTIONS.map((projection) => [projection.schema.name, projection] as const))('%s', (_, projection) => {
  const fill = async (writer: ReadModelWriter, parts: readonly RecordedEvent[][], again: readonly boolean[]) => {
    for (const [index, part] of parts.entries()) {
      await feed(projection, part, writer);
      // Seen again, together with what came before it: after a crash nobody says how the batches were cut.
      if (again[index % again.length])
        await feed(projection, parts.slice(Math.max(0, index - 2), index + 1).flat(), writer);
    }
    await writer.promote();
    return tablesOf(models(), projection);
  };

  test('is the same rows however the log is cut into batches, and however often one is seen', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
    const again = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(randomLog, sizes, again, async ({ events }, some, seenAgain) => {
        const slowly = await fill(await models().rebuild(projection.schema), batches(events, some), seenAgain);
        const atOnce = await fill(await models().rebuild(projection.schema), [events], [false]);
        expect(slowly).toEqual(atOnce);
        rows += Object.values(atOnce).flat().length;
      }),
      { numRuns: 40 },
    );
    expect(rows).toBeGreaterThan(20); // the property said something
  });
});
