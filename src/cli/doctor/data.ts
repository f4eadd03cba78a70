import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { logFiles } from '../../composition.js';
import type { Config } from '../../config/config.js';
import { quickChain } from '../../workers/compliance/check/quick-chain.js';
import { ok, problem, sentenceOf, warning, type Finding } from './finding.js';

const RESTORE = 'Stop it and restore the last backup into an empty folder: hansard restore --from <folder>.';
/** A last event so far ahead of the machine's clock. */
const AHEAD_MS = 5_000;

/** The log, and the clock that it was written by. */
export function checkLog({ data }: Config, full: boolean, now: number): readonly Finding[] {
  if (!existsSync(join(data, 'log.db')))
    return [
      warning('log', `There is none in ${data} yet.`, 'Start Hansard, or name another folder with HANSARD_DATA.'),
    ];
  try {
    const { damage, events, head, brokenStreams, unreadable, lastTime } = logFiles.inspect(data, { full });
    const log = [
      ...damage.slice(0, 3).map((line) => problem('log', `The file is damaged: ${line}.`, RESTORE)),
      ...(events === head ? [] : [problem('log', `${head - events} of ${head} events are missing.`, RESTORE)]),
      ...(brokenStreams === 0 ? [] : [problem('log', `${brokenStreams} streams have a gap.`, RESTORE)]),
      ...(unreadable === 0
        ? []
        : [
            warning(
              'log',
              `${unreadable} events hold no JSON and are parked.`,
              'Look at them: hansard projections parked list.',
            ),
          ]),
    ];
    const ahead = lastTime === undefined ? 0 : Date.parse(lastTime) - now;
    const clock =
      ahead > AHEAD_MS
        ? problem('clock', `It is ${Math.round(ahead / 1_000)} s behind the last event.`, 'Set it, and keep it by NTP.')
        : ok(
            'clock',
            lastTime === undefined ? 'there is no event to compare with' : `the last event is of ${lastTime}`,
          );
    return [...(log.length > 0 ? log : [ok('log', `${events} events, no gap`)]), clock];
  } catch (error) {
    return [problem('log', sentenceOf(error), RESTORE)];
  }
}

export function checkReadModels({ data }: Config, full: boolean): Finding {
  const file = join(data, 'read-models.db');
  if (!existsSync(file)) return ok('read models', 'there are none; they are made at the next start');
  const remedy = 'Stop Hansard, delete read-models.db with its -wal and -shm, start: they are made again from the log.';
  try {
    const [damage] = logFiles.inspectFile(file, { full });
    if (damage !== undefined) return problem('read models', `The file is damaged: ${damage}.`, remedy);
    return ok('read models', 'the file is whole; hansard projections verify NAME compares its rows with the log');
  } catch (error) {
    return problem('read models', `${file} cannot be read: ${sentenceOf(error)}.`, remedy);
  }
}

export async function checkArchive({ archive: { folder } }: Config): Promise<Finding> {
  try {
    const { windows, problems } = await quickChain(folder);
    const [first] = problems;
    if (first)
      return problem(
        'archive',
        `${problems.length} found, first ${first.path}: ${first.message}.`,
        'Run hansard archive verify.',
      );
    return ok('archive', `the newest ${windows} windows are linked; hansard archive verify reads them whole`);
  } catch (error) {
    return problem('archive', `${folder} cannot be read: ${sentenceOf(error)}.`, 'Look at its owner and permissions.');
  }
}

/** The key opens every cursor and signs tokens. */
export function checkKey({ data, key }: Config): Finding {
  const file = key && 'file' in key ? key.file : join(data, 'deployment.key');
  if (key && 'given' in key) return ok('key', 'from the configuration');
  if (!existsSync(file))
    return warning('key', `${file} is not there.`, 'It is made at the first start; if there was one, restore it.');
  const others = statSync(file).mode & 0o077;
  if (others !== 0) return warning('key', `Others may read ${file}.`, `chmod 600 ${file}`);
  return ok('key', `${file}, for this user alone`);
}
