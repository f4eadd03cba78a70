import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ReadModels } from '../../../src/projections/read-models.js';
import { counted, countBatch, countedTo, COUNTING } from './counting.js';
import { at, put, type Place, type ReadModelsEngine } from './engine.js';

const HARNESS = fileURLToPath(new URL('../../harness/count-into-read-models.ts', import.meta.url));

/** Opening means starting threads and processes. */
const PATIENCE = { timeout: 60_000 };

export function crashContract(engine: ReadModelsEngine): void {
  describe('what was committed', PATIENCE, () => {
    test('is there when the place is opened again, and counting goes on where it stopped', async () => {
      await using(engine, async (place) => {
        await opened(place, async (models) => {
          const writer = await models.writer(COUNTING);
          await countBatch(writer, 0, 40);
        });
        await opened(place, async (models) => {
          expect(await counted(models)).toEqual({ ...countedTo(40), checkpoint: 40 });
          const writer = await models.writer(COUNTING);
          expect(await writer.checkpoint()).toBe(40);
          await countBatch(writer, 40, 100);
          expect(await counted(models)).toEqual({ ...countedTo(100), checkpoint: 100 });
        });
      });
    });

    test('is never half a batch when the writing process is killed, and every event counts once', async () => {
      await using(engine, async (place) => {
        for (const batches of [2, 9]) {
          const acknowledged = await countUntilKilled(place, batches);
          await opened(place, async (models) => {
            const { checkpoint, lines } = await counted(models);
            expect(checkpoint).toBeGreaterThanOrEqual(acknowledged);
            expect(lines).toBeGreaterThanOrEqual(checkpoint);
            await countBatch(await models.writer(COUNTING), checkpoint, checkpoint + 200);
            expect(await counted(models)).toEqual({ ...countedTo(checkpoint + 200), checkpoint: checkpoint + 200 });
          });
        }
      });
    });

    test('includes what was asked for before closing, and nothing asked for later', async () => {
      await using(engine, async (place) => {
        const models = await place.open();
        const writer = await models.writer(COUNTING);
        const commits = [1, 2, 3].map((n) => writer.commit([put('lines', [n], n, { n })], at(n)));
        const closing = [models.close(), models.close()];
        await expect(writer.commit([], at(9))).rejects.toThrow();
        await expect(models.get(COUNTING.name, 'lines', [1])).rejects.toThrow();
        await Promise.all([...commits, ...closing]);
        await opened(place, async (again) => expect(await again.checkpoint(COUNTING.name)).toBe(3));
      });
    });
  });
}

async function using(engine: ReadModelsEngine, body: (place: Place) => Promise<void>): Promise<void> {
  const place = await engine.place();
  try {
    await body(place);
  } finally {
    await place.remove();
  }
}

async function opened(place: Place, body: (models: ReadModels) => Promise<void>): Promise<void> {
  const models = await place.open();
  try {
    await body(models);
  } finally {
    await models.close();
  }
}

/** Answers the last checkpoint that the process said was committed before it was killed in the middle of its work. */
async function countUntilKilled(place: Place, batches: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', HARNESS, ...place.address], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let acknowledged = 0;
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    lines += 1;
    if (lines === batches) child.kill('SIGKILL');
  }
  const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}
