import { MAX_TOTAL } from '../../../../projections/read-models.js';

export type TextSql = ReturnType<typeof textSql>;

/** Between two tokens, and in no stored one. */
export const BETWEEN = ' ';

/**
 * The SQL of one table's text index: SQLite's FTS5 over tokens that are ours, so its own tokenizer only splits at the space.
 * It keeps no text (`content=''`); what a hit is, and what its tokens are, is in `texts`. `tokens` are all distinct ones, to
 * look inside them.
 */
export function textSql(table: string) {
  const [texts, fts, tokens] = [`${table}_texts`, `${table}_fts`, `${table}_tokens`];
  return {
    create: `
      CREATE TABLE ${texts} (place INTEGER PRIMARY KEY, key TEXT NOT NULL, time TEXT NOT NULL, labels TEXT NOT NULL, indexed TEXT NOT NULL);
      CREATE INDEX ${texts}_time ON ${texts} (time);
      CREATE VIRTUAL TABLE ${fts} USING fts5(words, parts, labels, content='', contentless_delete=1, tokenize="ascii tokenchars '_'", prefix='2 3');
      CREATE TABLE ${tokens} (token TEXT PRIMARY KEY) WITHOUT ROWID;`,
    drop: [texts, fts, tokens].map((name) => `DROP TABLE IF EXISTS ${name};`).join('\n'),

    /** Place. */
    keyOf: `SELECT key FROM ${texts} WHERE place = ?`,
    indexedOf: `SELECT indexed FROM ${texts} WHERE place = ?`,
    removeText: `DELETE FROM ${texts} WHERE place = ?`,
    removeFts: `DELETE FROM ${fts} WHERE rowid = ?`,
    /** Place, key, time, labels, indexed. */
    putText: `INSERT INTO ${texts} (place, key, time, labels, indexed) VALUES (?, ?, ?, ?, ?)`,
    /** Place, words, parts, labels. */
    putFts: `INSERT INTO ${fts} (rowid, words, parts, labels) VALUES (?, ?, ?, ?)`,

    /** Token. */
    putToken: `INSERT OR IGNORE INTO ${tokens} (token) VALUES (?)`,
    removeToken: `DELETE FROM ${tokens} WHERE token = ?`,
    /** Part. */
    tokensWith: `SELECT token FROM ${tokens} WHERE instr(token, ?) > 0`,
    /** Expression. */
    isFound: `SELECT 1 FROM ${fts} WHERE ${fts} MATCH ? LIMIT 1`,

    firstTime: `SELECT time FROM ${texts} ORDER BY time LIMIT 1`,
    lastTime: `SELECT time FROM ${texts} ORDER BY time DESC LIMIT 1`,

    /** Expression, what `conditions` want, place that all hits are below, limit: the newest first. */
    hits: (conditions: readonly string[]) =>
      `SELECT ${fts}.rowid ${found(conditions)} AND ${fts}.rowid < ? ORDER BY ${fts}.rowid DESC LIMIT ?`,
    /** Expression, what `conditions` want. */
    total: (conditions: readonly string[]) =>
      `SELECT count(*) FROM (SELECT 1 ${found(conditions)} LIMIT ${MAX_TOTAL + 1})`,
  };

  /** `conditions` are about the row of `texts`, which is looked up only where there are some. */
  function found(conditions: readonly string[]): string {
    const join = conditions.length > 0 ? ` CROSS JOIN ${texts} t ON t.place = ${fts}.rowid` : '';
    return `FROM ${fts}${join} WHERE ${[`${fts} MATCH ?`, ...conditions].join(' AND ')}`;
  }
}
