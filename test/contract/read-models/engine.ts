import type { Position } from '../../../src/domain/kernel/position.js';
import type { ReadModels, Row, Scan, Write } from '../../../src/projections/read-models.js';

/** What an engine has to offer to be asked all questions of the contract. */
export interface ReadModelsEngine {
  readonly name: string;
  /** A new and empty one. */
  readonly place: () => Promise<Place>;
}

/** Where read models are kept: opened again, it holds what it held. */
export interface Place {
  readonly open: () => Promise<ReadModels>;
  /** How another process opens it: arguments of test/harness/count-into-read-models.ts. */
  readonly address: readonly string[];
  readonly remove: () => Promise<void>;
}

export function at(position: number): Position {
  return position as Position;
}

export function put(table: string, key: readonly (string | number)[], position: number, row: Row): Write {
  return { table, key, row, position: at(position) };
}

export function gone(table: string, key: readonly (string | number)[], position: number): Write {
  return { table, key, row: undefined, position: at(position) };
}

export async function allRows(models: ReadModels, readModel: string, table: string): Promise<readonly Row[]> {
  const scan: Scan = { table, limit: 1_000_000 };
  return (await models.scan(readModel, scan)).rows;
}
