import { personRow } from '../attendance.js';
import { categoryFromRow, namesByCategory, principalFromRow, roomFromRow } from '../directory-rows.js';
import { redactionRow } from '../messages.js';
import type { Key, ReadModels, Row } from '../read-models.js';
import { ORIGIN, type Position } from '../../domain/kernel/position.js';
import { Directory } from './directory.js';

const PAGE = 1_000;

/** Read models whose rows the directory begins with; `keys` only for how far it has come. */
export const SOURCES = ['directory', 'attendance', 'messages', 'keys'] as const;

/**
 * A directory as the read models have it, at the position of the one furthest behind. Rows may be ahead of it: each carries
 * the position that it is true for, so seeing their events again changes nothing.
 */
export async function loadDirectory(readModels: ReadModels): Promise<Directory> {
  const directory = new Directory();
  const checkpoints = await Promise.all(SOURCES.map((name) => readModels.checkpoint(name)));
  const categories = await rowsOf(readModels, 'directory', 'categories', (row) => [String(row['id'])]);
  const names = namesByCategory(
    await rowsOf(readModels, 'directory', 'names', (row) => [String(row['categoryId']), String(row['name'])]),
  );
  for (const row of categories)
    directory.restoreCategory(categoryFromRow(row, names.get(String(row['id'])) ?? new Map()));
  for (const row of await rowsOf(readModels, 'directory', 'rooms', (one) => [String(one['id'])]))
    directory.restoreRoom(roomFromRow(row));
  for (const row of await rowsOf(readModels, 'directory', 'principals', (one) => [String(one['id'])])) {
    directory.restorePrincipal(principalFromRow(row));
  }
  await restorePeople(readModels, directory);
  await restoreRedactions(readModels, directory);
  directory.advance(
    checkpoints.reduce<Position>((least, one) => (one < least ? one : least), checkpoints[0] ?? ORIGIN),
  );
  return directory;
}

async function restorePeople(readModels: ReadModels, directory: Directory): Promise<void> {
  const rows = await rowsOf(readModels, 'attendance', 'people', (row) => [
    String(row['roomId']),
    String(row['userId']),
  ]);
  for (const row of rows) {
    const { roomId, userId, ...person } = personRow(row);
    directory.people.restore(roomId, userId, person);
  }
}

async function restoreRedactions(readModels: ReadModels, directory: Directory): Promise<void> {
  const rows = await rowsOf(readModels, 'messages', 'redactions', (row) => [String(row['roomId']), Number(row['seq'])]);
  for (const row of rows) {
    const { roomId, seq } = redactionRow(row);
    directory.restoreRedaction(roomId, seq);
  }
}

async function rowsOf(
  readModels: ReadModels,
  readModel: string,
  table: string,
  keyOf: (row: Row) => Key,
): Promise<Row[]> {
  const all: Row[] = [];
  for (let after: Key | undefined; ;) {
    const { rows } = await readModels.scan(readModel, { table, limit: PAGE, ...(after && { after }) });
    all.push(...rows);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return all;
    after = keyOf(last);
  }
}
