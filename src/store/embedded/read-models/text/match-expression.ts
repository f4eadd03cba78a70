import type { Term } from '../../../../projections/search/text-query.js';
import { storedToken } from './stored-token.js';
import { BETWEEN } from './text-sql.js';

/** Of every text: for queries that want nothing but what texts must not have. */
export const ANY_LABEL = 'any';

/** A term as an expression of FTS5, in which every token is quoted; undefined: nothing can have it. */
export function termExpression(term: Term, tokensWith: (part: string) => readonly string[]): string | undefined {
  if (term.kind === 'inside') {
    const tokens = tokensWith(term.part);
    return tokens.length > 0 ? `{words parts} : ${anyOf(tokens.map((token) => quoted([token])))}` : undefined;
  }
  const star = term.kind === 'prefix' ? ' *' : '';
  const whole = term.words.length > 0 ? [`words : ${quoted(term.words)}${star}`] : [];
  // A text without compounds has its parts among its words.
  const split = term.parts && term.parts.length > 0 ? [`{words parts} : ${quoted(term.parts)}${star}`] : [];
  const either = [...whole, ...split];
  return either.length > 0 ? anyOf(either) : undefined;
}

export function labelsExpression(labels: readonly string[]): string {
  return `labels : ${anyOf(labels.map((label) => quoted([label])))}`;
}

export function anyOf(expressions: readonly string[]): string {
  return `(${expressions.join(' OR ')})`;
}

export function allOf(expressions: readonly string[]): string {
  return `(${expressions.join(' AND ')})`;
}

function quoted(tokens: readonly string[]): string {
  return `"${tokens.map(storedToken).join(BETWEEN)}"`;
}
