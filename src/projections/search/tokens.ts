import { isAlphanumeric, unitsOf, type Unit } from './units.js';

/**
 * The one way in which Hansard tells words apart, in texts and in what is searched for. docs/search.md says it for users.
 */

/** Folded text, and `[start, end)` of what it was made of in UTF-16 units of the text. */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export type Word =
  | (Token & { readonly kind: 'plain' | 'emoji' })
  /** Joined by punctuation or case: `well-known`, `getName`, `#4521`. One part and more. */
  | (Token & { readonly kind: 'compound'; readonly parts: readonly Token[] })
  /** Two neighbouring characters of a run without spaces, and then the last one alone, as nothing else begins with it. */
  | (Token & { readonly kind: 'pair' | 'last' });

/** Code points of a token; what is longer is cut. */
export const MAX_TOKEN = 100;

/** The whole words of a text, in order. Takes time in proportion to the text. */
export function wordsOf(text: string): readonly Word[] {
  const units = unitsOf(text);
  const words: Word[] = [];
  for (let from = 0; from < units.length;) {
    const to = stretchEnd(units, from);
    for (const word of stretch(units, from, to)) words.push(word);
    from = to;
  }
  return words;
}

/** The same words, with every compound taken apart. */
export function partsOf(words: readonly Word[]): readonly Token[] {
  return words.flatMap((word): readonly Token[] => (word.kind === 'compound' ? word.parts : [word]));
}

export function hasCompound(words: readonly Word[]): boolean {
  return words.some(({ kind }) => kind === 'compound');
}

/** Units that are looked at together: an emoji or space alone, a run, or whatever else is between those. */
function stretchEnd(units: readonly Unit[], from: number): number {
  const kind = stretchKind(units[from]);
  let to = from + 1;
  if (kind === 'emoji' || kind === 'space') return to;
  while (to < units.length && stretchKind(units[to]) === kind) to += 1;
  return to;
}

function stretchKind(unit: Unit | undefined): 'emoji' | 'space' | 'run' | 'word' {
  const kind = unit?.kind;
  return kind === 'emoji' || kind === 'space' || kind === 'run' ? kind : 'word';
}

function stretch(units: readonly Unit[], from: number, to: number): readonly Word[] {
  switch (stretchKind(units[from])) {
    case 'space':
      return [];
    case 'emoji':
      return [{ ...token(units, from, to), kind: 'emoji' }];
    case 'run':
      return pairs(units.slice(from, to));
    case 'word':
      return word(units, from, to);
  }
}

/** A unit may be several code points: each of them has the unit's place. */
function pairs(units: readonly Unit[]): readonly Word[] {
  const characters = units.flatMap(({ folded, start, end }) => Array.from(folded, (text) => ({ text, start, end })));
  return characters.map((character, index): Word => {
    const next = characters[index + 1];
    if (next === undefined) return { ...character, kind: 'last' };
    return { text: character.text + next.text, start: character.start, end: next.end, kind: 'pair' };
  });
}

function word(units: readonly Unit[], from: number, to: number): readonly Word[] {
  let first = from;
  while (first < to && !isSolid(units[first])) first += 1;
  if (first === to) return [];
  let behind = to;
  while (!isSolid(units[behind - 1])) behind -= 1;
  const parts = partsBetween(units, first, behind);
  const whole = token(units, opening(units, from, first), closing(units, behind, to));
  const [only] = parts;
  if (only === undefined || (parts.length === 1 && only.text === whole.text)) return [{ ...whole, kind: 'plain' }];
  return [{ ...whole, kind: 'compound', parts }];
}

function isSolid(unit: Unit | undefined): boolean {
  return unit !== undefined && (isAlphanumeric(unit.kind) || unit.kind === 'symbol');
}

/** `#4521`, `@ada` and `.net` begin with what is no end of anything; `...and` and `##title` do not. */
function opening(units: readonly Unit[], from: number, first: number): number {
  const sign = first > from ? units[first - 1]?.folded : undefined;
  if (sign !== '#' && sign !== '@' && sign !== '.') return first;
  return first - 1 > from && units[first - 2]?.folded === sign ? first : first - 1;
}

/** `c++` and `c#` end with what is no end of a sentence. */
function closing(units: readonly Unit[], behind: number, to: number): number {
  const sign = behind < to ? units[behind]?.folded : undefined;
  const most = sign === '+' ? 2 : sign === '#' ? 1 : 0;
  let end = behind;
  while (end < to && units[end]?.folded === sign) end += 1;
  return end - behind <= most ? end : behind;
}

function partsBetween(units: readonly Unit[], from: number, to: number): readonly Token[] {
  const parts: Token[] = [];
  for (let first = from; first < to;) {
    let behind = first + 1;
    if (isAlphanumeric(kindOf(units[first]))) {
      while (behind < to && isAlphanumeric(kindOf(units[behind])) && !beginsPart(units, behind)) behind += 1;
      parts.push(token(units, first, behind));
    }
    first = behind;
  }
  return parts;
}

/** The `N` of `getName`, the `S` of `HTTPServer` and of `sha256Sum`, but neither letter of `A1B2`. */
function beginsPart(units: readonly Unit[], index: number): boolean {
  if (kindOf(units[index]) !== 'upper') return false;
  const before = kindOf(units[index - 1]);
  return before === 'lower' || (before !== 'letter' && kindOf(units[index + 1]) === 'lower');
}

function kindOf(unit: Unit | undefined): Unit['kind'] {
  return unit?.kind ?? 'space';
}

/** Never empty: one unit is never longer than a token may be, or is cut. */
function token(units: readonly Unit[], from: number, to: number): Token {
  let text = '';
  let left = MAX_TOKEN;
  let index = from;
  for (; index < to; index += 1) {
    const folded = units[index]?.folded ?? '';
    left -= lengthOf(folded);
    if (left < 0 && index > from) break;
    text += folded;
  }
  const cut = lengthOf(text) > MAX_TOKEN ? Array.from(text).slice(0, MAX_TOKEN).join('') : text;
  return { text: cut, start: units[from]?.start ?? 0, end: units[index - 1]?.end ?? 0 };
}

/** In code points. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) >> 10 === 0x37) length -= 1;
  return length;
}
