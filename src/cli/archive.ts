import { openLog } from '../composition.js';
import type { Config } from '../config/config.js';
import { verifyArchive } from '../workers/compliance/check/verify-archive.js';
import { ADAPTERS, isAdapterName } from '../workers/compliance/dependencies.js';
import { listArchive } from '../workers/compliance/list-archive.js';
import type { Problem, Report } from '../workers/compliance/report.js';
import { askServer } from './ask-server.js';
import { CliFailure, EXIT } from './exit.js';
import { configOrFail } from './load.js';
import type { ArchiveCutOptions, ArchiveListOptions, ArchiveVerifyOptions } from './options.js';
import { counted, standardOutput, table, type Output } from './output.js';

/** `hansard archive verify`: needs the files alone; with `--against-log` the log of the data folder too. */
export async function archiveVerify(
  { mode, flags, folder, againstLog, json }: ArchiveVerifyOptions,
  output: Output = standardOutput,
): Promise<void> {
  const needsConfig = folder === undefined || againstLog;
  const config = needsConfig ? configOrFail(mode, flags) : undefined;
  const path = folder ?? config?.archive.folder ?? '';
  const report = againstLog && config ? await verifyAgainstLog(path, config) : await verifyArchive(path);
  if (json) output.out(`${JSON.stringify(report, null, 2)}\n`);
  else output.out(summary(report));
  if (!report.ok) throw new CliFailure(`${counted(report.problems.length, 'problem')} in ${path}.`, EXIT.failed);
}

async function verifyAgainstLog(path: string, config: Config): Promise<Report> {
  const against = await openLog(config);
  try {
    return await verifyArchive(path, { against });
  } finally {
    await against.store.close();
  }
}

function summary({ ok, problems, warnings, counts: { windows, files, events, messages } }: Report): string {
  const line =
    (label: string) =>
    ({ path, code, message }: Problem) =>
      `${label}  ${path || '.'}  ${code}: ${message}\n`;
  const verdict = ok ? 'whole' : 'NOT whole';
  return [
    ...capped(problems.map(line('problem'))),
    ...capped(warnings.map(line('warning'))),
    `${counted(windows, 'window')}, ${counted(files, 'file')}, ${counted(events, 'event')}, ${counted(messages, 'message')}: ${verdict}\n`,
  ].join('');
}

const LISTED = 100;

function capped(lines: readonly string[]): readonly string[] {
  const more = lines.length - LISTED;
  return more > 0 ? [...lines.slice(0, LISTED), `… and ${more} more; --json lists them all\n`] : lines;
}

/** `hansard archive list`: the windows that are in the archive folder. */
export async function archiveList(
  { mode, flags, adapter, json }: ArchiveListOptions,
  output: Output = standardOutput,
): Promise<void> {
  const { folder } = configOrFail(mode, flags).archive;
  if (adapter !== undefined && !isAdapterName(adapter))
    throw new CliFailure(`There is no adapter ${adapter}; there are ${ADAPTERS.join(', ')}.`, EXIT.usage);
  const rows: string[][] = [];
  for await (const window of listArchive(adapter === undefined ? folder : `${folder}/${adapter}`)) {
    if (json) output.out(`${JSON.stringify(window)}\n`);
    else rows.push([window.folder, counted(window.events, 'event'), counted(window.messages, 'message')]);
  }
  if (!json) output.out(table(rows));
}

/** `hansard archive cut`: asks the running server. */
export async function archiveCut(
  { mode, flags, adapter, url, token, json }: ArchiveCutOptions,
  output: Output = standardOutput,
): Promise<void> {
  const config = configOrFail(mode, flags);
  const server = url ?? config.node.url;
  const bearer = token ?? (mode === 'development' ? 'dev-officer+compliance' : undefined);
  if (bearer === undefined) throw new CliFailure('Give a token of a compliance officer: --token.', EXIT.usage);
  const path = `/v1/archive/adapters/${encodeURIComponent(adapter)}/cut`;
  const text = await askServer(server, path, { method: 'POST', token: bearer });
  const window = JSON.parse(text) as { readonly folder: string; readonly events: number };
  output.out(json ? `${text}\n` : `${window.folder}: ${counted(window.events, 'event')}\n`);
}
