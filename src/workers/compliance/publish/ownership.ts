import { readFile, rename, writeFile } from 'node:fs/promises';
import { ArchiveBlockedError } from '../blocked.js';
import type { ReadableLog } from '../dependencies.js';
import { errorCode, syncFolder } from '../files.js';
import { identityOf } from '../state/fold-log.js';

/** In the folder of an adapter, hidden from collectors: whose windows are in it. */
const FILE = '.log';

/**
 * Windows of two logs in one folder would be a record of neither, and two programs would clear away each other's drafts.
 * The first log to publish into a folder owns it. Throws ArchiveBlockedError.
 */
export async function own(folder: string, node: string, store: ReadableLog): Promise<void> {
  const identity = `${await identityOf(store)}\n`;
  if ((await ownerOf(folder)) === undefined) await take(folder, node, identity);
  if ((await ownerOf(folder)) === identity) return;
  throw new ArchiveBlockedError(
    `${folder} holds the archive of another log. Choose another archive folder with HANSARD_ARCHIVE, or move that archive away.`,
  );
}

async function ownerOf(folder: string): Promise<string | undefined> {
  return readFile(`${folder}/${FILE}`, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
}

async function take(folder: string, node: string, identity: string): Promise<void> {
  const draft = `${folder}/${FILE}.${node}`;
  await writeFile(draft, identity, { flush: true });
  await rename(draft, `${folder}/${FILE}`);
  await syncFolder(folder);
}
