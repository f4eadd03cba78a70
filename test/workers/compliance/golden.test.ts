import { describe, expect, it } from 'vitest';
import { everything, Record } from './support/record.js';
import { filesBelow, rendered, scratchFolder, wholeLog } from './support/windows.js';

const WINDOWS = [
  { title: 'xml in full', adapter: 'xml', profile: 'full' },
  { title: 'xml as the original had it', adapter: 'xml', profile: 'strict' },
  { title: 'jsonl', adapter: 'jsonl', profile: 'full' },
] as const;

describe('the bytes of a window', () => {
  it.each(WINDOWS)('do not change from version to version: $title', async ({ adapter, profile }) => {
    const record = new Record();
    await everything(record);
    const previousManifestSha256 = 'ab'.repeat(32);
    const window = await wholeLog(record, { adapter, profile, number: 2, previousManifestSha256 });
    const files = await filesBelow(await rendered(record, window, await scratchFolder()));
    for (const [path, text] of files)
      await expect(text).toMatchFileSnapshot(`../../fixtures/archive/${adapter}-${profile}/${path.replace('/', '-')}`);
  });
});
