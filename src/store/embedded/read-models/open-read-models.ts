import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Position } from '../../../domain/kernel/position.js';
import {
  SearchBusyError,
  type Found,
  type Key,
  type ReadModelReader,
  type ReadModels,
  type ReadModelSchema,
  type ReadModelWriter,
  type Row,
  type Scan,
  type Search,
  type SearchFound,
} from '../../../projections/read-models.js';
import { startWorker } from '../start-worker.js';
import { EmbeddedWriter } from './embedded-writer.js';
import type { ReaderRequest, SearchRequest, WorkerData, WriterRequest } from './protocol.js';
import { WorkerChannel, type ChannelLimits } from './worker-channel.js';

export interface EmbeddedReadModelsOptions {
  /** Holds `read-models.db`; made when it is not there. The file may be deleted at any time the program is not running. */
  readonly folder: string;
  /** Called when a thread died: nothing is written or read any more, and the process has to end. */
  readonly onFatal?: ((error: Error) => void) | undefined;
}

/** A search takes milliseconds, not microseconds: each is answered as soon as it is done. */
const SEARCHES: ChannelLimits = {
  atOnce: 1,
  waiting: { most: 200, refusal: () => new SearchBusyError('too many searches are waiting') },
};

/**
 * Read models in one SQLite file; a thread writes, another one reads, a third one searches, and the event loop waits for
 * no disk.
 */
export async function openEmbeddedReadModels({ folder, onFatal }: EmbeddedReadModelsOptions): Promise<ReadModels> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const data: WorkerData = { file: join(folder, 'read-models.db') };
  const writer = new WorkerChannel<WriterRequest>(
    startWorker(new URL('./read-models-writer-worker.js', import.meta.url), data),
    onFatal,
  );
  const reader = new WorkerChannel<ReaderRequest>(
    startWorker(new URL('./read-models-reader-worker.js', import.meta.url), data),
    onFatal,
  );
  const searcher = new WorkerChannel<SearchRequest>(
    startWorker(new URL('./read-models-search-worker.js', import.meta.url), data),
    onFatal,
    SEARCHES,
  );
  try {
    await Promise.all([writer.ready, reader.ready, searcher.ready]);
  } catch (error) {
    await Promise.all([reader.end(), searcher.end(), writer.end()]);
    throw error;
  }
  return new EmbeddedReadModels(writer, reader, searcher);
}

/** The read models of another process, or of none that runs now. Throws when the folder has none. */
export async function openEmbeddedReadModelsForReading(folder: string): Promise<ReadModelReader> {
  const data: WorkerData = { file: join(folder, 'read-models.db') };
  await access(data.file).catch((cause: unknown) => {
    throw new Error(`There are no read models in ${folder}: Hansard makes them when it is started there.`, { cause });
  });
  const reader = new WorkerChannel<ReaderRequest>(
    startWorker(new URL('./read-models-reader-worker.js', import.meta.url), data),
  );
  try {
    await reader.ready;
  } catch (error) {
    await reader.end();
    throw error;
  }
  return new EmbeddedReader(reader);
}

class EmbeddedReader implements ReadModelReader {
  readonly #reader: WorkerChannel<ReaderRequest>;

  constructor(reader: WorkerChannel<ReaderRequest>) {
    this.#reader = reader;
  }

  async checkpoint(readModel: string): Promise<Position> {
    return Number(await this.#reader.ask({ kind: 'checkpoint', readModel })) as Position;
  }

  async get(readModel: string, table: string, key: Key): Promise<Row | undefined> {
    const row = JSON.parse(await this.#reader.ask({ kind: 'get', readModel, table, key })) as Row | null;
    return row ?? undefined;
  }

  async scan(readModel: string, scan: Scan): Promise<Found> {
    return JSON.parse(await this.#reader.ask({ kind: 'scan', readModel, scan })) as Found;
  }

  close(): Promise<void> {
    return this.#reader.end();
  }
}

class EmbeddedReadModels extends EmbeddedReader implements ReadModels {
  readonly #writer: WorkerChannel<WriterRequest>;
  readonly #searcher: WorkerChannel<SearchRequest>;

  constructor(
    writer: WorkerChannel<WriterRequest>,
    reader: WorkerChannel<ReaderRequest>,
    searcher: WorkerChannel<SearchRequest>,
  ) {
    super(reader);
    this.#writer = writer;
    this.#searcher = searcher;
  }

  async search(readModel: string, search: Search): Promise<SearchFound> {
    return JSON.parse(await this.#searcher.ask({ readModel, search })) as SearchFound;
  }

  async writer(schema: ReadModelSchema): Promise<ReadModelWriter> {
    const generation = Number(await this.#writer.ask({ kind: 'open', schema }));
    return new EmbeddedWriter(schema, generation, this.#writer);
  }

  async rebuild(schema: ReadModelSchema): Promise<ReadModelWriter> {
    const generation = Number(await this.#writer.ask({ kind: 'rebuild', schema }));
    return new EmbeddedWriter(schema, generation, this.#writer);
  }

  /** The writer last: whoever closes the file last tidies it up. */
  override async close(): Promise<void> {
    this.#writer.refuse();
    await Promise.all([this.#searcher.end(), super.close()]);
    await this.#writer.end();
  }
}
