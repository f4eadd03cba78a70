import type { Window } from '../dependencies.js';
import { syncFolder } from '../files.js';
import { writeFileOf, type WrittenFile } from './output-file.js';

export const BAGIT = 'bagit.txt';
export const BAG_INFO = 'bag-info.txt';
export const MANIFEST = 'manifest-sha256.txt';
export const TAG_MANIFEST = 'tagmanifest-sha256.txt';

export const DECLARATION = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';

type Hashed = Pick<WrittenFile, 'path' | 'sha256'>;

/** As `sha256sum` writes and reads it; sorted, so that the same files give the same text. */
export function manifestOf(files: readonly Hashed[]): string {
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`);
  return lines.sort((one, other) => (one.slice(66) < other.slice(66) ? -1 : 1)).join('');
}

function payloadOxum(payload: readonly Pick<WrittenFile, 'bytes'>[]): string {
  return `${payload.reduce((sum, { bytes }) => sum + bytes, 0)}.${payload.length}`;
}

/** What the bag says of itself: of the window and its payload alone, so that it can be checked to the byte. */
export function bagInfo(
  { software, toTime }: Pick<Window, 'software' | 'toTime'>,
  identifier: string,
  payload: readonly Pick<WrittenFile, 'bytes'>[],
): string {
  return [
    `Bag-Software-Agent: Hansard ${software}\n`,
    `Bagging-Date: ${toTime.slice(0, 10)}\n`,
    `External-Identifier: ${identifier}\n`,
    `Payload-Oxum: ${payloadOxum(payload)}\n`,
  ].join('');
}

/** Makes a BagIt 1.0 bag (RFC 8493) of a folder that has its payload in `data/`, and all of it durable. */
export async function closeBag(
  folder: string,
  window: Window,
  identifier: string,
  payload: readonly WrittenFile[],
): Promise<{ readonly manifestSha256: string }> {
  const tags = [
    await writeFileOf(folder, BAGIT, DECLARATION),
    await writeFileOf(folder, BAG_INFO, bagInfo(window, identifier, payload)),
    await writeFileOf(folder, MANIFEST, manifestOf(payload)),
  ];
  await writeFileOf(folder, TAG_MANIFEST, manifestOf(tags));
  await syncFolder(`${folder}/data`);
  await syncFolder(folder);
  return { manifestSha256: tags[2]?.sha256 ?? '' };
}
