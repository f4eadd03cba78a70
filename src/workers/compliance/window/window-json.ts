import { z } from 'zod';
import { windowRange } from '../../../projections/window-view.js';
import type { SequenceCodec } from '../../../projections/sequence.js';
import { OutputFile, type WrittenFile } from '../bag/output-file.js';
import type { Spool, SpooledText } from '../bag/spool.js';
import { ADAPTERS, type Window } from '../dependencies.js';
import { byTypeOf, type Accounts } from './accounts.js';

export const FORMAT = 'hansard-archive-1';
export const WINDOW_JSON = 'data/window.json';

const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const byType = z.record(z.string(), count);

/** `data/window.json`: what a window is and holds. */
export const windowJson = z.strictObject({
  format: z.literal(FORMAT),
  adapter: z.enum(ADAPTERS),
  profile: z.enum(['full', 'strict']),
  number: z.int().min(1),
  /** Sequences as the API gives them: every event behind `from`, up to and with `to`. */
  from: z.string(),
  to: z.string(),
  fromTime: z.string(),
  toTime: z.string(),
  previousManifestSha256: hash.optional(),
  software: z.string(),
  events: count,
  totals: z.strictObject({ byType, unknown: count, messages: count, textBytes: count, escapedCharacters: count }),
  rooms: z.array(z.strictObject({ id: z.string(), name: z.string(), byType, unknown: count })),
  streams: z.array(z.strictObject({ stream: z.string(), first: count, last: count, events: count })),
  roster: z.array(
    z.strictObject({
      room: z.string(),
      participants: z.array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          email: z.string(),
          internal: z.boolean(),
          since: z.string(),
        }),
      ),
    }),
  ),
  unknown: z.array(
    z.strictObject({
      stream: z.string(),
      revision: count,
      sequence: z.string(),
      id: z.string(),
      type: z.string(),
      sha256: hash,
    }),
  ),
});
export type WindowJson = z.infer<typeof windowJson>;

/** Parts of the file that may be large, one JSON value after the other, with `,\n` between them. */
export interface LargeParts {
  readonly roster: SpooledText;
  readonly unknown: SpooledText;
}

export async function writeWindowJson(
  folder: string,
  window: Window,
  accounts: Accounts,
  { escaped, roomName, sequences }: { escaped: number; roomName: (id: string) => string; sequences: SequenceCodec },
  spool: Spool,
  { roster, unknown }: LargeParts,
): Promise<WrittenFile> {
  const { adapter, profile, number, fromTime, toTime, previousManifestSha256, software } = window;
  const head = {
    format: FORMAT,
    adapter,
    profile,
    number,
    ...windowRange(window, sequences),
    fromTime,
    toTime,
    ...(previousManifestSha256 !== undefined && { previousManifestSha256 }),
    software,
    events: accounts.events,
    totals: {
      byType: byTypeOf(accounts.byType),
      unknown: accounts.unknown,
      messages: accounts.messages,
      textBytes: accounts.textBytes,
      escapedCharacters: escaped,
    },
  };
  const file = await OutputFile.create(folder, WINDOW_JSON);
  try {
    file.write('{\n');
    for (const [name, value] of Object.entries(head)) file.write(`"${name}": ${JSON.stringify(value)},\n`);
    await writeList(file, 'rooms', rooms(accounts, roomName));
    await writeList(file, 'streams', streams(accounts));
    await writeSpooled(file, 'roster', spool, roster, ',\n');
    await writeSpooled(file, 'unknown', spool, unknown, '\n}\n');
    return await file.finish();
  } finally {
    await file.abandon();
  }
}

function* rooms({ rooms }: Accounts, roomName: (id: string) => string): Generator<string> {
  for (const [id, { byType, unknown }] of rooms)
    yield JSON.stringify({ id, name: roomName(id), byType: byTypeOf(byType), unknown });
}

function* streams({ streams }: Accounts): Generator<string> {
  for (const [stream, { first, last, events }] of streams) yield JSON.stringify({ stream, first, last, events });
}

async function writeList(file: OutputFile, name: string, items: Iterable<string>): Promise<void> {
  file.write(`"${name}": [`);
  let separator = '\n';
  for (const item of items) {
    file.write(separator + item);
    separator = ',\n';
    await file.drain();
  }
  file.write(separator === '\n' ? '],\n' : '\n],\n');
}

async function writeSpooled(
  file: OutputFile,
  name: string,
  spool: Spool,
  text: SpooledText,
  end: string,
): Promise<void> {
  const newline = text.isEmpty ? '' : '\n';
  file.write(`"${name}": [${newline}`);
  await spool.copy(text, file);
  file.write(`${newline}]${end}`);
}
