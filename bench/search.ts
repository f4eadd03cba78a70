/**
 * Search at the port: messages of 200 rooms, a caller in 50 of them, and each class of queries at two sizes.
 * `npx tsx bench/search.ts [messages] [file of chat lines ...]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Position } from '../src/domain/kernel/position.js';
import type { ReadModels, ReadModelWriter, Row, Write } from '../src/projections/read-models.js';
import { INDEXERS } from '../src/projections/search/indexers.js';
import { openEmbeddedReadModels } from '../src/store/embedded/read-models/open-read-models.js';
import { chainOf, messagesOf, syntheticChain } from './support/search-corpus.js';
import { cpuMs, measureSearches, QUERIES, Sample } from './support/search-classes.js';

const BATCH = 1000;
const SMALL = 100_000;

const messages = Number(process.argv[2] ?? 1_000_000);
const path = process.argv[3];
const schema = {
  name: 'messages',
  version: 1,
  tables: { messages: { key: ['roomId', 'seq'], text: 'messages' } },
} as const;
const sample = new Sample();

const folder = await mkdtemp(join(tmpdir(), 'hansard-search-'));
try {
  console.log(
    `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1) ?? '?'}; ${QUERIES} queries of each class`,
  );
  await bench(await openEmbeddedReadModels({ folder }));
  sayBytes(join(folder, 'read-models.db'));
} finally {
  await rm(folder, { recursive: true });
}

async function bench(models: ReadModels): Promise<void> {
  const writer = await models.writer(schema);
  const spacedCjk = wordsOf('東京都庁舎').length === 1;
  const rows = messagesOf(path === undefined ? syntheticChain() : chainOf(path), messages, spacedCjk);
  await fill(writer, rows, Math.min(SMALL, messages));
  await measureSearches(models, sample);
  if (messages > SMALL) {
    await fill(writer, rows, messages - SMALL);
    await measureSearches(models, sample);
  }
  await models.close();
}

async function fill(writer: ReadModelWriter, rows: Generator<Row>, count: number): Promise<void> {
  const start = performance.now();
  const cpu = cpuMs();
  let underWay = Promise.resolve();
  for (let done = 0; done < count; done += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - done) }, () => write(rows.next().value as Row));
    await underWay;
    underWay = writer.commit(batch, batch.at(-1)?.position ?? (0 as Position));
  }
  await underWay;
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `\n${count} rows written and indexed in ${seconds.toFixed(1)} s: ${Math.round(count / seconds)} rows/s, ` +
      `${(((cpuMs() - cpu) / count) * 1000).toFixed(0)} us of CPU each, the making of texts included`,
  );
}

function write(row: Row): Write {
  const { roomId, seq, position, text } = row as { roomId: string; seq: number; position: Position; text: string };
  if (seq % 20 === 0) sample.add(wordsOf(text));
  return { table: 'messages', key: [roomId, seq], row, position };
}

function wordsOf(text: string): readonly string[] {
  const row = { roomId: '', seq: 0, position: 1, time: '', kind: '', text, author: { id: '', name: '' } };
  return INDEXERS.messages(row)?.words ?? [];
}

function sayBytes(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  const [all] = db.prepare('SELECT sum(pgsize) AS bytes FROM dbstat').all() as { bytes: number }[];
  const parts = db
    .prepare("SELECT name, sum(pgsize) AS bytes FROM dbstat WHERE name LIKE '%\\_\\_%' ESCAPE '\\' GROUP BY name")
    .all() as { name: string; bytes: number }[];
  db.close();
  const index = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(
    `\nindex ${Math.round(index / messages)} bytes per message, rows ${Math.round(((all?.bytes ?? 0) - index) / messages)}`,
  );
  for (const { name, bytes } of parts) console.log(`  ${name.padEnd(24)} ${Math.round(bytes / messages)}`);
}
