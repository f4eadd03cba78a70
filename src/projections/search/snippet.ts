import { merged, placesOf, type Place, type Range } from './highlights.js';
import type { TextQuery } from './text-query.js';

export interface Snippet {
  readonly snippet: string;
  /** Sorted ranges of the snippet in UTF-16 units, that neither overlap nor touch. */
  readonly highlights: readonly Range[];
}

/** UTF-16 units of the text that a snippet shows, about. */
export const SNIPPET = 200;
/** Of them before the best place, when there is as much. */
const BEFORE = 60;
/** So far a cut moves to stand between words. */
const WORD = 24;
/** A grapheme that reaches further than this from a cut is cut all the same: it would not fit into a snippet. */
const GRAPHEME = 128;
const ELLIPSIS = '…';

/** The place of a message that shows best why it was found: in its text, or in its title when only that has the words. */
export function snippetOf(message: { readonly title?: string; readonly text: string }, query: TextQuery): Snippet {
  const { text, title = '' } = message;
  const inText = placesOf(text, query.all);
  if (inText.length > 0) return around(text, inText);
  const inTitle = placesOf(title, query.all);
  return inTitle.length > 0 || text === '' ? around(title, inTitle) : around(text, []);
}

function around(text: string, places: readonly Place[]): Snippet {
  const [start, end] = windowOf(text, places);
  const before = start > 0 ? ELLIPSIS : '';
  const snippet = before + text.slice(start, end) + (end < text.length ? ELLIPSIS : '');
  const highlights = merged(places)
    .map(([from, to]): Range => [Math.max(from, start), Math.min(to, end)])
    .filter(([from, to]) => from < to)
    .map(([from, to]): Range => [from - start + before.length, to - start + before.length]);
  return { snippet, highlights };
}

function windowOf(text: string, places: readonly Place[]): Range {
  if (text.length <= SNIPPET) return [0, text.length];
  const best = bestOf(places);
  const wanted = Math.max(0, Math.min(best - BEFORE, text.length - SNIPPET));
  const start = wanted === 0 ? 0 : startNear(text, wanted, best);
  const end = Math.max(start, wanted) + SNIPPET;
  return [start, end >= text.length ? text.length : endNear(text, end, best)];
}

/** The first of those places from which a snippet has most of the terms. */
function bestOf(places: readonly Place[]): number {
  const counts = new Map<number, number>();
  let best = { start: 0, terms: 0 };
  let behind = 0;
  for (const [index, { start, term }] of places.entries()) {
    behind = Math.max(behind, index);
    for (let next = places[behind]; next !== undefined && next.end <= start + SNIPPET - BEFORE; next = places[behind]) {
      counts.set(next.term, (counts.get(next.term) ?? 0) + 1);
      behind += 1;
    }
    if (best.terms === 0 || counts.size > best.terms) best = { start, terms: Math.max(counts.size, 1) };
    uncount(counts, term);
  }
  return best.start;
}

function uncount(counts: Map<number, number>, term: number): void {
  const left = (counts.get(term) ?? 0) - 1;
  if (left > 0) counts.set(term, left);
  else counts.delete(term);
}

/** Between words if one ends near behind the place, else between graphemes; never behind the best place. */
function startNear(text: string, wanted: number, best: number): number {
  for (let at = wanted; at < Math.min(wanted + WORD, best); at += 1) {
    if (isSpace(text, at) && !isSpace(text, at + 1)) return graphemeStart(text, at + 1);
  }
  return graphemeStart(text, wanted);
}

/** The same, near before the place, and behind what is at the best place. */
function endNear(text: string, wanted: number, best: number): number {
  for (let at = wanted; at > Math.max(wanted - WORD, best + 1); at -= 1) {
    if (isSpace(text, at) && !isSpace(text, at - 1)) return graphemeStart(text, at);
  }
  return graphemeStart(text, wanted);
}

function isSpace(text: string, index: number): boolean {
  return /\s/.test(text.charAt(index));
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The last place at or before this one at which a grapheme begins. Looks at the text near it alone. */
function graphemeStart(text: string, at: number): number {
  const from = flagsStart(text, Math.max(0, at - GRAPHEME));
  const near = text.slice(from, at + 2);
  const start = from + (graphemes.segment(near).containing(at - from)?.index ?? at - from);
  return start > from || from === 0 ? start : codePointStart(text, at);
}

/** The beginning of the flags around the place: which two letters are one flag depends on how many are before them. */
function flagsStart(text: string, at: number): number {
  let start = codePointStart(text, at);
  while (start > 1 && isFlagLetter(text, start - 2)) start -= 2;
  return start;
}

function isFlagLetter(text: string, index: number): boolean {
  return text.charCodeAt(index) === 0xd83c && (text.charCodeAt(index + 1) & 0xffe0) === 0xdde0;
}

function codePointStart(text: string, at: number): number {
  return at > 0 && text.charCodeAt(at) >> 10 === 0x37 && text.charCodeAt(at - 1) >> 10 === 0x36 ? at - 1 : at;
}
