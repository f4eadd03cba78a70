import { readdir, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputFile } from '../../../src/workers/compliance/bag/output-file.js';
import { Spool } from '../../../src/workers/compliance/bag/spool.js';
import { scratchFolder } from './support/windows.js';

const appends = fc.array(fc.tuple(fc.nat(3), fc.string({ unit: 'binary', maxLength: 30 })), { maxLength: 60 });

describe('texts that grow side by side', () => {
  it('come out whole, in whatever portions they went to the disk', async () => {
    const folder = await scratchFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(appends, fc.integer({ min: 1, max: 200 }), async (all, held) => {
        run += 1;
        const spool = new Spool(`${folder}/spool`, held);
        const texts = [0, 1, 2, 3].map(() => spool.text());
        for (const [which, text] of all) {
          texts[which]?.append(text.toWellFormed());
          await spool.drain();
        }
        const file = await OutputFile.create(folder, `out-${run}`);
        for (const text of texts) await spool.copy(text, file);
        await file.finish();
        await spool.close();
        const expected = texts.map((_, which) =>
          all
            .filter(([one]) => one === which)
            .map(([, text]) => text.toWellFormed())
            .join(''),
        );
        expect(await readFile(`${folder}/out-${run}`, 'utf8')).toBe(expected.join(''));
      }),
      { numRuns: 50 },
    );
    expect(await readdir(folder)).not.toContain('spool');
  });
});
