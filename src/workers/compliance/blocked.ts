import { errorCode } from './files.js';

/** Why an adapter cannot go on, as a sentence for the operator. It is tried again by itself. */
export class ArchiveBlockedError extends Error {
  override readonly name = 'ArchiveBlockedError';
}

const GOES_ON = 'Nothing is lost: it goes on by itself when this is mended.';

/** What keeps an adapter from publishing into a folder. */
export function blockedBy(error: unknown, adapter: string, folder: string): ArchiveBlockedError {
  if (error instanceof ArchiveBlockedError) return error;
  return new ArchiveBlockedError(`The ${adapter} archive is blocked: ${reasonOf(error, folder)} ${GOES_ON}`, {
    cause: error,
  });
}

function reasonOf(error: unknown, folder: string): string {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `there is no space left for ${folder}.`;
    case 'EROFS':
      return `${folder} is on a read-only file system.`;
    case 'EACCES':
    case 'EPERM':
      return `writing to ${folder} is not permitted.`;
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ESTALE':
      return `${folder} is missing or no folder.`;
    default:
      return `${error instanceof Error ? error.message : String(error)}.`;
  }
}
