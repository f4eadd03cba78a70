import { join, resolve } from 'node:path';
import { openLog, openReadModels, type LogReading } from '../../composition.js';
import type { Config } from '../../config/config.js';
import { CliFailure, EXIT } from '../exit.js';
import { progressBar } from '../import/progress.js';
import { configOrFail } from '../load.js';
import { roomInFolder } from '../log/folder-log.js';
import { instantOf } from '../log/period.js';
import type { ExportedReadModel, ExportOptions } from '../options.js';
import { standardOutput, type Output } from '../output.js';
import { READ_MODEL_TABLES } from './columns.js';
import { exportEvents } from './events.js';
import type { Exported, Exporting } from './exporting.js';
import { parquet } from './parquet-part.js';
import type { Format } from './part.js';
import { exportTable } from './read-model.js';
import { csv, ndjson } from './text-part.js';

interface Done extends Exported {
  readonly of: string;
  readonly folder: string;
}

/** `hansard export`: the events, or a read model, of the data folder as files. */
export async function runExport(options: ExportOptions, output: Output = standardOutput): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  const bar = progressBar(output, () => performance.now());
  const selection = selectionOf(options);
  const config = configOrFail(options.mode, options.flags);
  const log = await openLog(config);
  const format = formatOf(options);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  const common = {
    format,
    signal: interrupted.signal,
    progress: (done: number, planned: number) => bar.update(done, planned),
  };
  try {
    const { readModel } = options;
    const into = (folder: string) => ({
      ...common,
      folder: join(resolve(options.out), folder),
      of: ofExport(log, folder, options),
    });
    const done = readModel
      ? await exportReadModel(log, config, readModel, selection, into)
      : [{ of: 'events', folder: into('events').folder, ...(await exportEvents(log, selection, into('events'))) }];
    bar.end();
    for (const one of done)
      output.out(options.json ? `${JSON.stringify({ format: options.format, ...one })}\n` : sentence(one));
    if (interrupted.signal.aborted) {
      throw new CliFailure('Interrupted; run it again to go on from there.', EXIT.interrupted);
    }
  } finally {
    bar.end();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
    await format.close();
    await log.store.close();
  }
}

async function exportReadModel(
  log: LogReading,
  config: Config,
  readModel: ExportedReadModel,
  { since, until, room }: ReturnType<typeof selectionOf>,
  into: (folder: string) => Exporting,
): Promise<readonly Done[]> {
  const models = await openReadModels(config);
  try {
    const source = { models, sequences: log.sequences, readModel };
    const id = room === undefined ? undefined : await roomInFolder(log, room);
    const done: Done[] = [];
    for (const table of READ_MODEL_TABLES[readModel]) {
      const exporting = into(table.folder);
      const exported = await exportTable(source, table, { since, until, room: id }, exporting);
      done.push({ of: table.folder, folder: exporting.folder, ...exported });
    }
    return done;
  } finally {
    await models.close();
  }
}

function selectionOf({ format, escapeFormulas, readModel, types, streams, room, since, until }: ExportOptions) {
  if (escapeFormulas && format !== 'csv') throw new CliFailure('--escape-formulas is for csv.', EXIT.usage);
  if (room !== undefined && streams !== undefined)
    throw new CliFailure('Give --room or --streams, not both.', EXIT.usage);
  const tables = readModel ? READ_MODEL_TABLES[readModel] : [];
  const refused = [
    ...(types === undefined ? [] : ['--types']),
    ...(streams === undefined ? [] : ['--streams']),
    ...(room === undefined || tables.every((table) => table.room) ? [] : ['--room']),
    ...((since ?? until) === undefined || tables.every((table) => table.time) ? [] : ['--since and --until']),
  ];
  if (readModel && refused.length > 0) {
    throw new CliFailure(`${refused.join(', ')} cannot narrow the read model ${readModel}.`, EXIT.usage);
  }
  return {
    types: types?.split(','),
    streams: streams?.split(','),
    room,
    since: instantOf('--since', since),
    until: instantOf('--until', until),
  };
}

function formatOf({ format, escapeFormulas }: ExportOptions): Format {
  switch (format) {
    case 'parquet':
      return parquet();
    case 'ndjson':
      return ndjson();
    case 'csv':
      return csv({ escapeFormulas });
  }
}

/** A folder holds one export: one that selects or writes otherwise is refused there. */
function ofExport({ domain }: LogReading, folder: string, options: ExportOptions): Exporting['of'] {
  const { format, escapeFormulas, types, streams, room, since, until } = options;
  const given = { types, streams, room, since, until };
  return {
    source: `/hansard/${domain}`,
    export: folder,
    format,
    ...(escapeFormulas && { escapeFormulas }),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

function sentence({ of, folder, rows, files, total }: Done): string {
  return rows === 0
    ? `${of}: nothing new, ${total} rows in ${folder}\n`
    : `${of}: ${rows} rows in ${files} files written, ${total} rows in ${folder}\n`;
}
