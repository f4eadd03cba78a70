import { MAX_RANKED, MAX_TOTAL, type Search } from '../../../../projections/read-models.js';
import { relevance } from '../../../../projections/search/relevance.js';
import type { Indexed, TextQuery } from '../../../../projections/search/text-query.js';
import type { Database } from '../database.js';
import { allOf, ANY_LABEL, anyOf, labelsExpression, termExpression } from './match-expression.js';
import { monthsBetween } from './months.js';
import { storedToken } from './stored-token.js';
import type { TextSql } from './text-sql.js';

export interface TextHits {
  /** Of the page, in its order. */
  readonly places: readonly number[];
  readonly total: number;
  readonly exceeded: boolean;
}

const NOTHING: TextHits = { places: [], total: 0, exceeded: false };

/** Labels that are looked for in the index; of a longer list each hit's own are looked up. */
const FEW_LABELS = 256;
/** Months that narrow down a time. */
const FEW_MONTHS = 36;

/** What the index is asked: an expression of FTS5, and conditions that it cannot say. */
interface Asked {
  readonly expression: string;
  readonly conditions: readonly string[];
  readonly values: readonly string[];
}

export function searchTexts(db: Database, sql: TextSql, search: Search): TextHits {
  const asked = ask(db, sql, search.query);
  if (!asked) return NOTHING;
  const { order, before, skip = 0, limit, query } = search;
  const isRanked = order === 'relevance' && skip < MAX_RANKED;
  const wanted = isRanked ? Math.max(MAX_RANKED, skip + limit) : skip + limit;
  const newest = hits(db, sql, asked, before, wanted);
  const places = isRanked ? ranked(db, sql, query, newest) : newest;
  const total = before === undefined && newest.length < wanted ? newest.length : count(db, sql, asked);
  return {
    places: places.slice(skip, skip + limit),
    total: Math.min(total, MAX_TOTAL),
    exceeded: total > MAX_TOTAL,
  };
}

function hits(db: Database, sql: TextSql, asked: Asked, before = Number.MAX_SAFE_INTEGER, limit: number): number[] {
  const { expression, conditions, values } = asked;
  return db.all(sql.hits(conditions), expression, ...values, before, limit).map(([place]) => Number(place));
}

function count(db: Database, sql: TextSql, { expression, conditions, values }: Asked): number {
  const [total] = db.get(sql.total(conditions), expression, ...values) ?? [];
  return Number(total);
}

/** Undefined: nothing can be found. */
function ask(db: Database, sql: TextSql, query: TextQuery): Asked | undefined {
  const tokensWith = (part: string) => db.all(sql.tokensWith, part).map(([token]) => String(token));
  const wanted = query.all.map((term) => termExpression(term, tokensWith));
  if (query.labels.some((labels) => labels.length === 0) || !wanted.every((one) => one !== undefined)) return undefined;
  const few = query.labels.filter((labels) => labels.length <= FEW_LABELS);
  const many = query.labels.filter((labels) => labels.length > FEW_LABELS);
  const unwanted = query.none.flatMap((term) => termExpression(term, tokensWith) ?? []);
  if (query.withoutLabels.length > 0) unwanted.push(labelsExpression(query.withoutLabels));
  const has = allOf([...wanted, ...[...few, ...months(db, sql, query), [ANY_LABEL]].map(labelsExpression)]);
  const { from, until } = query;
  return {
    expression: unwanted.length > 0 ? `${has} NOT ${anyOf(unwanted)}` : has,
    conditions: [
      ...(from === undefined ? [] : ['t.time >= ?']),
      ...(until === undefined ? [] : ['t.time < ?']),
      ...many.map(() => HAS_ONE_OF),
    ],
    values: [
      ...(from === undefined ? [] : [from]),
      ...(until === undefined ? [] : [until]),
      ...many.map((labels) => JSON.stringify(labels.map(storedToken))),
    ],
  };
}

const HAS_ONE_OF = 'EXISTS (SELECT 1 FROM json_each(t.labels) own WHERE own.value IN (SELECT value FROM json_each(?)))';

/** The months that a time may lie in, as a list of labels; none where there is no time or there are many. */
function months(db: Database, sql: TextSql, { from, until }: TextQuery): readonly (readonly string[])[] {
  if (from === undefined && until === undefined) return [];
  const [first, last] = [db.get(sql.firstTime)?.[0], db.get(sql.lastTime)?.[0]].map(String);
  if (first === undefined || last === undefined) return [];
  const labels = monthsBetween(later(from, first), earlier(until, last), FEW_MONTHS);
  return labels && labels.length > 0 ? [labels] : [];
}

function later(one: string | undefined, other: string): string {
  return one !== undefined && one > other ? one : other;
}

function earlier(one: string | undefined, other: string): string {
  return one !== undefined && one < other ? one : other;
}

/** The newest of them by relevance, then the others as they are. */
function ranked(db: Database, sql: TextSql, query: TextQuery, places: readonly number[]): readonly number[] {
  const scored = places.slice(0, MAX_RANKED).map((place) => {
    const [stored] = db.get(sql.indexedOf, place) ?? [];
    const tokens = JSON.parse(String(stored)) as Pick<Indexed, 'words' | 'parts'>;
    return { place, score: relevance(tokens, query) };
  });
  scored.sort((one, other) => other.score - one.score || other.place - one.place);
  return [...scored.map(({ place }) => place), ...places.slice(MAX_RANKED)];
}
