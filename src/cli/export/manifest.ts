import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { CliFailure, EXIT } from '../exit.js';

const MANIFEST = '_manifest.json';

const schema = z.strictObject({
  version: z.literal(1),
  /** What makes two exports the same one: source, format and selection. */
  of: z.record(z.string(), z.unknown()),
  /** Sequence that everything up to is in the parts; "" at the beginning. */
  position: z.string(),
  rows: z.int(),
  /** Paths below the folder of the manifest. */
  parts: z.array(z.strictObject({ path: z.string(), rows: z.int() })),
});
export type Manifest = z.infer<typeof schema>;

/** The manifest of an export like this one, or of one that has not begun. */
export async function readManifest(folder: string, of: Manifest['of']): Promise<Manifest> {
  const found = await manifestIn(folder);
  if (!found) return { version: 1, of, position: '', rows: 0, parts: [] };
  if (isDeepStrictEqual(found.of, of)) return found;
  throw new CliFailure(
    `${folder} holds another export (${JSON.stringify(found.of)}): choose another folder, or give the same options.`,
    EXIT.usage,
  );
}

export async function manifestIn(folder: string): Promise<Manifest | undefined> {
  const file = join(folder, MANIFEST);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new CliFailure(`${file} is no manifest of an export: choose another folder.`, EXIT.usage);
  }
}

/** Whoever reads it finds this one or the one before. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const temporary = join(folder, `.${MANIFEST}.tmp`);
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(folder, MANIFEST));
  await syncFolder(folder);
}

/** Renames in it are on disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
