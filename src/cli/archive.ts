import { openLog } from '../composition.js';
import type { Config } from '../config/config.js';
import { verifyArchive } from '../workers/compliance/check/verify-archive.js';
import { listArchive } from '../workers/compliance/list-archive.js';
import type { Problem, Report } from '../workers/compliance/report.js';
import { CliFailure, EXIT } from './exit.js';
import { configOrFail } from './load.js';
import type { ArchiveCutOptions, ArchiveListOptions, ArchiveVerifyOptions } from './options.js';
import { standardOutput, table, type Output } from './output.js';

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
  if (!report.ok) throw new CliFailure(`${report.problems.length} problems in ${path}.`, EXIT.failed);
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
    ...problems.map(line('problem')),
    ...warnings.map(line('warning')),
    `${windows} windows, ${files} files, ${events} events, ${messages} messages: ${verdict}\n`,
  ].join('');
}

/** `hansard archive list`: the windows that are in the archive folder. */
export async function archiveList(
  { mode, flags, adapter, json }: ArchiveListOptions,
  output: Output = standardOutput,
): Promise<void> {
  const { folder } = configOrFail(mode, flags).archive;
  const rows: string[][] = [];
  for await (const window of listArchive(adapter === undefined ? folder : `${folder}/${adapter}`)) {
    if (json) output.out(`${JSON.stringify(window)}\n`);
    else rows.push([window.folder, `${window.events} events`, `${window.messages} messages`]);
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
  const address = new URL(`/v1/archive/adapters/${encodeURIComponent(adapter)}/cut`, server);
  const answer = await fetch(address, { method: 'POST', headers: { authorization: `Bearer ${bearer}` } }).catch(
    (error: unknown) => {
      throw new CliFailure(`No server answers at ${server}: start it, or say --url. (${String(error)})`);
    },
  );
  const text = await answer.text();
  if (!answer.ok) throw new CliFailure(`${server} answered ${answer.status}: ${text}`);
  const window = JSON.parse(text) as { readonly folder: string; readonly events: number };
  output.out(json ? `${text}\n` : `${window.folder}: ${window.events} events\n`);
}
