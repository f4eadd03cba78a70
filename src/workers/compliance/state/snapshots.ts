import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Position } from '../../../domain/kernel/position.js';
import { replaceFile } from '../files.js';
import { LogState, type LogFacts } from './log-state.js';

/** Raised with every change of what the state holds or how it is folded. */
const FORMAT = 1;

const room = z.strictObject({ name: z.string(), categoryId: z.string(), privacy: z.string(), type: z.string() });
const present = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  internal: z.boolean(),
  since: z.string(),
});
const snapshot = z.strictObject({
  position: z.int().transform((value) => value as Position),
  rooms: z.array(z.tuple([z.string(), room])),
  categories: z.array(z.tuple([z.string(), z.string()])),
  rosters: z.array(
    z.tuple([z.string(), z.array(present).transform((people) => new Map(people.map((one) => [one.id, one])))]),
  ),
  principals: z.array(z.string()),
  revisions: z.array(z.tuple([z.string(), z.int()])),
});

/** `log`: identity of the log that the state was folded from. */
export async function writeSnapshot(path: string, log: string, state: LogState): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const body = JSON.stringify(plain(state.facts()));
  await replaceFile(path, `${headOf(log, body)}\n${body}\n`);
}

/** `undefined`: none, or not one of this format and log, or damaged. It is disposable: the log has it all. */
export async function readSnapshot(path: string, log: string): Promise<LogState | undefined> {
  try {
    const [head = '', body = ''] = (await readFile(path, 'utf8')).split('\n');
    return head === headOf(log, body) ? new LogState(snapshot.parse(JSON.parse(body))) : undefined;
  } catch {
    return undefined;
  }
}

function headOf(log: string, body: string): string {
  return JSON.stringify({ format: FORMAT, log, sha256: createHash('sha256').update(body).digest('hex') });
}

function plain({ position, rooms, categories, rosters, principals, revisions }: LogFacts) {
  return {
    position,
    rooms: [...rooms],
    categories: [...categories],
    rosters: [...rosters].filter(([, people]) => people.size > 0).map(([id, people]) => [id, [...people.values()]]),
    principals: [...principals],
    revisions: [...revisions],
  };
}
