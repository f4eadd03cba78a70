import { z } from 'zod';
import { body, Client, must } from './client.js';
import type { Program } from '../support/program.js';

const withId = z.looseObject({ id: z.string() });
const message = z.looseObject({
  id: z.string(),
  roomId: z.string(),
  seq: z.int(),
  text: z.string(),
  author: z.object({ id: z.string(), name: z.string() }),
});
export type Message = z.output<typeof message>;

const envelope = z.object({
  id: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.string(),
  stream: z.string(),
  revision: z.int(),
  sequence: z.string(),
  actor: z.object({ id: z.string(), name: z.string() }),
  data: z.record(z.string(), z.unknown()),
});
export type Envelope = z.output<typeof envelope>;

/** As many lines or items as one answer may hold. */
const LINES = 10_000;
const ITEMS = 500;

/** What somebody needs of a running program to test it from outside. */
export class World {
  readonly program: Program;
  readonly admin: Client;
  readonly analyst: Client;

  constructor(program: Program) {
    this.program = program;
    this.admin = this.user('root', 'admin');
    this.analyst = this.user('watcher', 'analyst');
  }

  user(id: string, ...roles: readonly string[]): Client {
    return new Client(this.program.url, id, ...roles);
  }

  users(prefix: string, count: number): Client[] {
    return Array.from({ length: count }, (_, index) => this.user(`${prefix}-${index}`));
  }

  /** Ids of new open rooms in a category of their own; `keeper` manages them. */
  async rooms(count: number, keeper: Client = this.admin, name = 'room'): Promise<string[]> {
    const creators = [{ user: keeper.id }];
    const category = await this.admin.post('/v1/categories', { name: `${name} ${crypto.randomUUID()}`, creators });
    const categoryId = body(category, 201, withId).id;
    const rooms: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const made = await keeper.post('/v1/rooms', { name: `${name} ${n}`, categoryId, privacy: 'open' });
      rooms.push(body(made, 201, withId).id);
    }
    return rooms;
  }

  async join(roomId: string, ...users: readonly Client[]): Promise<void> {
    for (const user of users) must(await user.post(`/v1/rooms/${roomId}/join`, { history: 0 }), 200);
  }

  /** The whole log, or what these streams hold of it. */
  async log(query = ''): Promise<Envelope[]> {
    const all: Envelope[] = [];
    for (let after = ''; ;) {
      const answer = await this.analyst.get(`/v1/log?limit=${LINES}${query}${after}`);
      const events = lines(must(answer, 200).text).map((line) => envelope.parse(line));
      all.push(...events);
      if (events.length < LINES) return all;
      after = `&after=${events.at(-1)?.sequence ?? ''}`;
    }
  }

  /** The whole history of a room, from its beginning, as of the given position at least. */
  async history(user: Client, roomId: string, readAfter?: string): Promise<Message[]> {
    const headers = readAfter === undefined ? {} : { 'hansard-read-after': readAfter };
    const all: Message[] = [];
    for (let after = -1; ;) {
      const answer = await user.get(`/v1/rooms/${roomId}/messages?after=${after}&limit=${ITEMS}`, { headers });
      const { items } = body(answer, 200, z.looseObject({ items: z.array(message) }));
      all.push(...items);
      if (items.length < ITEMS) return all;
      after = items.at(-1)?.seq ?? after;
    }
  }

  /** One figure of `/metrics`. */
  async metric(name: string): Promise<number> {
    const { text } = must(await this.admin.get('/metrics'), 200);
    const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`there is no metric ${name}`);
    return Number(value);
  }
}

/** NDJSON. */
export function lines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

/** `hansard.MessagePosted.v1` → `MessagePosted`. */
export function typeOf({ type }: Pick<Envelope, 'type'>): string {
  return type.split('.')[1] ?? type;
}
