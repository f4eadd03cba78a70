/** As much of the DuckDB command line as docs/analysts.md needs: `duckdb.mjs -c <sql>` prints a line of JSON for each row. */
import { DuckDBInstance } from '@duckdb/node-api';

const [, , option, sql] = process.argv;
if (option !== '-c' || sql === undefined) throw new Error('duckdb.mjs -c <sql>');
const connection = await (await DuckDBInstance.create()).connect();
for (const row of (await connection.runAndReadAll(sql)).getRowObjectsJson()) console.log(JSON.stringify(row));
connection.closeSync();
