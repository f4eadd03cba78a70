import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CliFailure } from '../exit.js';

export const LOG_FILE = 'log.db';
export const KEY_FILE = 'deployment.key';
export const MANIFEST_FILE = 'manifest.json';
/** As `sha256sum -c` reads it; it has the manifest's hash too. */
export const SUMS_FILE = 'SHA256SUMS';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const manifestSchema = z.strictObject({
  format: z.literal('hansard-backup-1'),
  software: z.string(),
  deployment: z.string(),
  createdAt: z.string(),
  events: z.int(),
  position: z.string(),
  lastEvent: z.string().optional(),
  lastTime: z.string().optional(),
  files: z.array(z.strictObject({ name: z.enum([LOG_FILE, KEY_FILE]), bytes: z.int(), sha256: hash })).length(2),
});
export type Manifest = z.output<typeof manifestSchema>;

export async function sha256Of(file: string): Promise<string> {
  const made = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) made.update(chunk as Buffer);
  return made.digest('hex');
}

/** A backup that is whole, or the end of the program with what is wrong with it. */
export async function readBackup(folder: string): Promise<Manifest> {
  const names = await readdir(folder).catch(() => undefined);
  if (!names) throw new CliFailure(`There is no backup in ${folder}.`);
  const sums = await readSums(join(folder, SUMS_FILE));
  for (const name of [MANIFEST_FILE, LOG_FILE, KEY_FILE]) {
    if (!names.includes(name)) refuse(folder, `${name} is missing`);
    if (sums.get(name) !== (await sha256Of(join(folder, name)))) refuse(folder, `${name} is not as it was written`);
  }
  for (const name of names) if (name !== SUMS_FILE && !sums.has(name)) refuse(folder, `${name} does not belong to it`);
  const parsed = manifestSchema.safeParse(parse(await readFile(join(folder, MANIFEST_FILE), 'utf8')));
  if (!parsed.success) refuse(folder, `${MANIFEST_FILE} is none of this version of Hansard`);
  for (const { name, bytes, sha256 } of parsed.data.files) {
    if (sums.get(name) !== sha256 || (await stat(join(folder, name))).size !== bytes)
      refuse(folder, `${name} is not what ${MANIFEST_FILE} says`);
  }
  return parsed.data;
}

function refuse(folder: string, why: string): never {
  throw new CliFailure(`The backup in ${folder} is damaged: ${why}. Nothing was restored; take another backup.`);
}

async function readSums(file: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').flatMap((line) => {
    const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    return sum !== undefined && name !== undefined ? [[name, sum] as const] : [];
  });
  return new Map(lines);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
