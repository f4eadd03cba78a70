import { once } from 'node:events';
import { logLines } from '../api/log-lines.js';
import { openLog } from '../composition.js';
import { ORIGIN } from '../domain/kernel/position.js';
import { CliFailure, EXIT } from './exit.js';
import { configOrFail } from './load.js';
import type { ReplayOptions } from './options.js';

/** `hansard replay`: the log as NDJSON on stdout, from the data folder or from a running server. */
export async function runReplay(options: ReplayOptions): Promise<void> {
  const lines = options.url === undefined ? fromFolder(options) : fromServer(options, options.url);
  for await (const line of lines) {
    if (!process.stdout.write(line)) await once(process.stdout, 'drain');
  }
}

async function* fromFolder({
  mode,
  flags,
  after,
  limit = Infinity,
  types,
  streams,
  follow,
}: ReplayOptions): AsyncGenerator<string> {
  const log = await openLog(configOrFail(mode, flags));
  try {
    const position = after === undefined ? ORIGIN : log.sequences.decode(after);
    if (position === undefined) throw new CliFailure('--after is no sequence of this deployment.', EXIT.usage);
    const selection = { after: position, limit, types: types?.split(','), streams: streams?.split(',') };
    yield* logLines(log, selection, follow ? untilInterrupted() : undefined);
  } finally {
    await log.store.close();
  }
}

function untilInterrupted(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  return ending.signal;
}

/** Page after page, so that no answer is open for long. */
async function* fromServer({ token, after, limit = Infinity, types, streams, follow }: ReplayOptions, url: string) {
  if (follow) throw new CliFailure('--follow reads the data folder; leave --url out.', EXIT.usage);
  if (token === undefined) throw new CliFailure('Give the server a token of an analyst: --token.', EXIT.usage);
  for (let [cursor, left] = [after, limit]; left > 0;) {
    const query = new URLSearchParams({
      limit: String(Math.min(left, 10_000)),
      ...(cursor !== undefined && { after: cursor }),
      ...(types !== undefined && { types }),
      ...(streams !== undefined && { streams }),
    });
    const answer = await fetch(new URL(`/v1/log?${query.toString()}`, url), {
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await answer.text();
    if (!answer.ok) throw new CliFailure(`${url} answered ${answer.status}: ${text}`);
    const lines = text.split('\n').filter((line) => line !== '');
    const last = lines.at(-1);
    if (last === undefined) return;
    yield text;
    left -= lines.length;
    cursor = sequenceOf(last);
  }
}

function sequenceOf(line: string): string {
  const event: unknown = JSON.parse(line);
  if (typeof event === 'object' && event !== null && 'sequence' in event && typeof event.sequence === 'string')
    return event.sequence;
  throw new CliFailure('The server answered something that is no event.');
}
