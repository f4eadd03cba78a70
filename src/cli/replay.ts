import type { Writable } from 'node:stream';
import { eventsIn, linesOf } from '../api/log-lines.js';
import { openLog } from '../composition.js';
import { CliFailure, EXIT } from './exit.js';
import { configOrFail } from './load.js';
import { folderBatches, folderStreamBackward, type FolderSelection } from './log/folder-log.js';
import { instantOf, isOver, isWithin } from './log/period.js';
import { pipeOut } from './log/pipe-out.js';
import {
  linesIn,
  roomOnServer,
  serverLog,
  serverStreamBackward,
  type Line,
  type Lines,
  type Server,
} from './log/server-log.js';
import type { ReplayOptions } from './options.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

type Selection = FolderSelection & { readonly limit: number; readonly follow: boolean; readonly backward?: string };

/** `hansard replay`: the log as NDJSON on stdout, from the data folder or from a running server. */
export async function runReplay(options: ReplayOptions, out: Writable = process.stdout): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    await pipeOut(replayed(options, interrupted.signal), out);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
  if (interrupted.signal.aborted && !options.follow) {
    throw new CliFailure('Interrupted; --after with the last `sequence` goes on from there.', EXIT.interrupted);
  }
}

/** The lines, whole ones in each piece; the signal ends them in order. */
export function replayed(options: ReplayOptions, signal: AbortSignal): AsyncIterable<string | Uint8Array> {
  const selection = selectionOf(options);
  if (options.url === undefined) return fromFolder(options, selection, signal);
  return fromServer({ url: options.url, token: tokenOf(options), signal }, selection);
}

function selectionOf({
  after,
  limit = Infinity,
  types,
  streams,
  room,
  since,
  until,
  follow,
  backward,
}: ReplayOptions): Selection {
  const period = { since: instantOf('--since', since), until: instantOf('--until', until) };
  const named = streams?.split(',');
  if (room !== undefined && named) throw new CliFailure('Give --room or --streams, not both.', EXIT.usage);
  const selection = { after, limit, types: types?.split(','), streams: named, room, ...period, follow };
  if (!backward) return selection;
  const [stream, more] = named ?? [];
  if (stream === undefined || more !== undefined || stream.endsWith('-*') || follow) {
    throw new CliFailure('--backward reads one stream, named with --streams, to its beginning.', EXIT.usage);
  }
  return { ...selection, backward: stream };
}

function tokenOf({ mode, token }: ReplayOptions): string {
  if (token !== undefined) return token;
  if (mode === 'development') return 'dev-analyst+analyst';
  throw new CliFailure('Give the server a token of an analyst: --token.', EXIT.usage);
}

async function* fromFolder({ mode, flags }: ReplayOptions, selection: Selection, signal: AbortSignal) {
  const log = await openLog(configOrFail(mode, flags));
  try {
    const { backward, limit, follow } = selection;
    const events =
      backward === undefined
        ? eventsIn(folderBatches(log, selection, follow ? signal : undefined))
        : folderStreamBackward(log, backward, selection);
    for await (const lines of linesOf(events, log.toEnvelope, limit)) {
      if (signal.aborted) return;
      yield lines;
    }
  } finally {
    await log.store.close();
  }
}

async function* fromServer(server: Server, selection: Selection): AsyncGenerator<string | Uint8Array> {
  const { backward, limit, follow, room, after, types, since, until } = selection;
  const isPlain = backward === undefined && since === undefined && until === undefined;
  if (backward !== undefined) {
    yield* narrowed(serverStreamBackward(server, backward), selection);
    return;
  }
  const streams = room === undefined ? selection.streams : await roomOnServer(server, room);
  const pages = serverLog(server, { after, types, streams }, { follow, ...(isPlain && { limit }) });
  if (isPlain) for await (const { text } of pages) yield text;
  else yield* narrowed(pages, { ...selection, after: undefined, types: undefined });
}

/** What the server cannot select is left out here; `after` and `types` only where it did not. */
async function* narrowed(
  pages: AsyncIterable<Lines>,
  { limit, types, after, backward, ...period }: Selection,
): AsyncGenerator<string> {
  let left = limit;
  let isBehind = after === undefined;
  const taken = (line: Line) => {
    if (isBehind) return isWithin(line.time, period) && (!types || types.includes(typeOf(line)));
    isBehind = line.sequence === after;
    return false;
  };
  for await (const { text } of pages) {
    const lines = linesIn(text);
    const some = lines.filter(taken).slice(0, left);
    left -= some.length;
    if (some.length > 0) yield some.map((line) => `${JSON.stringify(line)}\n`).join('');
    if (left === 0 || (backward === undefined && lines.some(({ time }) => isOver(time, period)))) return;
  }
  if (!isBehind) throw new CliFailure('--after is no sequence of this stream.', EXIT.usage);
}

/** `MessagePosted` of `hansard.MessagePosted.v1`. */
function typeOf({ type }: Line): string {
  return type.slice('hansard.'.length, type.lastIndexOf('.'));
}
