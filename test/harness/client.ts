import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';

export interface Answer {
  /** Method and path, for messages. */
  readonly what: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asking {
  /** Idempotency-Key. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One user of a running program. A request rejects when its connection breaks before the answer was read whole. */
export class Client {
  readonly id: string;
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #token: string;

  /** Roles are those of development tokens: `admin`, `analyst`, … */
  constructor(url: string, id: string, ...roles: readonly string[]) {
    this.id = id;
    this.#url = new URL(url);
    this.#token = `dev-${[id, ...roles].join('+')}`;
  }

  get authorization(): string {
    return `Bearer ${this.#token}`;
  }

  /** Opens a stream: see `StreamReader`. */
  get headers(): Record<string, string> {
    return { authorization: this.authorization };
  }

  /** A string is sent as it is, anything else as JSON. */
  send(method: string, path: string, body?: unknown, { key, headers }: Asking = {}): Promise<Answer> {
    const bytes = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const all = {
      ...this.headers,
      ...(bytes !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...headers,
    };
    const { hostname, port } = this.#url;
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, method, path, headers: all, agent: this.#agent }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          if (!incoming.complete) reject(new Error(`the answer of ${method} ${path} was cut off`));
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ what: `${method} ${path}`, status: incoming.statusCode ?? 0, headers: incoming.headers, text });
        });
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // The server may close a connection that waits at the very moment when it is used again.
        const closed = outgoing.reusedSocket && error.code === 'ECONNRESET';
        if (closed && method === 'GET') resolve(this.send(method, path, body, { ...(headers && { headers }) }));
        else reject(error);
      });
      outgoing.end(bytes);
    });
  }

  get(path: string, asking?: Asking): Promise<Answer> {
    return this.send('GET', path, undefined, asking);
  }

  post(path: string, body?: unknown, asking?: Asking): Promise<Answer> {
    return this.send('POST', path, body, asking);
  }

  /** Drops connections that wait for further requests. */
  close(): void {
    this.#agent.destroy();
  }
}

/** The body, where the answer has the status that it must have. */
export function body<Shape extends z.ZodType>(answer: Answer, status: number, shape: Shape): z.output<Shape> {
  return shape.parse(JSON.parse(must(answer, status).text));
}

export function must(answer: Answer, ...statuses: readonly number[]): Answer {
  if (statuses.includes(answer.status)) return answer;
  throw new Error(
    `${answer.what} answered ${answer.status}, not ${statuses.join(' or ')}: ${answer.text.slice(0, 500)}`,
  );
}
