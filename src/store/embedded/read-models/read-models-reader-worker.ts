import { workerData } from 'node:worker_threads';
import { Database } from './database.js';
import { tableOf, tableSql, type Generation } from './generations.js';
import type { ReaderRequest, WorkerData } from './protocol.js';
import { serveRequests } from './serve-requests.js';

// Opened when it is first asked: while this thread starts, the writer may still be making the file.
let opened: Database | undefined;
const known = new Map<number, Generation>();

// One transaction for all requests of a message: rows, checkpoint and which generation is live, as of one moment.
serveRequests<ReaderRequest>(
  (requests, answer) => database().transaction('BEGIN', () => requests.map(answer)),
  handle,
  () => opened?.close(),
);

function database(): Database {
  opened ??= new Database((workerData as WorkerData).file, { readOnly: true });
  return opened;
}

function handle(request: ReaderRequest): string {
  const live = liveGeneration(request.readModel);
  switch (request.kind) {
    case 'checkpoint':
      return String(live?.checkpoint ?? 0);
    case 'get': {
      const [row] = live ? (database().get(tableOf(live, request.table).select(), ...request.key) ?? []) : [];
      return typeof row === 'string' ? row : 'null';
    }
    case 'scan': {
      if (!live) return '{"rows":[],"checkpoint":0}';
      const { table, prefix = [], after = [], before = [], limit } = request.scan;
      const sql = tableOf(live, table).scan(request.scan);
      const rows = database().all(sql, ...prefix, ...after, ...before, limit);
      return `{"rows":[${rows.join(',')}],"checkpoint":${live.checkpoint}}`;
    }
  }
}

function liveGeneration(readModel: string): (Generation & { readonly checkpoint: number }) | undefined {
  const found = database().get(
    'SELECT id, checkpoint, tables FROM generations WHERE read_model = ? AND live = 1',
    readModel,
  );
  if (!found) return undefined;
  const [id, checkpoint, tables] = [Number(found[0]), Number(found[1]), String(found[2])];
  let generation = known.get(id);
  if (!generation) {
    generation = { id, tables: tableSql(id, tables) };
    known.set(id, generation);
  }
  return { ...generation, checkpoint };
}
