import { MAX_RANKED, MAX_TOTAL, type Row, type Search } from '../../../src/projections/read-models.js';
import { INDEXERS } from '../../../src/projections/search/indexers.js';
import { relevance } from '../../../src/projections/search/relevance.js';
import type { Indexed, TextQuery } from '../../../src/projections/search/text-query.js';
import { matches } from '../../support/matches.js';

/** What a search has to find, as simply as it can be said: every row is looked at. */
export function referenceSearch(rows: readonly Row[], search: Omit<Search, 'table'>) {
  const texts = rows.flatMap((row) => {
    const indexed = INDEXERS.messages(row);
    return indexed ? [{ row, indexed }] : [];
  });
  return found(texts, search);
}

interface Text<T> {
  readonly row: T;
  readonly indexed: Indexed;
}

/** The same of texts that are indexed already. */
export function found<T>(texts: readonly Text<T>[], { query, order, before, skip = 0, limit }: Omit<Search, 'table'>) {
  const hits = texts
    .filter(({ indexed }) => matches(indexed, query))
    .sort((one, other) => other.indexed.place - one.indexed.place);
  const below = hits.filter(({ indexed }) => before === undefined || indexed.place < before);
  const ordered = order === 'newest' ? below : byRelevance(below, query);
  return {
    rows: ordered.slice(skip, skip + limit).map(({ row }) => row),
    total: Math.min(hits.length, MAX_TOTAL),
    exceeded: hits.length > MAX_TOTAL,
  };
}

function byRelevance<T>(hits: readonly Text<T>[], query: TextQuery): readonly Text<T>[] {
  const score = ({ indexed }: Text<T>) => relevance(indexed, query);
  const ranked = hits
    .slice(0, MAX_RANKED)
    .sort((one, other) => score(other) - score(one) || other.indexed.place - one.indexed.place);
  return [...ranked, ...hits.slice(MAX_RANKED)];
}
