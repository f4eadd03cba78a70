import { workerData } from 'node:worker_threads';
import { Database } from './database.js';
import { tableOf } from './generations.js';
import { LiveGenerations } from './live-generations.js';
import type { ReaderRequest, WorkerData } from './protocol.js';
import { serveRequests } from './serve-requests.js';

// Opened when it is first asked: while this thread starts, the writer may still be making the file.
let opened: Database | undefined;
const liveGenerations = new LiveGenerations();

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
  const live = liveGenerations.find(database(), request.readModel);
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
