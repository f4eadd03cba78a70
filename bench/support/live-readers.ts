import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** What the measuring process asks of the readers; each is answered by `done`. */
export type ReadersQuestion =
  | { readonly kind: 'open'; readonly port: number; readonly count: number }
  /** Answered when the readers of that port have together been given so many events, hello counted. */
  | { readonly kind: 'await'; readonly port: number; readonly events: number };

const NEWLINE = 10;
const AT_ONCE = 200;

/** Readers of one server, and the events that came to them: an event ends with an empty line, and nothing else has one. */
class Readers {
  events = 0;
  #wanted = Infinity;
  #reached: (() => void) | undefined;

  async open(port: number, count: number): Promise<void> {
    for (let at = 0; at < count; at += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, n) => this.#one(port, at + n)));
    }
  }

  reach(events: number): Promise<void> {
    if (this.events >= events) return Promise.resolve();
    this.#wanted = events;
    return new Promise((resolve) => (this.#reached = resolve));
  }

  async #one(port: number, n: number): Promise<void> {
    const socket: Socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET /u${n} HTTP/1.1\r\nhost: x\r\n\r\n`);
    let last = 0;
    socket.on('data', (bytes) => {
      let found = last === NEWLINE && bytes[0] === NEWLINE ? 1 : 0;
      for (let at = bytes.indexOf('\n\n'); at >= 0; at = bytes.indexOf('\n\n', at + 2)) found += 1;
      last = bytes.at(-1) ?? 0;
      this.events += found;
      if (this.events >= this.#wanted) this.#reached?.();
    });
    await once(socket, 'data');
  }
}

const byPort = new Map<number, Readers>();

process.on('message', (question: ReadersQuestion) => void act(question).then(() => process.send?.({ kind: 'done' })));
process.on('disconnect', () => process.exit());

async function act(question: ReadersQuestion): Promise<void> {
  const readers = byPort.get(question.port) ?? new Readers();
  byPort.set(question.port, readers);
  if (question.kind === 'open') await readers.open(question.port, question.count);
  else await readers.reach(question.events);
}
