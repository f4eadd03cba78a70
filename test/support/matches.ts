import type { Indexed, Term, TextQuery } from '../../src/projections/search/text-query.js';

/**
 * Whether a text index has to find this. Obviously right and slow: what engines are compared with. A text without compounds
 * has its whole words for parts.
 */
export function matches(indexed: Indexed, query: TextQuery): boolean {
  return (
    query.all.every((term) => has(indexed, term)) &&
    !query.none.some((term) => has(indexed, term)) &&
    query.labels.every((list) => list.some((label) => indexed.labels.includes(label))) &&
    !query.withoutLabels.some((label) => indexed.labels.includes(label)) &&
    (query.from === undefined || indexed.time >= query.from) &&
    (query.until === undefined || indexed.time < query.until)
  );
}

function has(indexed: Indexed, term: Term): boolean {
  const parts = indexed.parts.length > 0 ? indexed.parts : indexed.words;
  if (term.kind === 'inside') return [...indexed.words, ...parts].some((token) => token.includes(term.part));
  const { kind } = term;
  return follow(indexed.words, term.words, kind) || (term.parts !== undefined && follow(parts, term.parts, kind));
}

function follow(sequence: readonly string[], wanted: readonly string[], kind: 'phrase' | 'prefix'): boolean {
  const last = wanted.length - 1;
  if (last < 0) return false;
  return sequence.some((_, first) =>
    wanted.every((token, index) => {
      const found = sequence[first + index];
      return kind === 'prefix' && index === last ? found?.startsWith(token) : found === token;
    }),
  );
}
