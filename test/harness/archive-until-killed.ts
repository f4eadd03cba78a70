/**
 * Posts, cuts a window of each adapter and publishes it, on a real log; ends its own life at a step, if told to.
 * `archive-until-killed <folder> <posts> [<adapter> <step>]`; says each post that the log acknowledged.
 */
import { catalogue } from '../../src/domain/catalogue/catalogue.js';
import { propose } from '../../src/domain/kernel/command.js';
import { streamName } from '../../src/domain/kernel/event.js';
import { aesSequences } from '../../src/projections/aes-sequences.js';
import { envelopes } from '../../src/projections/envelope.js';
import { openEmbeddedEventStore } from '../../src/store/embedded/log/embedded-event-store.js';
import { systemClock, systemIds } from '../../src/system.js';
import { startArchive } from '../../src/workers/compliance/archive.js';

const [folder, posts, adapter, deadly] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: archive-until-killed <folder> <posts> [<adapter> <step>]');

const sequences = aesSequences(Buffer.alloc(32, 7));
const store = await openEmbeddedEventStore({ folder: `${folder}/data` });
const archive = startArchive({
  store,
  sequences,
  toEnvelope: envelopes('test', sequences),
  domain: 'example.org',
  adapters: ['xml', 'jsonl'],
  profile: 'full',
  folder: `${folder}/archive`,
  stateFolder: `${folder}/state`,
  intervalMs: 86_400_000,
  clock: systemClock,
  ids: systemIds,
  node: 'n1',
  software: '1.0.0',
  logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error },
  step(step, window) {
    if (step === deadly && window.adapter === adapter) process.kill(process.pid, 'SIGKILL');
  },
});

const actor = { id: 'ada', name: 'Ada', email: 'ada@example.org', internal: true };
const context = { actor, node: 'n1', correlationId: 'c' };
const stream = streamName('transcript', 'r1');
for (let n = 0; n < Number(posts); n += 1) {
  const text = `${process.pid} ${n}`;
  const fact = { type: 'MessagePosted', data: { kind: 'normal', text } };
  const stamping = { clock: systemClock, ids: systemIds };
  const outcome = await store.append(stream, propose(stream, [fact], context, stamping, catalogue.versionOf), 'any');
  if (outcome.kind === 'committed') process.stdout.write(`${text}\n`);
}
for (const name of ['xml', 'jsonl']) {
  const cut = await archive.cut(name, context);
  await archive.published(name, cut?.window.number ?? 0);
}
await archive.stop();
await store.close();
