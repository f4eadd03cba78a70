import type { Row } from '../../../../projections/read-models.js';
import type { Indexer } from '../../../../projections/search/indexers.js';
import type { Indexed } from '../../../../projections/search/text-query.js';
import type { Database } from '../database.js';
import { ANY_LABEL, termExpression } from './match-expression.js';
import { monthOf } from './months.js';
import { storedToken } from './stored-token.js';
import { BETWEEN, type TextSql } from './text-sql.js';

/** Tokens that a writer remembers to have listed; beyond that it forgets, and lists them again. */
const REMEMBERED = 500_000;

/** Writes one table's text index, in the transaction of its rows. */
export class TextWriter {
  readonly #db: Database;
  readonly #sql: TextSql;
  readonly #indexer: Indexer;
  readonly #listed = new Set<string>();
  /** Of texts that went away in this commit. */
  readonly #lost = new Set<string>();

  constructor(db: Database, sql: TextSql, indexer: Indexer) {
    this.#db = db;
    this.#sql = sql;
    this.#indexer = indexer;
  }

  /** The row with this key was at `place`, and is now as `row` says: answers where. */
  change(key: string, place: number | undefined, row: Row | undefined): number | undefined {
    if (place !== undefined) this.#remove(place, key);
    const indexed = row && this.#indexer(row);
    if (!indexed) return undefined;
    if (!Number.isSafeInteger(indexed.place) || indexed.place < 1) throw new Error(`no place: ${indexed.place}`);
    this.#remove(indexed.place);
    this.#put(key, indexed);
    return indexed.place;
  }

  /** Call it last in the commit: tokens that no text has any more are forgotten. */
  finish(): void {
    for (const token of this.#lost) {
      const expression = termExpression({ kind: 'phrase', words: [token], parts: [token] }, () => []) ?? '';
      if (this.#db.get(this.#sql.isFound, expression)) continue;
      this.#db.run(this.#sql.removeToken, token);
      this.#listed.delete(token);
    }
    this.#lost.clear();
  }

  /** `key`: only if it is this row that is there. */
  #remove(place: number, key?: string): void {
    const [there] = this.#db.get(this.#sql.keyOf, place) ?? [];
    if (there === undefined || (key !== undefined && there !== key)) return;
    const [stored] = this.#db.get(this.#sql.indexedOf, place) ?? [];
    const { words, parts } = JSON.parse(String(stored)) as Pick<Indexed, 'words' | 'parts'>;
    for (const token of [...words, ...parts]) this.#lost.add(token);
    this.#db.run(this.#sql.removeText, place);
    this.#db.run(this.#sql.removeFts, place);
  }

  #put(key: string, { place, time, words, parts, labels }: Indexed): void {
    const stored = labels.map(storedToken);
    this.#db.run(this.#sql.putText, place, key, time, JSON.stringify(stored), JSON.stringify({ words, parts }));
    const own = [ANY_LABEL, storedToken(monthOf(time))];
    this.#db.run(this.#sql.putFts, place, joined(words), joined(parts), [...stored, ...own].join(BETWEEN));
    for (const token of words) this.#list(token);
    for (const token of parts) this.#list(token);
  }

  #list(token: string): void {
    if (this.#listed.has(token)) return;
    if (this.#listed.size >= REMEMBERED) this.#listed.clear();
    this.#listed.add(token);
    this.#db.run(this.#sql.putToken, token);
  }
}

function joined(tokens: readonly string[]): string {
  return tokens.map(storedToken).join(BETWEEN);
}
