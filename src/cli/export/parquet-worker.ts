import { closeSync, fsyncSync, openSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnShape } from './columns.js';
import type { PackedColumn, ParquetAnswer, ParquetRequest } from './parquet-protocol.js';

// Encoding costs as much as everything before it, so it has a thread of its own.

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema'];
type Columns = Parameters<ParquetWriter['write']>[0]['columnData'];

interface Open {
  readonly writer: ParquetWriter;
  readonly columns: readonly ColumnShape[];
}

const files = new Map<string, Open>();
const port = parentPort;
if (!port) throw new Error('runs in a worker thread only');

port.on('message', (request: ParquetRequest) => {
  if (request.kind === 'end') {
    port.close();
    return;
  }
  port.postMessage(answered(request));
});

function answered(request: Exclude<ParquetRequest, { readonly kind: 'end' }>): ParquetAnswer {
  try {
    handle(request);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function handle(request: Exclude<ParquetRequest, { readonly kind: 'end' }>): void {
  const { file } = request;
  if (request.kind === 'open') {
    const { columns } = request;
    const writer = new ParquetWriter({
      writer: fileWriter(file),
      schema: schemaOf(columns, 'stored'),
      statistics: false,
    });
    files.set(file, { writer, columns });
    return;
  }
  const open = files.get(file);
  if (!open) throw new Error(`${file} is not open`);
  if (request.kind === 'rows') write(open, request.rows, request.values);
  else {
    files.delete(file);
    if (request.kind === 'finish') finish(open, file);
  }
}

function write({ writer, columns }: Open, rows: number, values: readonly PackedColumn[]): void {
  const columnData: Columns = columns.map((column, index) => {
    const packed = values[index];
    if (!packed) throw new Error(`no values of ${column.name}`);
    const data = unpacked(packed, rows);
    if (column.type === 'time') return { name: column.name, data, encoding: 'PLAIN', statistics: true };
    // Each value is another one: a dictionary would not pay, nor would looking for one.
    const isPlain = (column.type === 'text' || column.type === 'integer') && column.repeats !== true;
    return { name: column.name, data, ...(isPlain && { encoding: 'PLAIN' as const }) };
  });
  void writer.write({ columnData, rowGroupSize: rows });
}

function finish({ writer, columns }: Open, file: string): void {
  // The rows were given as they are stored. Converting them in the writer would cost a third more; the file says the same.
  writer.schema = schemaOf(columns, 'told');
  void writer.finish();
  const handle = openSync(file, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}

function schemaOf(columns: readonly ColumnShape[], as: 'stored' | 'told'): Schema {
  const types = {
    text: { type: 'BYTE_ARRAY', ...(as === 'told' && { converted_type: 'UTF8' as const }) },
    integer: { type: 'INT64' },
    boolean: { type: 'BOOLEAN' },
    time: { type: 'INT64', ...(as === 'told' && { converted_type: 'TIMESTAMP_MILLIS' as const }) },
  } as const;
  const leaves = columns.map(({ name, type, optional }) => ({
    name,
    repetition_type: optional ? ('OPTIONAL' as const) : ('REQUIRED' as const),
    ...types[type],
  }));
  return [{ name: 'hansard', num_children: leaves.length }, ...leaves];
}

function unpacked(packed: PackedColumn, rows: number): unknown[] {
  switch (packed.kind) {
    case 'values':
      return packed.values as unknown[];
    case 'indexes': {
      const values = new Array<string | null>(rows);
      for (let row = 0; row < rows; row += 1) values[row] = packed.dictionary[packed.indexes[row] ?? 0] ?? null;
      return values;
    }
    case 'integers': {
      const values = new Array<bigint | null>(rows);
      for (let row = 0; row < rows; row += 1) {
        const number = packed.integers[row] ?? Number.NaN;
        values[row] = Number.isNaN(number) ? null : BigInt(number);
      }
      return values;
    }
  }
}
