import { occurrences } from './occurrences.js';
import type { Indexed, Term, TextQuery } from './text-query.js';

type Tokens = Pick<Indexed, 'words' | 'parts'>;

/** So often a term counts, at most; a text that repeats it more says no more about it. */
const MOST = 16;
/** Words of a message of usual length. */
const USUAL = 32;

/**
 * How well a hit answers a query, from 0: the same for every engine. A term counts more the more often it is there (but less
 * each time), in a shorter text, and as a whole word. Sums, products and quotients alone, and rounded, so that the result is
 * one of machine and order of hits. Pure.
 */
export function relevance(indexed: Tokens, query: TextQuery): number {
  const damping = 0.3 + (0.9 * indexed.words.length) / USUAL;
  let score = 0;
  for (const term of query.all) {
    const count = Math.min(countOf(indexed, term), MOST);
    score += count / (count + damping);
  }
  return Math.round(score * 1e6) / 1e6;
}

/** A whole word counts 1, a part of one half. */
function countOf(indexed: Tokens, term: Term): number {
  const parts = indexed.parts.length > 0 ? indexed.parts : indexed.words;
  if (term.kind === 'inside') return Math.max(inside(indexed.words, term.part), inside(parts, term.part)) / 2;
  const whole = occurrences(indexed.words, term.words, term.kind).length;
  const byPart = term.parts === undefined ? 0 : occurrences(parts, term.parts, term.kind).length;
  return whole + Math.max(0, byPart - whole) / 2;
}

function inside(tokens: readonly string[], part: string): number {
  return tokens.reduce((count, token) => (token.includes(part) ? count + 1 : count), 0);
}
