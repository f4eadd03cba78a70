import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EventStore } from '../../../../src/domain/kernel/event-store.js';
import { openEmbeddedEventStore } from '../../../../src/store/embedded/log/embedded-event-store.js';
import type { EventStoreEngine } from '../../../contract/event-store/engine.js';

type Options = Omit<Parameters<typeof openEmbeddedEventStore>[0], 'folder'>;

export function embedded(name: string, options: Options = {}): EventStoreEngine {
  return {
    name,
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'hansard-log-'));
      const store = await openEmbeddedEventStore({ folder, ...options });
      let current = store;
      return {
        store,
        reopen: async () => {
          await current.close();
          current = await openEmbeddedEventStore({ folder, ...options });
          return current;
        },
        dispose: async () => {
          await current.close();
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

/** A folder that is gone after the test. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hansard-log-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A log in this folder that is closed after the test at the latest. */
export async function openIn(folder: string, options: Options = {}): Promise<EventStore> {
  const store = await openEmbeddedEventStore({ folder, ...options });
  onTestFinished(() => store.close());
  return store;
}
