import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { LogUnusableError } from './database.js';

const LOCK = 'log.lock';
const OWNER = 'log.pid';

/**
 * Makes this process the folder's only writer, until `release` or its end however sudden: the operating system holds the
 * lock of a transaction that stays open on a small database of its own.
 */
export function lockForWriting(folder: string): () => void {
  const lock = new DatabaseSync(join(folder, LOCK), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new LogUnusableError(refusal(folder), { cause: error });
  }
  writeFileSync(join(folder, OWNER), String(process.pid));
  return () => lock.close();
}

function refusal(folder: string): string {
  const owner = ownerOf(folder);
  const who = owner === undefined ? 'Another process' : `Another process (pid ${owner})`;
  return `${who} already writes to ${folder}: stop it, or choose another data folder.`;
}

function ownerOf(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, OWNER), 'utf8').trim() || undefined;
  } catch {
    return undefined; // only the name of the owner is missing
  }
}
