import { workerData } from 'node:worker_threads';
import type { KeyPart, Row } from '../../../projections/read-models.js';
import { INDEXERS } from '../../../projections/search/indexers.js';
import { Database } from './database.js';
import { Generations, tableOf, type Generation } from './generations.js';
import type { PackedRows, WorkerData, WriterRequest } from './protocol.js';
import { serveRequests } from './serve-requests.js';
import type { TableSql } from './sql.js';
import { TextWriter } from './text/text-writer.js';

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
  try {
    db.transaction('BEGIN IMMEDIATE', () => {
      const generation = generations.get(id);
      for (const packed of tables) write(generation, packed, generation.checkpoint);
      generations.advance(id, checkpoint);
    });
  } catch (error) {
    textWriters = new WeakMap(); // what they remember was taken back
    throw error;
  }
}

function write(generation: Generation, { table, places, rows, positions }: PackedRows, checkpoint: number): void {
  const sql = tableOf(generation, table);
  const texts = textWriterOf(sql);
  for (const [index, place] of (JSON.parse(places) as Places).entries()) {
    const position = positions[index] ?? 0;
    if (position <= checkpoint) continue;
    const row = rows[index] ?? null;
    if (texts) writeText(sql, texts, place, position, row);
    else if (row === null) db.run(sql.remove(), ...place, position);
    else db.run(sql.upsert(), ...place, position, row);
  }
  texts?.finish();
}

/** One for each table of each generation, because it remembers what it listed. */
let textWriters = new WeakMap<TableSql, TextWriter>();

function textWriterOf(sql: TableSql): TextWriter | undefined {
  if (!sql.text) return undefined;
  const known = textWriters.get(sql) ?? new TextWriter(db, sql.text.sql, INDEXERS[sql.text.indexer]);
  textWriters.set(sql, known);
  return known;
}

/** What the text index knows of a row changes with the row, and only with it. */
function writeText(
  sql: TableSql,
  texts: TextWriter,
  place: readonly KeyPart[],
  position: number,
  row: string | null,
): void {
  const key = place.slice(0, sql.keyLength);
  const [storedPosition, storedAt] = db.get(sql.selectPlace(), ...key) ?? [];
  if (typeof storedPosition === 'number' && storedPosition >= position) return;
  const was = typeof storedAt === 'number' ? storedAt : undefined;
  const is = texts.change(JSON.stringify(key), was, row === null ? undefined : (JSON.parse(row) as Row));
  if (row === null) db.run(sql.remove(), ...key, position);
  else db.run(sql.upsert(), ...place, position, row, is ?? null);
}
