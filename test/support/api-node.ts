import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { start, type Hansard } from '../../src/composition.js';
import { loadConfig } from '../../src/config.js';
import type { Mode } from '../../src/config/defaults.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

/** One of a list, or what a route answers with: the members that tests look at. */
export interface Item {
  readonly id?: string;
  readonly seq?: number;
  readonly text?: string;
  readonly name?: string;
  readonly [more: string]: unknown;
}

export interface Body extends Item {
  readonly code?: string;
  readonly requestId?: string;
  readonly items?: readonly Item[];
  readonly next?: string;
  readonly prev?: string;
  readonly history?: readonly Item[];
  readonly participants?: readonly Item[];
  readonly cursor?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Empty when the answer is no JSON object. */
  readonly body: Body;
}

export interface Sending {
  readonly headers?: Readonly<Record<string, string>>;
  /** `Idempotency-Key`. */
  readonly key?: string | undefined;
  readonly ifMatch?: string;
  /** Sent as it is, as JSON unless the headers say otherwise. */
  readonly raw?: string | Buffer;
}

/** Lines of NDJSON. */
export interface Line {
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  readonly subject: string;
  readonly revision: number;
  readonly sequence: string;
  readonly time: string;
  readonly actor: { readonly id: string };
  readonly data: Readonly<Record<string, unknown>>;
}

export function lines({ text }: Answer): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

/** Somebody with a token, or nobody. Reads behind the last command of this node that was answered. */
export class Client {
  readonly #send: (method: Method, path: string, body: unknown, sending: Sending) => Promise<Answer>;

  constructor(send: Client['send']) {
    this.#send = send;
  }

  send(method: Method, path: string, body?: unknown, sending: Sending = {}): Promise<Answer> {
    return this.#send(method, path, body, sending);
  }

  get(path: string, sending?: Sending): Promise<Answer> {
    return this.send('GET', path, undefined, sending);
  }

  post(path: string, body?: unknown, sending?: Sending): Promise<Answer> {
    return this.send('POST', path, body, sending);
  }

  put(path: string, sending?: Sending): Promise<Answer> {
    return this.send('PUT', path, undefined, sending);
  }

  patch(path: string, body?: unknown, sending?: Sending): Promise<Answer> {
    return this.send('PATCH', path, body, sending);
  }

  delete(path: string, sending?: Sending): Promise<Answer> {
    return this.send('DELETE', path, undefined, sending);
  }

  /** The items of all pages, in the order in which they are listed. */
  async all(path: string, sending?: Sending): Promise<Item[]> {
    const items: Item[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const { status, text, body }: Answer = await this.get(next, sending);
      if (status !== 200 || !body.items) throw new Error(`GET ${next} gave ${status} ${text}`);
      items.push(...body.items);
      next = body.next === undefined ? undefined : withCursor(path, body.next);
    }
    return items;
  }
}

/** The same list at the cursor: its filters are in it. */
export function withCursor(path: string, cursor: string): string {
  const [route = '', query = ''] = path.split('?');
  const limit = new URLSearchParams(query).get('limit');
  return `${route}?${new URLSearchParams({ cursor, ...(limit !== null && { limit }) }).toString()}`;
}

export interface NodeOptions {
  readonly mode?: Mode;
  /** Settings, given the folder of this node. */
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
}

export interface RoomFields {
  readonly categoryId?: string;
  readonly name?: string;
  readonly privacy?: 'open' | 'closed' | 'secret';
  readonly type?: 'normal' | 'auditorium';
  readonly topic?: string;
  readonly description?: string;
  readonly members?: readonly Principal[];
  readonly managers?: readonly Principal[];
  readonly presenters?: readonly Principal[];
}

type Principal = { readonly user: string } | { readonly group: string };

const POSITION = 'hansard-position';

/** A whole node on an empty folder, asked without a network. */
export class ApiNode {
  readonly #options: NodeOptions;
  #folder = '';
  #hansard: Hansard | undefined;
  #position: string | undefined;
  #category: Promise<string> | undefined;
  #count = 0;

  constructor(options: NodeOptions = {}) {
    this.#options = options;
  }

