import type { LogReading } from '../../composition.js';
import type { RecordedEvent } from '../../domain/kernel/event.js';
import type { Position } from '../../domain/kernel/position.js';
import type { Envelope } from '../../projections/envelope.js';
import { eventTime } from '../log/event-time.js';
import { folderBatches, type FolderSelection } from '../log/folder-log.js';
import { EVENT_COLUMNS } from './columns.js';
import { readManifest } from './manifest.js';
import type { Format } from './part.js';
import { Parts } from './parts.js';
import type { Exported, Exporting } from './exporting.js';

/** Files that are written at the same time: days overlap by the clocks of the nodes alone. */
const MAX_DAYS = 4;
/** A file ends there, so that much of what a stopped run did is kept. */
const MAX_ROWS = 1_000_000;

/** Events behind the last export into this folder, a file for each UTC day. */
export async function exportEvents(
  log: LogReading,
  selection: FolderSelection,
  { folder, of, format, signal, progress }: Exporting,
): Promise<Exported> {
  const parts = await openParts(folder, of, format);
  const from = log.sequences.decode(parts.manifest.position);
  const head = await log.store.head();
  let done = from ?? (0 as Position);
  const after = from === undefined ? undefined : parts.manifest.position;
  const commit = () => parts.commit(log.sequences.encode(done));
  try {
    for await (const { events, position } of folderBatches(log, { ...selection, after })) {
      if (signal.aborted) break;
      for (const { day, run } of runsOf(events)) {
        const isFull = !parts.isOpen(`day=${day}`) && parts.openFiles >= MAX_DAYS;
        if (isFull || parts.openRows >= MAX_ROWS) await commit();
        await parts.add(`day=${day}`, run.map(log.toEnvelope));
        done = run.at(-1)?.position ?? done;
      }
      done = position;
      progress(done - (from ?? 0), head - (from ?? 0));
    }
    await commit();
  } catch (error) {
    await parts.abandon();
    throw error;
  }
  return { rows: parts.rows, files: parts.files, total: parts.manifest.rows, position: parts.manifest.position };
}

async function openParts(folder: string, of: Exporting['of'], format: Format): Promise<Parts<Envelope>> {
  const manifest = await readManifest(folder, of);
  const line = (envelope: Envelope) => JSON.stringify(envelope);
  const parts = new Parts(folder, format, { columns: EVENT_COLUMNS, line }, manifest);
  await parts.tidy();
  return parts;
}

interface Run {
  readonly day: string;
  readonly run: readonly RecordedEvent[];
}

/** Events of one UTC day that follow one another. Those without a time are of 1970, as in envelopes. */
function* runsOf(events: readonly RecordedEvent[]): Generator<Run> {
  let from = 0;
  for (let to = 1; to <= events.length; to += 1) {
    const [first, next] = [events[from], events[to]];
    if (first === undefined) return;
    if (next !== undefined && dayOf(next) === dayOf(first)) continue;
    yield { day: dayOf(first), run: events.slice(from, to) };
    from = to;
  }
}

function dayOf({ metadata }: RecordedEvent): string {
  const time = eventTime({ metadata });
  return time !== undefined && /^\d{4}-\d\d-\d\dT/.test(time) ? time.slice(0, 10) : '1970-01-01';
}
