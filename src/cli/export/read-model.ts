import { rename, rm } from 'node:fs/promises';
import type { Key, KeyPart, ReadModelReader, Row } from '../../projections/read-models.js';
import type { SequenceCodec } from '../../projections/sequence.js';
import { isWithin, type Period } from '../log/period.js';
import type { ExportedTable } from './columns.js';
import type { Exported, Exporting } from './exporting.js';
import { readManifest } from './manifest.js';
import { Parts } from './parts.js';

const PAGE = 1_000;
const MAX_ROWS = 1_000_000;

interface Source {
  readonly models: ReadModelReader;
  readonly sequences: SequenceCodec;
  readonly readModel: string;
}

export interface RowSelection extends Period {
  /** Id. */
  readonly room?: string | undefined;
}

/**
 * A table as it is now. Rows change, so files are not added to: a new set takes the place of the one before when it is
 * complete, and nothing is done when the read model has not moved since.
 */
export async function exportTable(
  { models, sequences, readModel }: Source,
  { table, columns, key, time }: ExportedTable,
  { room, ...period }: RowSelection,
  { folder, of, format, signal, progress }: Exporting,
): Promise<Exported> {
  const position = sequences.encode(await models.checkpoint(readModel));
  const before = await readManifest(folder, of);
  if (before.position === position) return { rows: 0, files: 0, total: before.rows, position };
  const making = `${folder}.new`;
  await rm(making, { recursive: true, force: true });
  const parts = new Parts<Row>(making, format, { columns }, { ...before, position: '', rows: 0, parts: [] });
  await parts.tidy();
  const prefix = room === undefined ? [] : [room];
  try {
    for (let after: Key | undefined, more = true; more && !signal.aborted;) {
      const { rows } = await models.scan(readModel, { table, limit: PAGE, prefix, ...(after && { after }) });
      const taken = time === undefined ? rows : rows.filter((row) => isWithin(String(row[time]), period));
      if (taken.length > 0) await parts.add('', taken);
      if (parts.openRows >= MAX_ROWS) await parts.commit('');
      const last = rows.at(-1);
      after = last && key.slice(prefix.length).map((member) => last[member] as KeyPart);
      more = rows.length === PAGE;
      progress(parts.rows + parts.openRows, parts.rows + parts.openRows + (more ? PAGE : 0));
    }
    if (signal.aborted) throw new Error('interrupted');
    await parts.commit(position);
  } catch (error) {
    await parts.abandon();
    await rm(making, { recursive: true, force: true });
    if (!signal.aborted) throw error;
    return { rows: 0, files: 0, total: before.rows, position: before.position };
  }
  await rm(folder, { recursive: true, force: true });
  await rename(making, folder);
  return { rows: parts.rows, files: parts.files, total: parts.manifest.rows, position };
}
