import { afterAll, afterEach, beforeAll } from 'vitest';
import type { EventStore } from '../../../src/domain/kernel/event-store.js';
import type { EventStoreEngine, OpenedLog } from './engine.js';

const PATIENCE_MS = 60_000;

/** A log that the tests of one suite share, each in streams of its own. */
export function sharedLog(engine: EventStoreEngine): () => EventStore {
  let log: OpenedLog;
  beforeAll(async () => {
    log = await engine.open();
  }, PATIENCE_MS);
  afterAll(() => log.dispose(), PATIENCE_MS);
  return () => log.store;
}

/** Logs of their own for tests that close them. */
export function ownLogs(engine: EventStoreEngine): () => Promise<OpenedLog> {
  const opened: OpenedLog[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.dispose()));
  }, PATIENCE_MS);
  return async () => {
    const log = await engine.open();
    opened.push(log);
    return log;
  };
}