  get hansard(): Hansard {
    if (!this.#hansard) throw new Error('the node is not running');
    return this.#hansard;
  }

  get app() {
    return this.hansard.app;
  }

  /** Of the last command that was answered. */
  get position(): string {
    if (this.#position === undefined) throw new Error('no command was answered yet');
    return this.#position;
  }

  async start(): Promise<void> {
    this.#folder ||= await mkdtemp(join(tmpdir(), 'hansard-api-'));
    const { mode = 'development', env } = this.#options;
    const settings = {
      HANSARD_DATA: join(this.#folder, 'data'),
      HANSARD_ARCHIVE: join(this.#folder, 'archive'),
      HANSARD_ARCHIVE_INTERVAL: '1h',
      HANSARD_DEMO: 'off',
      HANSARD_LOG_LEVEL: 'silent',
    };
    const loaded = loadConfig({ mode, env: { ...settings, ...env?.(this.#folder) } });
    if (!loaded.ok) throw new Error(loaded.problems.join(' '));
    this.#hansard = await start(loaded.config, { listen: false });
  }

  /** The same folder, another process as far as the node can tell. */
  async restart(): Promise<void> {
    await this.hansard.stop();
    await this.start();
  }

  async dispose(): Promise<void> {
    await this.#hansard?.stop();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Listens on a free port of this machine and gives it. */
  async listen(): Promise<number> {
    if (!this.app.server.listening) await this.app.listen({ host: '127.0.0.1', port: 0 });
    return (this.app.server.address() as AddressInfo).port;
  }

  /** With a development token: `as('ada', '+admin', '@traders', '~external')`. */
  as(user: string, ...marks: readonly string[]): Client {
    return this.with(`dev-${user}${marks.join('')}`);
  }

  with(token?: string): Client {
    return new Client((method, path, body, sending) => this.#send(token, method, path, body, sending ?? {}));
  }

  /** A user whom no other test has met. */
  someone(): string {
    return `user${(this.#count += 1)}`;
  }

  async category(fields: object = {}): Promise<string> {
    const name = `category ${(this.#count += 1)}`;
    return created(await this.as('root', '+admin').post('/v1/categories', { name, ...fields }));
  }

  /** Made by `mona`, its manager, in a category that admits every internal user unless it is told another one. */
  async room(fields: RoomFields = {}): Promise<string> {
    const name = `room ${(this.#count += 1)}`;
    this.#category ??= this.category({ creators: [{ user: 'mona' }] });
    const categoryId = fields.categoryId ?? (await this.#category);
    return created(await this.as('mona').post('/v1/rooms', { name, categoryId, ...fields }));
  }

  /** Events of these types that were written behind a position. */
  async logged(types: string, after: string): Promise<Line[]> {
    return lines(await this.as('ann', '+analyst').get(`/v1/log?limit=10000&after=${after}&types=${types}`));
  }

  async #send(
    token: string | undefined,
    method: Method,
    url: string,
    body: unknown,
    { headers = {}, key, ifMatch, raw }: Sending,
  ): Promise<Answer> {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const readAfter = method === 'GET' ? this.#position : undefined;
    const given = await this.app.inject({
      method,
      url,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(payload !== undefined && { 'content-type': 'application/json' }),
        ...(readAfter !== undefined && { 'hansard-read-after': readAfter }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...headers,
      },
      ...(payload !== undefined && { payload }),
    });
    const answered = Object.fromEntries(Object.entries(given.headers).map(([name, value]) => [name, String(value)]));
    this.#position = answered[POSITION] ?? this.#position;
    const isJson = /json(;|$)/.test(answered['content-type'] ?? '') && given.payload.startsWith('{');
    const isLines = answered['content-type']?.startsWith('application/x-ndjson');
    const parsed = isJson && !isLines ? (JSON.parse(given.payload) as Body) : {};
    return { status: given.statusCode, headers: answered, text: given.payload, body: parsed };
  }
}

/** The id of what was made. */
export function created({ status, text, body }: Answer): string {
  if (status !== 201 || body.id === undefined) throw new Error(`nothing was made: ${status} ${text}`);
  return body.id;
}

/** One node for all tests of a file. */
export function apiNode(options?: NodeOptions): ApiNode {
  const node = new ApiNode(options);
  beforeAll(() => node.start(), 120_000);
  afterAll(() => node.dispose(), 60_000);
  return node;
}
