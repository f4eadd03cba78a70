import { termOf, type Wanted } from './terms.js';
import { lengthOf } from './tokens.js';
import { utcTime } from './utc-time.js';

/** What a user searches for: all items must be true of a message. */
export interface Query {
  readonly kind: 'query';
  readonly items: readonly Item[];
}

export type Item = (Wanted | Filter) & {
  readonly negated: boolean;
  /** Where it begins in the query, its `-` included. In UTF-16 units, as all offsets are. */
  readonly offset: number;
};

export type Filter =
  | { readonly kind: 'from'; readonly user: string }
  | { readonly kind: 'in'; readonly room: string }
  | { readonly kind: 'has'; readonly what: 'file' | 'link' }
  | { readonly kind: 'is'; readonly what: 'alert' | 'story' }
  /** RFC 3339, UTC, milliseconds. Never negated. */
  | { readonly kind: 'before' | 'after'; readonly time: string };

export interface InvalidQuery {
  readonly kind: 'invalid';
  /** In the order of their places; one at least. */
  readonly errors: readonly QueryError[];
}

export interface QueryError {
  readonly offset: number;
  readonly message: string;
}

export const MAX_QUERY = 4_096;
export const MAX_ITEMS = 64;
/** Folded characters between the stars of `*part*`. */
export const MIN_INSIDE = 3;

const SPACE = /\p{White_Space}/u;
const QUOTE = /["“”„‟＂]/;
const OPERATOR = /^(from|in|before|after|has|is):/i;

/** Reads a query, whatever it is. The language is that of docs/search.md. Never throws. */
export function parseQuery(text: string): Query | InvalidQuery {
  if (text.length > MAX_QUERY) return invalid(MAX_QUERY, `a query has ${MAX_QUERY} characters at most`);
  const sources = sourcesOf(text);
  const beyond = sources[MAX_ITEMS];
  if (beyond !== undefined) return invalid(beyond.offset, `a query has ${MAX_ITEMS} items at most`);
  const items: Item[] = [];
  const errors: QueryError[] = [];
  for (const source of sources) {
    const read = itemOf(source);
    if (read === undefined) continue; // punctuation alone says nothing
    if ('message' in read) errors.push(read);
    else items.push(read);
  }
  if (errors.length > 0) return { kind: 'invalid', errors };
  return items.length > 0 ? { kind: 'query', items } : invalid(0, 'there is nothing to search for');
}

/** An item as it is written. */
interface Source {
  readonly offset: number;
  readonly negated: boolean;
  readonly operator: string | undefined;
  /** Without quotes, `-` and operator. */
  readonly body: string;
  readonly quoted: boolean;
}

function sourcesOf(text: string): readonly Source[] {
  const sources: Source[] = [];
  for (let at = skipSpace(text, 0); at < text.length && sources.length <= MAX_ITEMS;) {
    const { source, end } = sourceAt(text, at);
    sources.push(source);
    at = skipSpace(text, end);
  }
  return sources;
}

function sourceAt(text: string, offset: number): { source: Source; end: number } {
  const negated = text[offset] === '-';
  const start = negated ? offset + 1 : offset;
  const bare = bareAt(text, start);
  const name = OPERATOR.exec(bare)?.[1];
  const value = name === undefined ? bare : bare.slice(name.length + 1);
  const end = start + bare.length;
  const source = { offset, negated, operator: name?.toLowerCase() };
  if (value !== '' || !isQuote(text[end])) return { source: { ...source, body: value, quoted: false }, end };
  const body = quotedAt(text, end + 1);
  // a quote that nobody closes reaches to the end: whoever is still typing gets what they have typed so far
  return { source: { ...source, body, quoted: true }, end: Math.min(end + body.length + 2, text.length) };
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && SPACE.test(text.charAt(at))) at += 1;
  return at;
}

function bareAt(text: string, start: number): string {
  let end = start;
  while (end < text.length && !isQuote(text[end]) && !SPACE.test(text.charAt(end))) end += 1;
  return text.slice(start, end);
}

function quotedAt(text: string, start: number): string {
  let end = start;
  while (end < text.length && !isQuote(text[end])) end += 1;
  return text.slice(start, end);
}

function isQuote(character: string | undefined): boolean {
  return character !== undefined && QUOTE.test(character);
}

function itemOf(source: Source): Item | QueryError | undefined {
  const { offset, negated, operator } = source;
  if (operator === undefined) return wordItem(source);
  const filter = filterOf(operator, source);
  if ('message' in filter) return { offset, ...filter };
  return { ...filter, negated, offset };
}

function wordItem(source: Source): Item | QueryError | undefined {
  const { offset, negated } = source;
  const wanted = wantedOf(source);
  const term = termOf(wanted);
  if (term === undefined) return undefined;
  if (term.kind === 'inside' && lengthOf(term.part) < MIN_INSIDE) {
    return { offset, message: `between the stars of *part* there are ${MIN_INSIDE} characters at least` };
  }
  return { ...wanted, negated, offset };
}

function wantedOf({ body, quoted }: Source): Wanted {
  if (quoted) return { kind: 'phrase', text: body };
  if (!body.endsWith('*')) return { kind: 'word', text: body };
  if (body.startsWith('*') && body.length > 2) return { kind: 'inside', text: body.slice(1, -1) };
  return { kind: 'prefix', text: body.slice(0, -1) };
}

type Refusal = Pick<QueryError, 'message'>;

function filterOf(operator: string, { body, negated }: Source): Filter | Refusal {
  if (body === '') return { message: `${operator}: needs a value` };
  switch (operator) {
    case 'from':
      return { kind: 'from', user: body };
    case 'in':
      return { kind: 'in', room: body };
    case 'has':
      return hasFilter(body.toLowerCase());
    case 'is':
      return isFilter(body.toLowerCase());
    default:
      return timeFilter(operator === 'before' ? 'before' : 'after', body, negated);
  }
}

function hasFilter(what: string): Filter | Refusal {
  if (what === 'file' || what === 'link') return { kind: 'has', what };
  return { message: 'has: takes file or link' };
}

function isFilter(what: string): Filter | Refusal {
  if (what === 'alert' || what === 'story') return { kind: 'is', what };
  return { message: 'is: takes alert or story' };
}

function timeFilter(kind: 'before' | 'after', body: string, negated: boolean): Filter | Refusal {
  if (negated) return { message: `${kind}: cannot be negated, ${kind === 'before' ? 'after' : 'before'}: says that` };
  const time = utcTime(body);
  if (time === undefined) return { message: `${kind}: takes a day (2026-11-01) or a time (2026-11-01T09:30:00Z)` };
  return { kind, time };
}

function invalid(offset: number, message: string): InvalidQuery {
  return { kind: 'invalid', errors: [{ offset, message }] };
}
