import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openLogForReading } from '../../../src/store/embedded/log/read-only-event-store.js';
import { verifyArchive } from '../../../src/workers/compliance/check/verify-archive.js';
import { STEPS } from '../../../src/workers/compliance/publish/publish-window.js';
import { domain, sequences, toEnvelope } from './support/record.js';
import { filesBelow, scratchFolder } from './support/windows.js';

const HARNESS = fileURLToPath(new URL('../../harness/archive-until-killed.ts', import.meta.url));
const POSTS = 20;

interface Life {
  readonly acknowledged: readonly string[];
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
}

async function live(folder: string, posts: number, death: readonly string[]): Promise<Life> {
  const args = ['--import', 'tsx', HARNESS, folder, String(posts), ...death];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { acknowledged: out.split('\n').filter(Boolean), code: child.exitCode, signal: child.signalCode };
}

/** Every file of every visible window. */
async function visible(root: string): Promise<ReadonlyMap<string, string>> {
  const files = await filesBelow(root).catch(() => new Map<string, string>());
  return new Map([...files].filter(([path]) => !path.includes('/.')));
}

it('killed at any step, in any order, every event ends up in exactly one window, and nothing visible is ever half or changed', async () => {
  const folder = await scratchFolder();
  const root = `${folder}/archive`;
  const acknowledged: string[] = [];
  let seen = await visible(root);
  for (const [index, step] of STEPS.entries()) {
    const adapter = index % 2 === 0 ? 'xml' : 'jsonl'; // both go through the same steps
    const life = await live(folder, POSTS, [adapter, step]);
    expect(life.signal, `${adapter} ${step}`).toBe('SIGKILL');
    acknowledged.push(...life.acknowledged);
    const now = await visible(root);
    for (const [path, content] of seen) expect(now.get(path) === content, `${path} changed`).toBe(true);
    seen = now;
    if (now.size > 0) expect((await verifyArchive(root)).problems, `${adapter} ${step}`).toStrictEqual([]);
  }
  const last = await live(folder, POSTS, []);
  expect(last).toMatchObject({ code: 0, signal: null });
  acknowledged.push(...last.acknowledged);

  for (const [path, content] of seen) expect((await visible(root)).get(path) === content, `${path} changed`).toBe(true);
  const hidden = (await Promise.all(['xml', 'jsonl'].map((adapter) => readdir(`${root}/${adapter}`)))).flat();
  expect(hidden.filter((name) => /^\.\d/.test(name))).toStrictEqual([]);

  const store = await openLogForReading(`${folder}/data`);
  try {
    const log: string[] = [];
    for await (const { events } of store.readAll({ after: 0 as never }))
      for (const event of events) if (!event.stream.startsWith('archive-')) log.push(JSON.stringify(toEnvelope(event)));
    const jsonl = [...(await visible(root))].filter(([path]) => path.endsWith('.jsonl')).map(([, content]) => content);
    expect(jsonl.join('').trimEnd().split('\n')).toStrictEqual(log);
    const texts = log.map((line) => (JSON.parse(line) as { data: { text: string } }).data.text);
    expect(texts.filter((one) => acknowledged.includes(one))).toStrictEqual(acknowledged);
    const { problems, counts } = await verifyArchive(root, { against: { store, toEnvelope, sequences, domain } });
    expect(problems).toStrictEqual([]);
    expect(counts.windows).toBeGreaterThan(2);
  } finally {
    await store.close();
  }
}, 600_000);
