import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../composition.js';
import type { ColumnOf, ColumnShape } from './columns.js';
import type { PackedColumn, ParquetAnswer, ParquetRequest } from './parquet-protocol.js';
import type { Format, Part, Table } from './part.js';

/** Rows of a row group: what waits in memory for each file that is open. */
const GROUP = 32_768;
/** Row groups that wait for the thread. */
const AHEAD = 2;

interface Asked {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Parquet, encoded by a thread of its own. */
export function parquet(): Format {
  const encoder = new Encoder();
  return {
    extension: '.parquet',
    async open<Item>(file: string, table: Table<Item>): Promise<Part<Item>> {
      const columns = table.columns.map(shapeOf);
      await encoder.ask({ kind: 'open', file, columns });
      return new ParquetPart(file, table.columns, encoder);
    },
    close: () => encoder.end(),
  };
}

class ParquetPart<Item> implements Part<Item> {
  readonly #file: string;
  readonly #buffers: readonly ColumnBuffer<Item>[];
  readonly #encoder: Encoder;
  #rows = 0;

  constructor(file: string, columns: readonly ColumnOf<Item>[], encoder: Encoder) {
    this.#file = file;
    this.#buffers = columns.map(bufferOf);
    this.#encoder = encoder;
  }

  async add(items: readonly Item[]): Promise<void> {
    for (let from = 0; from < items.length;) {
      const to = Math.min(items.length, from + GROUP - this.#rows);
      for (const buffer of this.#buffers) buffer.add(items, from, to, this.#rows);
      this.#rows += to - from;
      from = to;
      if (this.#rows === GROUP) await this.#flush();
    }
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#encoder.ask({ kind: 'finish', file: this.#file });
  }

  abandon(): Promise<void> {
    return this.#encoder.ask({ kind: 'abandon', file: this.#file });
  }

  async #flush(): Promise<void> {
    const rows = this.#rows;
    if (rows === 0) return;
    this.#rows = 0;
    const values = this.#buffers.map((buffer) => buffer.take(rows));
    await this.#encoder.queue({ kind: 'rows', file: this.#file, rows, values });
  }
}

/** Functions do not cross to another thread. */
function shapeOf<Item>({ name, type, optional, repeats }: ColumnOf<Item>): ColumnShape {
  return { name, type, ...(optional && { optional }), ...(repeats && { repeats }) };
}

/** The main thread's side. */
class Encoder {
  readonly #worker: Worker;
  readonly #asked: Asked[] = [];
  #failure: Error | undefined;

  constructor() {
    this.#worker = startWorker(new URL('./parquet-worker.js', import.meta.url), undefined);
    this.#worker.on('message', (answer: ParquetAnswer) => {
      const asked = this.#asked.shift();
      if (answer.ok) asked?.resolve();
      else this.#fail(new Error(`The file could not be written: ${answer.reason}`), asked);
    });
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#fail(new Error('The thread that writes Parquet has ended.')));
  }

  /** Until it is done. */
  ask(request: ParquetRequest): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.#post(request);
    });
  }

  /** Until few others wait; a failure is told by who asks next. */
  async queue(request: ParquetRequest): Promise<void> {
    const done = this.ask(request);
    done.catch(() => undefined);
    if (this.#asked.length > AHEAD) await done;
    if (this.#failure) throw this.#failure;
  }

  async end(): Promise<void> {
    const exited = this.#worker.threadId === -1 ? Promise.resolve() : once(this.#worker, 'exit');
    this.#post({ kind: 'end' });
    await exited;
  }

  #post(request: ParquetRequest): void {
    const moved =
      request.kind === 'rows'
        ? request.values.flatMap((column) => {
            if (column.kind === 'indexes') return [column.indexes.buffer];
            return column.kind === 'integers' ? [column.integers.buffer] : [];
          })
        : [];
    this.#worker.postMessage(request, moved);
  }

  #fail(error: Error, asked?: Asked): void {
    this.#failure ??= error;
    asked?.reject(error);
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }
}

interface ColumnBuffer<Item> {
  add(items: readonly Item[], from: number, to: number, at: number): void;
  /** The first rows; the buffer is empty then. */
  take(rows: number): PackedColumn;
}

function bufferOf<Item>(column: ColumnOf<Item>): ColumnBuffer<Item> {
  if (column.type === 'integer') return numbers(({ of }, item) => (of(item) ?? Number.NaN) as number, column);
  if (column.type === 'time') return numbers(millis(), column);
  return column.type === 'text' && column.repeats ? dictionary(column) : values(column);
}

/** Events of one moment are many: their time is read once. */
function millis<Item>(): (column: ColumnOf<Item>, item: Item) => number {
  let [text, number] = ['', Number.NaN];
  return ({ of }, item) => {
    const given = of(item);
    if (typeof given !== 'string') return Number.NaN;
    if (given !== text) [text, number] = [given, Date.parse(given)];
    return number;
  };
}

function numbers<Item>(
  numberOf: (column: ColumnOf<Item>, item: Item) => number,
  column: ColumnOf<Item>,
): ColumnBuffer<Item> {
  let integers = new Float64Array(GROUP);
  return {
    add(items, from, to, at) {
      for (let index = from; index < to; index += 1) {
        const item = items[index];
        if (item !== undefined) integers[at + index - from] = numberOf(column, item);
      }
    },
    take() {
      const taken = integers;
      integers = new Float64Array(GROUP);
      return { kind: 'integers', integers: taken };
    },
  };
}

function dictionary<Item>({ of }: ColumnOf<Item>): ColumnBuffer<Item> {
  let indexes = new Int32Array(GROUP);
  let known = new Map<string | null, number>();
  return {
    add(items, from, to, at) {
      for (let index = from; index < to; index += 1) {
        const item = items[index];
        if (item === undefined) continue;
        const value = of(item) as string | null;
        let place = known.get(value);
        if (place === undefined) {
          place = known.size;
          known.set(value, place);
        }
        indexes[at + index - from] = place;
      }
    },
    take() {
      const taken = { kind: 'indexes', dictionary: [...known.keys()], indexes } as const;
      indexes = new Int32Array(GROUP);
      known = new Map();
      return taken;
    },
  };
}

function values<Item>({ of }: ColumnOf<Item>): ColumnBuffer<Item> {
  let all: ReturnType<typeof of>[] = [];
  return {
    add(items, from, to) {
      for (let index = from; index < to; index += 1) {
        const item = items[index];
        if (item !== undefined) all.push(of(item));
      }
    },
    take() {
      const taken = { kind: 'values', values: all } as const;
      all = [];
      return taken;
    },
  };
}
