import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { own } from '../../../src/workers/compliance/publish/ownership.js';
import { streamName, SYSTEM, type EventId } from '../../../src/domain/kernel/event.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { scratchFolder } from './support/windows.js';

async function logged(): Promise<InMemoryEventStore> {
  const log = new InMemoryEventStore();
  const metadata = { version: 1, time: '2026-11-23T14:00:00.000Z', actor: SYSTEM, node: 'n', correlationId: 'c' };
  const event = { id: randomUUID() as EventId, type: 'x', data: {}, metadata };
  await log.append(streamName('transcript', 'r1'), [event], 'any');
  return log;
}

it('the first log to publish into a folder owns it, and no other publishes there', async () => {
  const [one, other] = [await logged(), await logged()];
  const folder = await scratchFolder();
  await own(folder, 'n1', one);
  await own(folder, 'n2', one);
  await expect(own(folder, 'n1', other)).rejects.toThrow(`${folder} holds the archive of another log`);
  await own(folder, 'n1', one);
});

it('a draft that a crash left behind owns nothing', async () => {
  const one = await logged();
  const folder = await scratchFolder();
  await writeFile(`${folder}/.log.n1`, 'half');
  await own(folder, 'n1', one);
  expect(await readFile(`${folder}/.log`, 'utf8')).toMatch(/^.+\n$/);
});
