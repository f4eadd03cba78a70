import { ORIGIN } from '../../src/domain/kernel/position.js';
import { openLogForReading } from '../../src/store/embedded/log/read-only-event-store.js';

/** Events per second through the port, nothing done with them. */
export async function readRaw(folder: string, expected: number): Promise<number> {
  const store = await openLogForReading(folder);
  const start = performance.now();
  let count = 0;
  for await (const { events } of store.readAll({ after: ORIGIN })) count += events.length;
  const seconds = (performance.now() - start) / 1_000;
  await store.close();
  if (count < expected) throw new Error(`${count} of ${expected} events`);
  return count / seconds;
}
