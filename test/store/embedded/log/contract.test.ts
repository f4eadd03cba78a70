import { eventStoreContract } from '../../../contract/event-store/contract.js';
import { subscribeContract } from '../../../contract/event-store/subscribe.js';
import { embedded } from './engine.js';

eventStoreContract(embedded('embedded'));

// Subscriptions fall out of so short a tail all the time, and have to come back from the disk.
subscribeContract(embedded('embedded, with hardly any tail', { tail: { events: 16, characters: 20_000 } }));
