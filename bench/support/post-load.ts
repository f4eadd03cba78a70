import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** What the measuring process asks for: load for so long; the first part only warms up. */
export interface LoadQuestion {
  readonly port: number;
  readonly rooms: readonly string[];
  readonly readersPerRoom: number;
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
  /** Every post has an Idempotency-Key of its own. */
  readonly keys: boolean;
}

/** In milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export type LoadAnswer =
  | { readonly kind: 'warm' }
  /** The end of the measured time; posts under way are still waited for. */
  | { readonly kind: 'over' }
  | {
      readonly kind: 'report';
      readonly posts: number;
      readonly deliveries: number;
      readonly seconds: number;
      readonly cpuSeconds: number;
      readonly postLatency: Latency;
      /** Of two readers in each room. */
      readonly deliveryLatency: Latency;
      /** Over the whole run; they must be alike. */
      readonly delivered: number;
      readonly due: number;
    };

export function userOf(room: number, n: number): string {
  return `r${room}-${n}`;
}

const FILLER = 'The quick brown fox jumps over the lazy dog, and the record keeps it. '.repeat(2).slice(0, 100);
const NEWLINE = 10;
const MARK = '"text":"at ';
const OPENED_AT_ONCE = 100;
const HEAD_END = '\r\n\r\n';
const LENGTH = /content-length: (\d+)/i;

/** Counts events by their empty lines; of some readers it also looks at when the event was sent. */
class Readers {
  events = 0;
  hellos = 0;
  readonly latency: number[] = [];

  async open(port: number, user: string, sampled: boolean): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    socket.write(`GET /v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer dev-${user}\r\n\r\n`);
    let last = 0;
    let greeted = false;
    socket.on('data', (bytes) => {
      let found = last === NEWLINE && bytes[0] === NEWLINE ? 1 : 0;
      for (let at = bytes.indexOf('\n\n'); at >= 0; at = bytes.indexOf('\n\n', at + 2)) found += 1;
      last = bytes.at(-1) ?? 0;
      if (!greeted && found > 0) {
        greeted = true;
        this.hellos += 1;
        found -= 1;
      }
      this.events += found;
      if (sampled) this.#look(bytes);
    });
    socket.on('close', () => {
      if (!closing) throw new Error(`the stream of ${user} was cut off`);
    });
    return socket;
  }

  #look(bytes: Buffer): void {
    const now = performance.now();
    for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + MARK.length)) {
      const sent = Number.parseFloat(bytes.toString('latin1', at + MARK.length, at + MARK.length + 14));
      if (measuring) this.latency.push(now - sent);
    }
  }
}

/** One connection with one post under way. */
class Poster {
  answered = 0;
  readonly latency: number[] = [];
  readonly #socket: Socket;
  readonly #head: string;
  readonly #keys: boolean;
  readonly #id: number;
  #sent = 0;
  #rest: Buffer | undefined;
  #idle: (() => void) | undefined;

  constructor(socket: Socket, id: number, room: string, user: string, keys: boolean) {
    this.#socket = socket;
    this.#id = id;
    this.#keys = keys;
    this.#head =
      `POST /v1/rooms/${room}/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer dev-${user}\r\n` +
      'content-type: application/json\r\n';
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('close', () => {
      if (!closing) throw new Error('a connection that posts was closed');
    });
  }

  begin(): void {
    this.#sent = performance.now();
    const body = `{"text":"at ${this.#sent.toFixed(3)} ${FILLER}"}`;
    const key = this.#keys ? `idempotency-key: ${process.pid}-${this.#id}-${this.answered}\r\n` : '';
    this.#socket.write(`${this.#head}${key}content-length: ${body.length}\r\n\r\n${body}`);
  }

  /** Resolves when nothing is under way any more. */
  end(): Promise<void> {
    return new Promise((resolve) => (this.#idle = resolve));
  }

  #take(bytes: Buffer): void {
    const all = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes;
    const end = all.indexOf(HEAD_END);
    const head = end < 0 ? '' : all.toString('latin1', 0, end);
    const length = Number(LENGTH.exec(head)?.[1] ?? NaN);
    if (end < 0 || all.length < end + HEAD_END.length + length) {
      this.#rest = all;
      return;
    }
    this.#rest = undefined;
    if (!head.startsWith('HTTP/1.1 201')) throw new Error(`a post was answered: ${all.toString('utf8')}`);
    this.answered += 1;
    if (measuring) this.latency.push(performance.now() - this.#sent);
    if (ending) this.#idle?.();
    else this.begin();
  }
}

let measuring = false;
let ending = false;
let closing = false;

async function load(question: LoadQuestion, tell: (answer: LoadAnswer) => void): Promise<void> {
  const { port, rooms, readersPerRoom, inFlight, warmUpMs, measuredMs, keys } = question;
  const readers = new Readers();
  const sockets: Socket[] = [];
  const streams = rooms.flatMap((_, room) => Array.from({ length: readersPerRoom }, (_none, n) => [room, n] as const));
  for (let at = 0; at < streams.length; at += OPENED_AT_ONCE) {
    const some = streams.slice(at, at + OPENED_AT_ONCE);
    const open = some.map(([room, n]) => readers.open(port, userOf(room, n), n === 0 || n === readersPerRoom - 1));
    sockets.push(...(await Promise.all(open)));
  }
  await reached(() => readers.hellos === streams.length);
  const posters: Poster[] = [];
  for (let n = 0; n < inFlight; n += 1) {
    const room = n % rooms.length;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    sockets.push(socket);
    const user = userOf(room, Math.floor(n / rooms.length) % readersPerRoom);
    posters.push(new Poster(socket, n, rooms[room] ?? '', user, keys));
  }
  const before = readers.events; // what was left of the beginning

  for (const poster of posters) poster.begin();
  await elapsed(warmUpMs);
  measuring = true;
  const start = { time: performance.now(), cpu: process.cpuUsage(), posts: answered(posters), events: readers.events };
  tell({ kind: 'warm' });
  await elapsed(measuredMs);
  measuring = false;
  const seconds = (performance.now() - start.time) / 1_000;
  const { user, system } = process.cpuUsage(start.cpu);
  const posts = answered(posters) - start.posts;
  const deliveries = readers.events - start.events;
  tell({ kind: 'over' });
  ending = true;
  await Promise.all(posters.map((poster) => poster.end()));
  const due = answered(posters) * readersPerRoom;
  await reached(() => readers.events - before >= due);
  tell({
    kind: 'report',
    posts,
    deliveries,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    postLatency: latencyOf(posters.flatMap(({ latency }) => latency)),
    deliveryLatency: latencyOf(readers.latency),
    delivered: readers.events - before,
    due,
  });
  closing = true;
  for (const socket of sockets) socket.destroy();
}

function answered(posters: readonly Poster[]): number {
  return posters.reduce((sum, poster) => sum + poster.answered, 0);
}

function latencyOf(values: readonly number[]): Latency {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function reached(condition: () => boolean): Promise<void> {
  while (!condition()) await elapsed(5);
}

process.on('message', (question: LoadQuestion) => {
  void load(question, (answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());
