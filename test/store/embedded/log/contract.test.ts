import { describe } from 'vitest';
import { eventStoreContract } from '../../../contract/event-store/contract.js';
import { subscribeContract } from '../../../contract/event-store/subscribe.js';
import { embedded } from './engine.js';

eventStoreContract(embedded('embedded'));

// Subscriptions fall out of so short a tail all the time, and have to come back from the disk.
describe('with hardly any tail', { timeout: 60_000 }, () => {
  subscribeContract(embedded('embedded', { tail: { events: 16, characters: 20_000 } }));
});
