import { foldName } from '../../../src/domain/names.js';
import { ConnectionLost, type Api, type ApiAnswer, type ApiRequest } from '../../../src/cli/import/api.js';

interface Posted {
  readonly roomId: string;
  readonly author: string;
  readonly text: string;
  readonly claimedTime: string | undefined;
}

/** What an import needs of the server: names are unique, keys are remembered for good, a room has an order. */
export class FakeServer implements Api {
  now = '2026-01-01T00:00:00.000Z';
  readonly rooms = new Map<string, { readonly id: string; topic: string }>();
  readonly posts: Posted[] = [];
  readonly attendance: string[] = [];
  /** Changes of anything. */
  writes = 0;
  /** Asked before each request; may throw, or answer instead. `after`: the request was carried out. */
  trouble: (request: ApiRequest, when: 'before' | 'after') => ApiAnswer | undefined = () => undefined;

  /** Holds a request back. */
  gate: (request: ApiRequest) => Promise<void> = () => Promise.resolve();

  readonly #answers = new Map<string, { readonly fingerprint: string; readonly answer: ApiAnswer }>();

  async request(request: ApiRequest): Promise<ApiAnswer> {
    await this.gate(request);
    const before = this.trouble(request, 'before');
    if (before) return before;
    const answer = this.#once(request);
    return this.trouble(request, 'after') ?? answer;
  }

  texts(room: string): string[] {
    const id = this.rooms.get(room)?.id;
    return this.posts.filter(({ roomId }) => roomId === id).map(({ text }) => text);
  }

  #once(request: ApiRequest): ApiAnswer {
    if (request.key === undefined) return this.#carryOut(request);
    const key = `${request.as === 'admin' ? 'admin' : request.as.id} ${request.key}`;
    const fingerprint = JSON.stringify([request.method, request.path, request.body]);
    const first = this.#answers.get(key);
    if (first) return first.fingerprint === fingerprint ? first.answer : problem(422, 'idempotency-mismatch');
    const answer = this.#carryOut(request);
    if (answer.status < 300) this.#answers.set(key, { fingerprint, answer });
    return answer;
  }

  #carryOut({ method, path, as, body = {} }: ApiRequest): ApiAnswer {
    if (path === '/v1/me') return { status: 200, json: {} };
    if (path === '/v1/server') return { status: 200, json: { time: this.now } };
    if (method === 'GET') return this.#list();
    this.writes += 1;
    const fields = body as Partial<Record<'name' | 'text' | 'claimedTime' | 'topic', string>>;
    if (path === '/v1/categories') return { status: 201, json: { id: 'category', name: fields.name } };
    if (path === '/v1/rooms') return this.#createRoom(fields.name ?? '');
    const [, id = '', act] = /^\/v1\/rooms\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const user = as === 'admin' ? 'admin' : as.id;
    if (act === 'messages') return this.#post(id, user, fields.text ?? '', fields.claimedTime);
    if (method === 'PATCH') for (const room of this.rooms.values()) if (room.id === id) room.topic = fields.topic ?? '';
    if (act !== undefined) this.attendance.push(`${act} ${user} ${fields.claimedTime ?? ''}`.trim());
    return { status: 200, json: {} };
  }

  #list(): ApiAnswer {
    return { status: 200, json: { items: Array.from(this.rooms, ([name, { id }]) => ({ id, name })) } };
  }

  #createRoom(name: string): ApiAnswer {
    if ([...this.rooms.keys()].some((other) => foldName(other) === foldName(name)))
      return problem(409, 'duplicate-name');
    const id = `room${this.rooms.size}`;
    this.rooms.set(name, { id, topic: '' });
    return { status: 201, json: { id, name } };
  }

  #post(roomId: string, author: string, text: string, claimedTime: string | undefined): ApiAnswer {
    if (text.length > 8_192) return problem(413, 'message-too-large');
    this.posts.push({ roomId, author, text, claimedTime });
    return { status: 201, json: { time: this.now } };
  }
}

function problem(status: number, code: string): ApiAnswer {
  return { status, json: { code, detail: `It is ${code}.` } };
}

/** Loses the connection `times` times, before or after the request was carried out. */
export function losing(times: number, when: 'before' | 'after'): FakeServer['trouble'] {
  let left = times;
  return (_request, now) => {
    if (now !== when || left === 0) return undefined;
    left -= 1;
    throw new ConnectionLost('connection reset');
  };
}
