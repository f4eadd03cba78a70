import { occurrences } from './occurrences.js';
import type { Term } from './text-query.js';
import { hasCompound, partsOf, wordsOf, type Token, type Word } from './tokens.js';
import { unitsOf } from './units.js';

/** `[start, end)` in UTF-16 units. */
export type Range = readonly [start: number, end: number];

/** Where one of the terms was found, and which. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly term: number;
}

/** Of one term; who repeats it more often than that shows nothing by it. */
const MOST = 1_000;

/** The places of a text at which a term is found, in order; they may overlap. */
export function placesOf(text: string, terms: readonly Term[]): readonly Place[] {
  if (terms.length === 0) return [];
  const words = wordsOf(text);
  const sequences = [sequence(words), ...(hasCompound(words) ? [sequence(partsOf(words))] : [])];
  const places = terms.flatMap((term, index) => termRanges(text, sequences, term).map((range) => place(range, index)));
  return places.sort((one, other) => one.start - other.start || one.end - other.end || one.term - other.term);
}

/** The same places as ranges that neither overlap nor touch. */
export function merged(places: readonly Place[]): readonly Range[] {
  const ranges: [number, number][] = [];
  for (const { start, end } of places) {
    const last = ranges.at(-1);
    if (last === undefined || start > last[1]) ranges.push([start, end]);
    else last[1] = Math.max(last[1], end);
  }
  return ranges;
}

interface Sequence {
  readonly tokens: readonly (Token | Word)[];
  readonly texts: readonly string[];
}

function sequence(tokens: readonly (Token | Word)[]): Sequence {
  return { tokens, texts: tokens.map(({ text }) => text) };
}

function place([start, end]: Range, term: number): Place {
  return { start, end, term };
}

/** Without a second sequence the parts are the words. */
function termRanges(text: string, [words, parts = words]: readonly Sequence[], term: Term): readonly Range[] {
  if (words === undefined || parts === undefined) return [];
  if (term.kind === 'inside') {
    const sequences = new Set([words, parts]);
    return [...sequences].flatMap((sequence) => insideRanges(text, sequence, term.part));
  }
  const whole = sequenceRanges(words, term.words, term.kind);
  if (term.parts === undefined || (parts === words && term.words.length === term.parts.length)) return whole;
  return [...whole, ...sequenceRanges(parts, term.parts, term.kind)];
}

function sequenceRanges(sequence: Sequence, wanted: readonly string[], kind: 'phrase' | 'prefix'): readonly Range[] {
  const last = wanted.length - 1;
  return occurrences(sequence.texts, wanted, kind, MOST).flatMap((first) =>
    wanted.map((token, index) => tokenRange(sequence, first + index, kind === 'prefix' && index === last, token)),
  );
}

/** A word that begins as wanted is found whole; of two characters that only stand next to each other, the first is. */
function tokenRange({ tokens }: Sequence, index: number, isBeginning: boolean, wanted: string): Range {
  const token = tokens[index];
  const next = tokens[index + 1];
  if (token === undefined) return [0, 0];
  const isPair = 'kind' in token && token.kind === 'pair';
  const end = isPair && isBeginning && wanted !== token.text ? (next?.start ?? token.end) : token.end;
  // both characters may be of one (㍍), which is found as a whole
  return [token.start, end > token.start ? end : token.end];
}

function insideRanges(text: string, { tokens }: Sequence, part: string): readonly Range[] {
  return tokens.flatMap((token) => (token.text.includes(part) ? partRanges(text, token, part) : []));
}

/** What the part was made of, each time it is in the token. */
function partRanges(text: string, { start, end, text: folded }: Token, part: string): readonly Range[] {
  const ranges: Range[] = [];
  const units = unitsOf(text.slice(start, end));
  for (let at = folded.indexOf(part); at >= 0; at = folded.indexOf(part, at + part.length)) {
    const from = at;
    const found = unitsBetween(units, from, from + part.length);
    const [first] = found;
    if (first !== undefined) ranges.push([start + first.start, start + (found.at(-1) ?? first).end]);
  }
  return ranges;
}

/** Those that the folded text has between these places. */
function unitsBetween(units: ReturnType<typeof unitsOf>, from: number, to: number): ReturnType<typeof unitsOf> {
  let at = 0;
  return units.filter(({ folded }) => {
    const start = at;
    at += folded.length;
    return at > from && start < to;
  });
}
