/**
 * Appends to the embedded log in a folder until it is killed: 32 appenders, two of which share a stream each, with one to
 * three events an append. Says `ready`, then a line of JSON for every append that was acknowledged.
 */
import { appended, eventsOf, freshStream, ids } from '../contract/event-store/events.js';
import { openEmbeddedEventStore } from '../../src/store/embedded/log/embedded-event-store.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: append-to-log <folder>');

const store = await openEmbeddedEventStore({ folder });
process.stdout.write('ready\n');
const streams = Array.from({ length: 16 }, () => freshStream());
await Promise.all([...streams, ...streams].map(append));

async function append(stream: (typeof streams)[number]): Promise<never> {
  for (let count = 1; ; count = (count % 3) + 1) {
    const events = eventsOf(count);
    const positions = await appended(store, stream, events);
    process.stdout.write(`${JSON.stringify({ stream, ids: ids(events), positions })}\n`);
  }
}
