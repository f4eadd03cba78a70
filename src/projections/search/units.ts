import { characterOf, foldMarked, kindAlone, type Kind } from './characters.js';
import { emojiEnd, foldEmoji } from './emoji.js';

/** A letter with its marks, an emoji, or any other character, folded. `[start, end)` in UTF-16 units of the text. */
export interface Unit {
  readonly kind: Exclude<Kind, 'nothing' | 'mark' | 'picture'> | 'emoji';
  readonly folded: string;
  readonly start: number;
  readonly end: number;
}

/** Marks that are folded with their letter. More are as good as letters, so that a thousand of them cost no more than those. */
const MARKS = 8;

type Open = { -readonly [Member in keyof Unit]: Unit[Member] } & { marks: number };

/** The text as units, in order; what leaves no trace belongs to the unit before it. Takes time in proportion to the text. */
export function unitsOf(text: string): readonly Unit[] {
  const units: Open[] = [];
  for (let at = 0; at < text.length;) at = take(text, at, units);
  return units;
}

/** The folded text, without what ends words. */
export function fold(text: string): string {
  return unitsOf(text)
    .map(({ folded }) => folded)
    .join('');
}

/** Takes what is at this place, and gives the one behind it. */
function take(text: string, start: number, units: Open[]): number {
  const code = text.codePointAt(start) ?? 0;
  const { kind, folded } = characterOf(code);
  const emoji = emojiEnd(text, start);
  if (emoji > start) {
    units.push({ kind: 'emoji', folded: foldEmoji(text.slice(start, emoji)), start, end: emoji, marks: 0 });
    return emoji;
  }
  const end = start + (code > 0xffff ? 2 : 1);
  if (kind === 'nothing') extend(units.at(-1), end);
  else if (kind === 'mark') mark(units, folded, start, end);
  else units.push({ kind: kind === 'picture' ? 'emoji' : kind, folded, start, end, marks: 0 });
  return end;
}

function extend(unit: Open | undefined, end: number): void {
  if (unit !== undefined) unit.end = end;
}

function mark(units: Open[], folded: string, start: number, end: number): void {
  const letter = units.at(-1);
  if (letter === undefined || !takesMarks(letter)) {
    units.push({ kind: kindAlone(folded), folded, start, end, marks: 0 });
    return;
  }
  letter.marks += 1;
  letter.folded = foldMarked(letter.kind, letter.folded + folded);
  letter.end = end;
}

function takesMarks({ kind, marks }: Open): boolean {
  return marks < MARKS && (isAlphanumeric(kind) || kind === 'run');
}

export function isAlphanumeric(kind: Unit['kind']): boolean {
  return kind === 'lower' || kind === 'upper' || kind === 'digit' || kind === 'letter';
}
