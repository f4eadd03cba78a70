import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { CliFailure } from '../exit.js';
import { findRoom, streamsOfRoom, type NamedRoom } from './rooms.js';

export interface Server {
  readonly url: string;
  readonly token: string;
  /** Ends waiting and reading, without an error. */
  readonly signal: AbortSignal;
}

/** What the command line needs of an event that a server gave as a line. */
const lineSchema = z.looseObject({
  sequence: z.string(),
  type: z.string(),
  time: z.string(),
  stream: z.string(),
  revision: z.int(),
  data: z.unknown(),
});
export type Line = z.infer<typeof lineSchema>;

/** Whole lines, and the last of them. */
export interface Lines {
  readonly text: Buffer;
  readonly count: number;
  readonly last: () => Line;
}

export interface LogQuery {
  readonly after?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly streams?: readonly string[] | undefined;
}

/** Lines that one answer may hold. */
const PAGE = 10_000;
const POLL_MS = 500;
const ATTEMPTS = 5;
const FIRST_RETRY_MS = 200;
const NEWLINE = 10;

/**
 * The log of a running server, page after page, so that no answer is open for long; an answer that breaks off is gone on
 * with behind its last whole line. A consumer that stops reads nothing more from the socket. `follow`: asks again and
 * again, and waits for a server that is away.
 */
export async function* serverLog(
  server: Server,
  { after, types, streams }: LogQuery,
  { limit = Infinity, follow = false }: { readonly limit?: number; readonly follow?: boolean } = {},
): AsyncGenerator<Lines> {
  let cursor = after;
  const path = (lines: number) => {
    const query = new URLSearchParams({
      limit: String(lines),
      ...(cursor !== undefined && { after: cursor }),
      ...(types && { types: types.join(',') }),
      ...(streams && { streams: streams.join(',') }),
    });
    return `/v1/log?${query.toString()}`;
  };
  for await (const lines of pages(server, path, { limit, follow })) {
    cursor = lines.last().sequence; // before it is given: the next page is asked for when the consumer comes back
    yield lines;
  }
}

/** One stream, the last event first. */
export async function* serverStreamBackward(server: Server, stream: string): AsyncGenerator<Lines> {
  let from: number | undefined;
  const path = (lines: number) => {
    const query = new URLSearchParams({ direction: 'backward', limit: String(lines) });
    if (from !== undefined) query.set('from', String(from));
    return `/v1/streams/${encodeURIComponent(stream)}?${query.toString()}`;
  };
  for await (const lines of pages(server, path, { limit: Infinity, follow: false })) {
    const { revision } = lines.last();
    yield lines;
    if (revision === 0) return;
    from = revision - 1;
  }
}

/** The streams of a room by id or name. */
export async function roomOnServer(server: Server, room: string): Promise<readonly string[]> {
  const named = serverLog(server, { types: ['RoomCreated', 'RoomRenamed'], streams: ['room-*'] });
  return streamsOfRoom(await findRoom(room, parsed(named)));
}

async function* parsed(pagesOfLines: AsyncIterable<Lines>): AsyncGenerator<NamedRoom> {
  for await (const { text } of pagesOfLines) yield* linesIn(text);
}

export function linesIn(text: Buffer): Line[] {
  return text.toString('utf8').split('\n').slice(0, -1).map(lineOf);
}

/** `path` is asked for each page, and again for the rest of one that broke off. */
async function* pages(
  server: Server,
  path: (lines: number) => string,
  { limit, follow }: { readonly limit: number; readonly follow: boolean },
): AsyncGenerator<Lines> {
  const isOver = () => server.signal.aborted;
  let failures = 0;
  for (let left = limit; left > 0 && !isOver();) {
    const wanted = Math.min(left, PAGE);
    let got = 0;
    try {
      for await (const lines of answer(server, path(wanted))) {
        got += lines.count;
        left -= lines.count;
        yield lines;
      }
      failures = 0;
      if (got === wanted) continue;
      if (!follow) return;
      await delay(POLL_MS, undefined, { signal: server.signal });
    } catch (error) {
      if (isOver()) return;
      failures = got > 0 ? 1 : failures + 1;
      if (!(error instanceof AwayError) || (!follow && failures > ATTEMPTS)) throw failure(error);
      const retryMs = error.retryMs ?? FIRST_RETRY_MS * 2 ** Math.min(failures, ATTEMPTS);
      await delay(retryMs, undefined, { signal: server.signal }).catch(() => undefined);
    }
  }
}

/** The server did not answer, not now, or not to the end. */
class AwayError extends Error {
  override readonly name = 'AwayError';
  readonly retryMs: number | undefined;

  constructor(message: string, { retryMs, cause }: { readonly retryMs?: number; readonly cause?: unknown } = {}) {
    super(message, { cause });
    this.retryMs = retryMs;
  }
}

function failure(error: unknown): unknown {
  return error instanceof AwayError ? new CliFailure(error.message) : error;
}

async function* answer(server: Server, path: string): AsyncGenerator<Lines> {
  const body = await ask(server, path);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const bytes of body) {
      const text =
        rest.length === 0
          ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
          : Buffer.concat([rest, bytes]);
      const end = text.lastIndexOf(NEWLINE) + 1;
      rest = text.subarray(end);
      if (end > 0) yield whole(text.subarray(0, end));
    }
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    throw new AwayError(`The answer of ${server.url} broke off: ${String(error)}.`, { cause: error });
  }
  if (rest.length > 0) throw new AwayError(`The answer of ${server.url} broke off within a line.`);
}

async function ask({ url, token, signal }: Server, path: string): Promise<AsyncIterable<Uint8Array>> {
  const given = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` }, signal }).catch(
    (error: unknown) => {
      throw new AwayError(`No server answers at ${url}. (${String(error)})`, { cause: error });
    },
  );
  if (given.ok && given.body) return given.body;
  const text = await given.text();
  if (given.status !== 429 && given.status < 500) throw new CliFailure(`${url} answered ${given.status}: ${text}`);
  const seconds = Number(given.headers.get('retry-after') ?? Number.NaN);
  throw new AwayError(`${url} answered ${given.status}: ${text}`, {
    ...(seconds >= 0 && { retryMs: Math.max(seconds * 1_000, FIRST_RETRY_MS) }),
  });
}

function whole(text: Buffer): Lines {
  let count = 0;
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) count += 1;
  const last = () => lineOf(text.subarray(text.lastIndexOf(NEWLINE, text.length - 2) + 1, -1).toString('utf8'));
  return { text, count, last };
}

function lineOf(text: string): Line {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliFailure(`The server answered something that is no event: ${String(cause)}`);
  }
}
