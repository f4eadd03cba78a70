import { DatabaseSync } from '@photostructure/sqlite';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asUnusable, LogUnusableError, SQLITE_BUSY, sqliteCode } from './log-error.js';

/**
 * Makes this process the only one that writes to the log in `folder`, until the answer is called. The lock is one of the
 * operating system, held through a small SQLite file of its own, so it is gone with the process however that ends.
 */
export function lockForWriting(folder: string): () => void {
  const file = join(folder, 'log.lock');
  const pidFile = join(folder, 'log.pid');
  let db: InstanceType<typeof DatabaseSync> | undefined;
  try {
    db = new DatabaseSync(file, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    db?.close();
    throw sqliteCode(error) === SQLITE_BUSY ? inUse(folder, pidFile) : asUnusable(error, file, 'written');
  }
  const held = db;
  return () => {
    rmSync(pidFile, { force: true });
    held.close();
  };
}

function inUse(folder: string, pidFile: string): LogUnusableError {
  const pid = holder(pidFile);
  const who = pid === process.pid ? 'This process' : `Another process${pid === undefined ? '' : ` (pid ${pid})`}`;
  return new LogUnusableError('in-use', `${who} already writes to ${folder}: stop it or choose another folder.`);
}

/** Undefined when nobody wrote it down, or when it was a process that is gone. */
function holder(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    return pid > 0 && isRunning(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // There is such a process, but it is another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
