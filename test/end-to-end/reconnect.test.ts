import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must, type Client } from '../harness/client.js';
import { World } from '../harness/world.js';
import { Program } from '../support/program.js';
import { StreamReader } from '../support/stream-reader.js';
import { until } from '../support/until.js';

const READERS = 4;
const CONNECTIONS = 50;
/** How far back a client may have forgotten where it was. */
const FORGOTTEN = 300;

describe('readers whose connections break at random moments', () => {
  let program: Program;
  let world: World;

  beforeAll(async () => {
    program = await Program.started();
    world = new World(program);
  });
  afterAll(() => program.dispose());

  it('miss nothing, get nothing twice, and have all in order, also over a kill of the server', async () => {
    const posters = world.users('poster', 3);
    const readers = world.users('reader', READERS);
    const rooms = await world.rooms(3);
    for (const roomId of rooms) await world.join(roomId, ...posters, ...readers);

    const over = new AbortController();
    const posting = posters.map((poster) => postOn(poster, rooms, over.signal));
    const sessions = readers.map((reader) => new Reconnecting(world, reader));
    const reading = Promise.all(sessions.map((session) => session.run()));
    await until(() => sessions.every(({ connections }) => connections > CONNECTIONS / 2), 'half of the connections', {
      withinMs: 100_000,
    });
    await program.kill();
    await program.start();
    await reading;
    over.abort();
    const posts = (await Promise.all(posting)).flat();
    expect(posts.length).toBeGreaterThan(READERS * CONNECTIONS);

    const log = await world.log(`&streams=${rooms.map((id) => `transcript-${id}`).join()}`);
    const told = log.map(({ sequence }) => sequence);
    for (const session of sessions) {
      await session.readUpTo(told.at(-1) ?? '');
      const from = told.indexOf(session.received[0] ?? '');
      expect(session.received).toEqual(told.slice(from));
    }
    expect(new Set(log.map(({ data }) => data['text']))).toEqual(new Set(posts));
  });
});

/** Gives the texts that were acknowledged; what was cut off is sent again until it is. */
async function postOn(poster: Client, rooms: readonly string[], over: AbortSignal): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let n = 0; !over.aborted; n += 1) {
    const text = `${poster.id} says ${n}`;
    const path = `/v1/rooms/${rooms[n % rooms.length] ?? ''}/messages`;
    const post = () => poster.post(path, { text }, { key: text.replaceAll(' ', '-') }).catch(() => undefined);
    must(await until(post, `an answer to "${text}"`), 201);
    acknowledged.push(text);
  }
  return acknowledged;
}

/** A client that goes on after what it has, or, having forgotten the last things, after something before that. */
class Reconnecting {
  readonly #world: World;
  readonly #user: Client;
  /** Ids of the posts, each once. */
  received: string[] = [];
  connections = 0;

  constructor(world: World, user: Client) {
    this.#world = world;
    this.#user = user;
  }

  async run(): Promise<void> {
    while (this.connections < CONNECTIONS) {
      const wanted = Math.floor(Math.random() * 30);
      await this.#connection((events) => events.length >= wanted);
      if (Math.random() < 0.3) {
        const kept = Math.max(1, this.received.length - Math.floor(Math.random() * FORGOTTEN));
        this.received = this.received.slice(0, kept);
      }
    }
  }

  readUpTo(id: string): Promise<void> {
    return this.#connection(() => this.received.at(-1) === id);
  }

  /** One connection, broken by this side when it has enough, or by the other. */
  async #connection(enough: (events: readonly string[]) => boolean): Promise<void> {
    const last = this.received.at(-1);
    const headers = { ...this.#user.headers, ...(last !== undefined && { 'last-event-id': last }) };
    const open = () => StreamReader.open(`${this.#world.program.url}/v1/stream`, headers).catch(() => undefined);
    const stream = await until(open, 'the server to accept a stream', { withinMs: 60_000 });
    this.connections += 1;
    const before = this.received;
    const take = () => {
      const posts = stream.events.filter(({ event }) => event === 'MessagePosted').map(({ id }) => id ?? '');
      this.received = [...before, ...posts];
      return posts;
    };
    await until(() => enough(take()) || stream.ended, 'events on the stream', { everyMs: 1 });
    stream.close();
    take();
  }
}
