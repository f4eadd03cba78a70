import { z } from 'zod';
import type { Api } from './api.js';
import { readLogs, type LogOptions } from './irc/read-logs.js';
import { ImportReport } from './report.js';
import { categoryFor, ImportRefused, problemIn } from './rooms.js';
import { Sender } from './sender.js';

export interface ImportIrcOptions extends LogOptions {
  /** Read in this order. */
  readonly files: readonly string[];
  /** Where the rooms are made. */
  readonly category: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, planned: number) => void;
}

const server = z.object({ time: z.string() });

/**
 * Imports logs through the API; the report says what became of every line. Importing the same lines again changes nothing,
 * and an import that was broken off goes on where it stopped. Throws ConnectionLost, ImportRefused and what reading files
 * throws; `report` is then true up to there.
 */
export async function importIrc(
  api: Api,
  options: ImportIrcOptions,
  report = new ImportReport(),
): Promise<ImportReport> {
  const { files, category, signal, onProgress } = options;
  const began = await serverTime(api);
  const categoryId = await categoryFor(api, category);
  const sender = new Sender(api, report, { categoryId, began, signal, ...(onProgress && { onProgress }) });
  for await (const planned of readLogs(distinct(files), options, report)) {
    if (signal.aborted) break;
    await sender.send(planned);
  }
  await sender.finish();
  return report;
}

/** Reads everything, sends nothing. */
export async function dryRunIrc({
  files,
  ...options
}: LogOptions & Pick<ImportIrcOptions, 'files'>): Promise<ImportReport> {
  const report = new ImportReport();
  for await (const { name, commands } of readLogs(distinct(files), options, report)) {
    const before = report.rooms.get(name)?.commands ?? 0;
    report.rooms.set(name, { id: undefined, commands: before + commands.length });
  }
  return report;
}

/** A file that is named twice is one file. */
function distinct(files: readonly string[]): string[] {
  return [...new Set(files)];
}

async function serverTime(api: Api): Promise<string> {
  const me = await api.request({ method: 'GET', path: '/v1/me', as: 'admin' });
  if (me.status !== 200) throw new ImportRefused(`The server does not accept the token: ${problemIn(me).detail}`);
  const answer = await api.request({ method: 'GET', path: '/v1/server', as: 'admin' });
  const parsed = server.safeParse(answer.json);
  if (!parsed.success) throw new ImportRefused('What answers there is not Hansard.');
  return parsed.data.time;
}
