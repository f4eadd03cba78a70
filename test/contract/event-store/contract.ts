import { describe } from 'vitest';
import { appendContract } from './append.js';
import { closeContract } from './close.js';
import type { EventStoreEngine } from './engine.js';
import { idempotencyContract } from './idempotency.js';
import { readAllContract } from './read-all.js';
import { readStreamContract } from './read.js';
import { subscribeContract } from './subscribe.js';

/** Opening means starting threads or connecting. */
const PATIENCE = { timeout: 60_000 };

/** The promises of src/domain/kernel/event-store.ts. Every engine runs them whole. */
export function eventStoreContract(engine: EventStoreEngine): void {
  describe(`event store: ${engine.name}`, PATIENCE, () => {
    appendContract(engine);
    idempotencyContract(engine);
    readStreamContract(engine);
    readAllContract(engine);
    subscribeContract(engine);
    closeContract(engine);
  });
}
