import type { EventStore } from '../../../src/domain/kernel/event-store.js';

/** What an engine has to offer to be asked all questions of the contract. The log may hold other events, too. */
export interface EventStoreEngine {
  readonly name: string;
  open(): Promise<OpenedLog>;
}

export interface OpenedLog {
  readonly store: EventStore;
  /** Closes the store and opens the same log again. */
  reopen(): Promise<EventStore>;
  /** Closes what is open and removes the log. */
  dispose(): Promise<void>;
}
