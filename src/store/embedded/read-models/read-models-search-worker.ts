import { workerData } from 'node:worker_threads';
import type { KeyPart } from '../../../projections/read-models.js';
import { Database } from './database.js';
import { tableOf } from './generations.js';
import { LiveGenerations } from './live-generations.js';
import type { SearchRequest, WorkerData } from './protocol.js';
import { serveRequests } from './serve-requests.js';
import type { TableSql } from './sql.js';
import type { TextSql } from './text/text-sql.js';
import { searchTexts } from './text/text-search.js';

// Opened when it is first asked, as the reader does.
let opened: Database | undefined;
const liveGenerations = new LiveGenerations();

// One transaction for each search: hits, rows, total and checkpoint as of one moment.
serveRequests<SearchRequest>(
  (requests, answer) => requests.map(answer),
  (request) => database().transaction('BEGIN', () => search(request)),
  () => opened?.close(),
);

function database(): Database {
  opened ??= new Database((workerData as WorkerData).file, { readOnly: true });
  return opened;
}

function search({ readModel, search }: SearchRequest): string {
  const db = database();
  const live = liveGenerations.find(db, readModel);
  if (!live) return '{"rows":[],"total":0,"exceeded":false,"checkpoint":0}';
  const table = tableOf(live, search.table);
  if (!table.text) throw new Error(`${search.table} of ${readModel} has no text index`);
  const { sql } = table.text;
  const { places, total, exceeded } = searchTexts(db, sql, search);
  const rows = places.map((place) => rowAt(db, table, sql, place));
  return `{"rows":[${rows.join(',')}],"total":${total},"exceeded":${exceeded},"checkpoint":${live.checkpoint}}`;
}

/** Rows stay the JSON text that they are stored as. */
function rowAt(db: Database, table: TableSql, sql: TextSql, place: number): string {
  const [key] = db.get(sql.keyOf, place) ?? [];
  const [row] = db.get(table.select(), ...(JSON.parse(String(key)) as readonly KeyPart[])) ?? [];
  return String(row);
}
