import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { openForWriting } from '../../src/store/embedded/log/log-file.js';

export interface RawAppending {
  readonly folder: string;
  readonly appenders: number;
  readonly events: number;
}

export interface RawAppended {
  readonly seconds: number;
  /** Of the whole process. */
  readonly cpuMicros: number;
}

/** What is appended, in every way that is compared: about 420 bytes of JSON. */
export function chatEvent(n: number) {
  return {
    id: randomUUID(),
    type: 'MessagePosted',
    data: {
      kind: 'normal',
      parts: [{ kind: 'text', text: `Message ${n}: about as long as people write in chat rooms.` }],
    },
    metadata: {
      version: 1,
      time: '2026-11-23T14:00:00.000Z',
      actor: { id: `user${n % 500}`, name: 'Ada Lovelace', email: `user${n % 500}@example.org`, internal: true },
      correlationId: '0123456789abcdef0123456789abcdef',
      node: 'node-1',
      idempotency: { key: 'f'.repeat(64), fingerprint: 'e'.repeat(64) },
    },
  };
}

/**
 * The binding driven with as little as a log can do: one stream for each appender, every appender's next event in each
 * transaction, revision checked against a map, no message to anybody.
 */
function append({ folder, appenders, events }: RawAppending): RawAppended {
  const db = openForWriting(folder);
  const newStream = db.prepare('INSERT INTO streams (id, name) VALUES (?, ?)');
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
  const heads = new Map<string, { id: number; revision: number }>();
  const start = performance.now();
  const cpu = process.cpuUsage();
  for (let at = 0; at < events; at += appenders) {
    db.exec('BEGIN IMMEDIATE');
    for (let appender = 0; appender < appenders && at + appender < events; appender += 1) {
      const { id, type, data, metadata } = chatEvent(at + appender);
      const stream = `transcript-${appender}`;
      let head = heads.get(stream);
      if (!head) {
        head = { id: appender + 1, revision: -1 };
        heads.set(stream, head);
        newStream.run(head.id, stream);
      }
      if (head.revision !== at / appenders - 1) throw new Error('conflict');
      head.revision += 1;
      insert.run(at + appender + 1, head.id, head.revision, id, type, JSON.stringify(data), JSON.stringify(metadata));
    }
    db.exec('COMMIT');
  }
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  db.close();
  return { seconds, cpuMicros: user + system };
}

parentPort?.postMessage(append(workerData as RawAppending));
