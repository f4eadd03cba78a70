import type { Term } from './text-query.js';
import { hasCompound, partsOf, wordsOf, type Word } from './tokens.js';
import { fold } from './units.js';

/** How a text is looked for: as it is, as a beginning, or inside of words. */
export interface Wanted {
  readonly kind: 'word' | 'phrase' | 'prefix' | 'inside';
  readonly text: string;
}

/** What finds it; `undefined` when there is no word in it. */
export function termOf({ kind, text }: Wanted): Term | undefined {
  const words = wordsOf(text);
  switch (kind) {
    case 'word':
    case 'phrase':
      return sequenceOf(words, 'phrase');
    case 'prefix':
      return sequenceOf(words, 'prefix');
    case 'inside':
      return words.length === 1 && words.every(isPartible)
        ? { kind: 'inside', part: fold(text) }
        : sequenceOf(words, 'phrase'); // emoji and languages without spaces are found inside words anyway
  }
}

/** The last character of a run is there alone to be found by itself, or to say that the run ends before the next word. */
function searchable(words: readonly Word[]): readonly Word[] {
  return words.at(-1)?.kind === 'last' && words.at(-2)?.kind === 'pair' ? words.slice(0, -1) : words;
}

function sequenceOf(all: readonly Word[], wanted: 'phrase' | 'prefix'): Term | undefined {
  const words = searchable(all);
  const last = words.at(-1);
  if (last === undefined) return undefined;
  const kind = last.kind === 'last' || (wanted === 'prefix' && isPartible(last)) ? 'prefix' : 'phrase';
  const texts = words.map(({ text }) => text);
  return words.every(isFoundByParts) ? { kind, words: texts, parts: partTexts(words) } : { kind, words: texts };
}

function partTexts(words: readonly Word[]): readonly string[] {
  return (hasCompound(words) ? partsOf(words) : words).map(({ text }) => text);
}

/** `#4521` and `c++` have one part, which says less than they do. */
function isFoundByParts(word: Word): boolean {
  return word.kind !== 'compound' || word.parts.length > 1;
}

function isPartible({ kind }: Word): boolean {
  return kind === 'plain' || kind === 'compound';
}
