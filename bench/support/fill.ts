import { propose, type CommandContext } from '../../src/domain/kernel/command.js';
import { streamName } from '../../src/domain/kernel/event.js';
import { catalogue } from '../../src/domain/catalogue/catalogue.js';
import { openEmbeddedEventStore } from '../../src/store/embedded/log/embedded-event-store.js';
import { systemClock, systemIds } from '../../src/system.js';

/** Events of one append, and appends that wait for the same commit. */
const APPEND = 500;
const AT_ONCE = 16;

export interface Filling {
  /** Where no program writes meanwhile. */
  readonly folder: string;
  /** Their transcripts must be empty. */
  readonly rooms: readonly string[];
  readonly authors: readonly string[];
  readonly perRoom: number;
}

/** Writes posts straight into the log. Every fifth has an idempotency mark. */
export async function fill({ folder, rooms, authors, perRoom }: Filling): Promise<void> {
  const store = await openEmbeddedEventStore({
    folder,
    onFatal: (error) => {
      throw error;
    },
  });
  const waiting = rooms.flatMap((roomId) =>
    Array.from({ length: Math.ceil(perRoom / APPEND) }, (_, n) => ({ roomId, from: n * APPEND })),
  );
  const next = new Map(rooms.map((roomId) => [roomId, Promise.resolve()]));
  const work = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      const { roomId, from } = part;
      const before = next.get(roomId); // parts of a room follow one another
      const done = before?.then(async () => {
        const events = posts(roomId, authors, from, Math.min(APPEND, perRoom - from));
        const expected = from === 0 ? 'no-stream' : from - 1;
        const outcome = await store.append(streamName('transcript', roomId), events, expected);
        if (outcome.kind !== 'committed') throw new Error(`the log was not filled: ${JSON.stringify(outcome)}`);
      });
      next.set(roomId, done ?? Promise.resolve());
      await done;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await store.close();
}

function posts(roomId: string, authors: readonly string[], from: number, count: number) {
  return Array.from({ length: count }, (_, n) => n + from).flatMap((seq) => {
    const id = authors[seq % authors.length] ?? 'nobody';
    const actor = { id, name: id, email: `${id}@example.org`, internal: true };
    const mark = {
      key: systemIds.derived('key', roomId, String(seq)),
      fingerprint: systemIds.derived('f', String(seq)),
    };
    const context: CommandContext = {
      actor,
      node: 'bench',
      correlationId: `${seq}`,
      ...(seq % 5 === 0 && { idempotency: mark }),
    };
    const fact = {
      type: 'MessagePosted',
      data: { kind: 'normal', text: `message ${seq} of the room, as long as most are` },
    };
    const stream = streamName('transcript', roomId);
    return propose(stream, [fact], context, { clock: systemClock, ids: systemIds }, catalogue.versionOf);
  });
}
