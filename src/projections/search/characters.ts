/**
 * What a character is to the words around it.
 *
 * - `space`: ends a word. White space, controls, quotation marks, lone surrogates.
 * - `nothing`: leaves no trace in a token, as accents, joiners and soft hyphens do.
 * - `mark`: belongs to the letter before it and says something else with it, as vowel signs do.
 * - `upper`, `lower`, `digit`, `letter`: what parts of words are made of.
 * - `run`: of a language that is written without spaces.
 * - `picture`: an emoji may begin here.
 * - `symbol`: part of a word (`$100`) and one alone, but of no part.
 * - `joint`: joins the parts of a word (`foo_bar`), and is nothing at its ends.
 */
export type Kind =
  'space' | 'nothing' | 'mark' | 'upper' | 'lower' | 'digit' | 'letter' | 'run' | 'picture' | 'symbol' | 'joint';

export interface Character {
  readonly kind: Kind;
  readonly folded: string;
}

const SPACE = /[\p{White_Space}\p{Cc}\p{Cs}"“”„‟«»＂]/u;
/** Accents are those of scripts that are read without them too; a vowel sign of an Indic script is as good as a letter. */
const NOTHING =
  /\p{Default_Ignorable_Code_Point}|\p{Cf}|(?![\u3099\u309A])(?=[\p{Mn}\p{Me}])[\p{sc=Zinh}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}]/u;
/** Second halves of syllables: Hangul vowels and finals as macOS writes them, and the voicing of half-width katakana. */
const MARK = /[\p{M}\u1160-\u11FF\uD7B0-\uD7FF\uFF9E\uFF9F]/u;
const PICTURE = /(?!\p{P})[\p{ExtPict}\p{RI}]/u;
const SOLID = /[\p{L}\p{N}\p{M}\p{Co}]/u;
const UNSPACED =
  /[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;
const SYMBOL = /[\p{Sc}\p{So}]/u;

const UNWANTED = new RegExp(`${SPACE.source}|${NOTHING.source}`, 'gu');
const NOT_SOLID = /[^\p{L}\p{N}\p{M}\p{Co}]/gu;
const NOT_SOLID_ENDS = /^[^\p{L}\p{N}\p{M}\p{Co}]+|[^\p{L}\p{N}\p{M}\p{Co}]+$/gu;
const HYPHENS = /[‐‑‒–—―−]/gu;
const APOSTROPHES = /[‘’‛ʼ]/gu;

/** Every character of the basic plane is looked at once: properties and normal forms are slow to ask for. */
const known: (Character | undefined)[] = [];

export function characterOf(code: number): Character {
  if (code > 0xffff) return lookAt(String.fromCodePoint(code));
  return (known[code] ??= lookAt(String.fromCharCode(code)));
}

/** Compatibility forms, accents, case, and one of each kind of hyphen and apostrophe. Meant for one letter and its marks. */
function foldLetter(letter: string): string {
  // lower, upper, lower: ẞ has no other way to ss, and letters with two lower forms become one
  const cased = bare(letter).toLowerCase().toUpperCase().toLowerCase();
  return bare(cased).normalize('NFC').replace(HYPHENS, '-').replace(APOSTROPHES, "'");
}

function bare(text: string): string {
  return text.normalize('NFKD').replace(UNWANTED, '');
}

function lookAt(character: string): Character {
  const folded = foldLetter(character);
  if (SPACE.test(character)) return { kind: 'space', folded: '' };
  if (PICTURE.test(character)) return { kind: 'picture', folded };
  if (folded === '') return { kind: 'nothing', folded };
  if (MARK.test(character)) return { kind: 'mark', folded };
  return solid(character, folded);
}

function solid(character: string, folded: string): Character {
  if (!SOLID.test(folded)) return { kind: SYMBOL.test(character) ? 'symbol' : 'joint', folded };
  const letters = folded.replace(NOT_SOLID, '');
  if (UNSPACED.test(letters)) return { kind: 'run', folded: letters };
  // ⑴ is 1 in brackets, but ½ keeps its stroke
  return { kind: letterKind(character), folded: folded.replace(NOT_SOLID_ENDS, '') };
}

function letterKind(character: string): Kind {
  if (/[\p{Lu}\p{Lt}]/u.test(character)) return 'upper';
  if (/\p{Ll}/u.test(character)) return 'lower';
  return /\p{N}/u.test(character) ? 'digit' : 'letter';
}

/** Of a mark that has no letter before it. */
export function kindAlone(folded: string): 'run' | 'letter' {
  return UNSPACED.test(folded) ? 'run' : 'letter';
}

/** A letter and a mark behind it, both folded: they may become one character. */
export function foldMarked(kind: Kind | 'emoji', letter: string): string {
  const folded = foldLetter(letter);
  return folded.replace(kind === 'run' ? NOT_SOLID : NOT_SOLID_ENDS, '');
}
