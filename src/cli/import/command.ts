import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/config.js';
import type { Mode } from '../../config/defaults.js';
import { deploymentKey } from '../../config/deployment-key.js';
import { localIssuer } from '../../config/local-tokens.js';
import { readKey } from '../../config/values.js';
import { CliFailure, EXIT } from '../exit.js';
import { configOrFail, type Flags } from '../load.js';
import { counted, standardOutput, type Output } from '../output.js';
import { ConnectionLost, type Api, type TokenOf } from './api.js';
import { httpApi } from './http-api.js';
import { dryRunIrc, importIrc } from './import-irc.js';
import { injectApi } from './inject-api.js';
import { findDay, readOffset } from './irc/stamp.js';
import { dayNumber } from './irc/timeline.js';
import { isUserPrefix } from './irc/user-id.js';
import { persistentApi } from './persistent-api.js';
import { progressBar } from './progress.js';
import { ImportReport } from './report.js';
import { ImportRefused } from './rooms.js';
import { developmentTokens, signedTokens } from './tokens.js';

export interface ImportCommandOptions {
  readonly mode: Mode;
  readonly flags: Flags;
  readonly files: readonly string[];
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly signKey?: string | undefined;
  readonly room?: string | undefined;
  readonly date?: string | undefined;
  readonly utcOffset: string;
  readonly category: string;
  readonly userPrefix: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `hansard import irc`: reads, sends, reports. Fails when something was refused or the import did not get to the end. */
export async function importIrcCommand(options: ImportCommandOptions, output: Output = standardOutput): Promise<void> {
  const log = logOptions(options);
  const report = options.dryRun ? await dryRunIrc(log) : await importFiles(options, log, output);
  if (options.json) output.out(`${JSON.stringify(report, null, 2)}\n`);
  else output.err(report.toText());
  if (report.stopped !== undefined) throw new CliFailure(AGAIN, report.interrupted ? EXIT.interrupted : EXIT.failed);
  if (report.refused.length > 0)
    throw new CliFailure(`${counted(report.refused.length, 'command')} refused.`, EXIT.failed);
  if (report.recorded === 0 && report.unreadable.length > 0)
    throw new CliFailure('Nothing there could be read as a chat log.', EXIT.failed);
}

const AGAIN = 'The same command goes on where it stopped.';

function logOptions({ files, room, date, utcOffset, userPrefix }: ImportCommandOptions) {
  const written = date === undefined ? undefined : findDay(date);
  const day = written && dayNumber({ ...written, year: written.year ?? Number.NaN });
  if (date !== undefined && day === undefined) usage(`--date must be a day such as 2018-05-29, not ${date}.`);
  const offset = readOffset(utcOffset);
  if (offset === undefined) usage(`--utc-offset must look like +02:00, not ${utcOffset}.`);
  if (room?.trim() === '') usage('--room must not be empty.');
  if (!isUserPrefix(userPrefix)) usage('--user-prefix must be up to 16 of A-Z a-z 0-9 _ -.');
  for (const file of files) checkReadable(file);
  return { files: files.map((file) => resolve(file)), room, day, offset, userPrefix };
}

function usage(message: string): never {
  throw new CliFailure(message, EXIT.usage);
}

/** Before anything is sent. */
function checkReadable(file: string): void {
  let isFile: boolean;
  try {
    isFile = statSync(file).isFile();
  } catch {
    throw new CliFailure(`There is no file ${file}.`, EXIT.usage);
  }
  if (!isFile) throw new CliFailure(`${file} is no file: name the logs themselves.`, EXIT.usage);
}

async function importFiles(options: ImportCommandOptions, log: ReturnType<typeof logOptions>, output: Output) {
  const report = new ImportReport();
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  const server = await openServer(options, output);
  await firstContact(server);
  const progress = progressBar(output, () => performance.now());
  try {
    const api = persistentApi(server.api, { delay: (ms) => delay(ms, undefined, { signal: stop.signal }) });
    const onProgress = (done: number, planned: number) => progress.update(done, planned);
    await importIrc(api, { ...log, category: options.category, signal: stop.signal, onProgress }, report);
    if (stop.signal.aborted) interrupted(report);
  } catch (error) {
    if (stop.signal.aborted) interrupted(report);
    else if (error instanceof ConnectionLost)
      report.stopped = `Stopped: the server cannot be reached (${error.message}).`;
    else if (error instanceof ImportRefused) report.stopped = `Stopped: ${error.message}`;
    else throw error;
  } finally {
    progress.end();
    process.removeListener('SIGINT', onSignal);
    await server.close();
  }
  return report;
}

/** Nobody should wait minutes to learn that an address is wrong. */
async function firstContact({ api, close }: Server): Promise<void> {
  try {
    await api.request({ method: 'GET', path: '/v1/server', as: 'admin' });
  } catch (error) {
    await close();
    if (!(error instanceof ConnectionLost)) throw error;
    throw new CliFailure(`No server answers there (${error.message}): start it, or leave out --url.`, EXIT.cannotStart);
  }
}

function interrupted(report: ImportReport): void {
  report.stopped = 'Stopped by SIGINT.';
  report.interrupted = true;
}

interface Server {
  readonly api: Api;
  readonly close: () => Promise<void>;
}

/** The server at `--url`; without it the data folder itself, or the server that has it open. */
async function openServer(options: ImportCommandOptions, { err }: Output): Promise<Server> {
  const close = () => Promise.resolve();
  if (options.url !== undefined) return { api: httpApi(options.url, tokensFor(options)), close };
  const config = configOrFail(options.mode, { logLevel: 'warn', ...options.flags });
  const tokens = tokensFor(options, config);
  const { openLocal } = await import('./local.js');
  const local = await openLocal(config);
  if (local.kind === 'open') return { api: injectApi(local.app, tokens), close: local.close };
  err(`${config.data} is in use; importing through the server at ${config.node.url}.\n`);
  return { api: httpApi(config.node.url, tokens), close };
}

function tokensFor(options: ImportCommandOptions, config?: Config): TokenOf {
  const { mode, token, signKey, flags } = options;
  const configured = () => config ?? configOrFail(mode, flags);
  if (signKey !== undefined) {
    const key = readKey(readFileSync(signKey, 'utf8'), 32);
    if (!key) usage(`${signKey} must hold at least 32 bytes in hex or base64.`);
    const { deployment, auth } = configured();
    return signedTokens(localIssuer({ deployment, auth: { ...auth, tokenKey: key } }, key), token);
  }
  if (mode === 'production') return signedTokens(localIssuer(configured(), deploymentKey(configured())), token);
  if (token !== undefined && !token.startsWith('dev-')) {
    usage(
      'A production server needs a token for each nick: give --sign-key <file> with its HANSARD_TOKEN_KEY, or --mode production where its configuration is.',
    );
  }
  return developmentTokens(token);
}
