import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { numberOf, openForReading, reasonOf } from './database.js';
import type { FilterData, ReaderData, ReaderMessage, ReadReply, ReadRequest } from './protocol.js';

type Columns = readonly [
  position: number,
  stream: number,
  revision: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
];

/** Rows that one query gives, rows and characters that one reply holds, rows that are looked at for one reply. */
const QUERIED = 512;
const MOST_ROWS = 1_000;
const MOST_CHARACTERS = 1_000_000;
const MOST_LOOKED_AT = 50_000;

const { folder } = workerData as ReaderData;
const port = parentPort;
if (!port) throw new Error('the log reader is a worker thread');
const database = openForReading(folder);
const COLUMNS = 'position, stream, revision, id, type, data, metadata';
const select = {
  all: database.prepare(`SELECT ${COLUMNS} FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`),
  forward: database.prepare(
    `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`,
  ),
  backward: database.prepare(
    `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?`,
  ),
  stream: database.prepare('SELECT id FROM streams WHERE name = ?'),
  name: database.prepare('SELECT name FROM streams WHERE id = ?'),
};
const names = new Map<number, string>();

port.postMessage('ready');
port.on('message', (message: ReaderMessage) => {
  if (message === 'end') {
    database.close();
    port.close();
    return;
  }
  const { ask, request, careful } = message;
  const reply: ReadReply = { ask, ...answer(request, careful ? carefulRow : row) };
  port.postMessage(reply);
});

function answer(request: ReadRequest, format: typeof row): Omit<ReadReply, 'ask'> {
  try {
    if (request.kind === 'head')
      return { rows: '[]', reached: numberOf(database, 'SELECT coalesce(max(position), 0) FROM events'), done: true };
    return request.kind === 'all' ? readAll(request, format) : readStream(request, format);
  } catch (error) {
    return { rows: '[]', reached: 0, done: true, error: reasonOf(error) };
  }
}

function readAll(
  { after, to, filter }: Extract<ReadRequest, { kind: 'all' }>,
  format: typeof row,
): Omit<ReadReply, 'ask'> {
  const rows: string[] = [];
  let [reached, characters, lookedAt] = [after, 0, 0];
  while (rows.length < MOST_ROWS && characters < MOST_CHARACTERS && lookedAt < MOST_LOOKED_AT) {
    const found = select.all.all(reached, to, QUERIED) as readonly unknown[] as readonly Columns[];
    for (const columns of found) {
      if (filter && !matches(filter, columns)) continue;
      const text = format(columns);
      characters += text.length;
      rows.push(text);
    }
    lookedAt += found.length;
    reached = found.at(-1)?.[0] ?? reached;
    if (found.length < QUERIED) return { rows: `[${rows.join()}]`, reached: to, done: true };
  }
  return { rows: `[${rows.join()}]`, reached, done: reached >= to };
}

function readStream(
  { stream, from, backward, limit }: Extract<ReadRequest, { kind: 'stream' }>,
  format: typeof row,
): Omit<ReadReply, 'ask'> {
  const known = select.stream.get(stream) as readonly unknown[] | undefined;
  if (!known) return { rows: '[]', reached: 0, done: true };
  const most = Math.min(limit, QUERIED);
  const start = from ?? (backward ? Number.MAX_SAFE_INTEGER : 0);
  const found = (backward ? select.backward : select.forward).all(
    Number(known[0]),
    start,
    most,
  ) as readonly unknown[] as readonly Columns[];
  const last = found.at(-1)?.[2] ?? 0;
  return { rows: `[${found.map(format).join()}]`, reached: last, done: found.length < most || found.length >= limit };
}

function matches({ categories, streams, types }: FilterData, [, stream, , , type]: Columns): boolean {
  if (types && !types.has(type)) return false;
  const name = nameOf(stream);
  return (!streams || streams.has(name)) && (!categories || categories.includes(categoryOf(name)));
}

function row([position, stream, revision, id, type, data, metadata]: Columns): string {
  return `[${position},${JSON.stringify(nameOf(stream))},${revision},${JSON.stringify(id)},${JSON.stringify(type)},${data},${metadata}]`;
}

/** Stored bytes that are no JSON are given as their hash. */
function carefulRow(columns: Columns): string {
  const [position, stream, revision, id, type, data, metadata] = columns;
  if (isJson(data) && isJson(metadata)) return row(columns);
  const hash = createHash('sha256').update(data).update(metadata).digest('hex');
  return JSON.stringify([position, nameOf(stream), revision, id, type, null, null, hash]);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function nameOf(id: number): string {
  const known = names.get(id);
  if (known !== undefined) return known;
  const [name] = select.name.get(id) as readonly unknown[];
  names.set(id, String(name));
  return String(name);
}

function categoryOf(name: string): string {
  const hyphen = name.indexOf('-');
  return hyphen < 0 ? name : name.slice(0, hyphen);
}
