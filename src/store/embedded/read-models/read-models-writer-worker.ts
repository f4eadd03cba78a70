import { workerData } from 'node:worker_threads';
import type { KeyPart } from '../../../projections/read-models.js';
import { Database } from './database.js';
import { Generations, tableOf, type Generation } from './generations.js';
import type { PackedRows, WorkerData, WriterRequest } from './protocol.js';
import { serveRequests } from './serve-requests.js';

type Places = readonly (readonly KeyPart[])[];

const db = new Database((workerData as WorkerData).file, { readOnly: false });
const generations = new Generations(db);

serveRequests<WriterRequest>(
  (requests, answer) => requests.map(answer),
  handle,
  () => db.close(),
);

function handle(request: WriterRequest): string {
  switch (request.kind) {
    case 'open':
      return String(generations.open(request.schema));
    case 'rebuild':
      return String(generations.rebuild(request.schema));
    case 'checkpoint':
      return String(generations.get(request.generation).checkpoint);
    case 'load':
      return load(request.generation, request.table, JSON.parse(request.keys) as Places);
    case 'commit':
      commit(request.generation, request.checkpoint, request.tables);
      return '';
    case 'promote':
      generations.promote(request.generation);
      return '';
  }
}

/** Rows stay the JSON text that they are stored as. */
function load(id: number, table: string, keys: Places): string {
  const select = tableOf(generations.get(id), table).select();
  const found = keys.map((key) => {
    const [row, position] = db.get(select, ...key) ?? [];
    return typeof row === 'string' ? `{"row":${row},"position":${Number(position)}}` : 'null';
  });
  return `[${found.join(',')}]`;
}

function commit(id: number, checkpoint: number, tables: readonly PackedRows[]): void {
  db.transaction('BEGIN IMMEDIATE', () => {
    const generation = generations.get(id);
    for (const packed of tables) write(generation, packed, generation.checkpoint);
    generations.advance(id, checkpoint);
  });
}

function write(generation: Generation, { table, places, rows, positions }: PackedRows, checkpoint: number): void {
  const sql = tableOf(generation, table);
  const [upsert, remove] = [sql.upsert(), sql.remove()];
  for (const [index, place] of (JSON.parse(places) as Places).entries()) {
    const position = positions[index] ?? 0;
    const row = rows[index] ?? null;
    if (position <= checkpoint) continue;
    if (row === null) db.run(remove, ...place, position);
    else db.run(upsert, ...place, position, row);
  }
}
