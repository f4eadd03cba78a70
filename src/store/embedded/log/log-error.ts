import { EventStoreClosedError } from '../../../domain/kernel/event-store.js';

export type UnusableReason = 'in-use' | 'missing' | 'newer-format' | 'no-access' | 'not-a-log' | 'old-sqlite';

/** The log cannot be opened. The message is for a person: why not, and what to do. */
export class LogUnusableError extends Error {
  override readonly name = 'LogUnusableError';
  readonly reason: UnusableReason;

  constructor(reason: UnusableReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** A write failed while the log was open. Nothing may be appended any more, and the process has to end. */
export class LogFailedError extends Error {
  override readonly name = 'LogFailedError';
}

/** Asked of a log that was closed, or appended to one that was opened for reading. Nothing was written. */
export class LogClosedError extends EventStoreClosedError {
  override readonly name = 'LogClosedError';
}

/** SQLite's primary result code, or undefined when the error is none of SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('sqliteCode' in error) || typeof error.sqliteCode !== 'number') return undefined;
  return error.sqliteCode & 0xff;
}

export const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** What became of opening `file`. */
export function asUnusable(error: unknown, file: string, purpose: 'read' | 'written'): LogUnusableError {
  if (error instanceof LogUnusableError) return error;
  if (sqliteCode(error) === SQLITE_NOTADB || sqliteCode(error) === SQLITE_CORRUPT) return notALog(file, error);
  return new LogUnusableError(
    'no-access',
    `The log ${file} cannot be ${purpose} (${text(error)}): look at the folder's owner, permissions and free space.`,
    { cause: error },
  );
}

export function notALog(file: string, cause?: unknown): LogUnusableError {
  return new LogUnusableError('not-a-log', `${file} is not a log of Hansard: choose another data folder.`, { cause });
}

/** The last sentence before the process ends. */
export function failureSentence(error: unknown, folder: string): string {
  const what =
    sqliteCode(error) === SQLITE_FULL
      ? 'the disk is full'
      : sqliteCode(error) === SQLITE_IOERR
        ? `the disk answered with an error (${text(error)})`
        : text(error);
  return `The log in ${folder} could not be written: ${what}. Nothing that is not on disk was acknowledged; start again when the cause is gone.`;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
