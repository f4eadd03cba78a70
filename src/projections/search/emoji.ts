import { characterOf } from './characters.js';

const JOINER = 0x200d;
const KEYCAP = 0x20e3;

/** Where the emoji ends that begins here, as one grapheme; `start` when none does. */
export function emojiEnd(text: string, start: number): number {
  const code = codeAt(text, start);
  if (isFlagLetter(code)) return isFlagLetter(codeAt(text, start + 2)) ? start + 4 : start + 2;
  if (isKeycapBase(code)) return keycapEnd(text, start);
  return isPicture(code) ? pictureEnd(text, start) : start;
}

/** Without skin tones and variation selectors: what is meant is the same. */
export function foldEmoji(emoji: string): string {
  return emoji.replace(/[\uFE0E\uFE0F]|\p{EMod}/gu, '');
}

function pictureEnd(text: string, start: number): number {
  let end = decorated(text, start);
  while (codeAt(text, end) === JOINER && isPicture(codeAt(text, end + 1))) end = decorated(text, end + 1);
  return end;
}

/** Behind a picture and what dresses it: skin tones, selectors, the tags that make a region of a flag. */
function decorated(text: string, start: number): number {
  let end = start + lengthOf(codeAt(text, start));
  while (isDecoration(codeAt(text, end))) end += lengthOf(codeAt(text, end));
  return end;
}

function keycapEnd(text: string, start: number): number {
  const end = isSelector(codeAt(text, start + 1)) ? start + 2 : start + 1;
  return codeAt(text, end) === KEYCAP ? end + 1 : start;
}

function isPicture(code: number): boolean {
  return code > 0 && characterOf(code).kind === 'picture' && !isFlagLetter(code);
}

function isFlagLetter(code: number): boolean {
  return code >= 0x1f1e6 && code <= 0x1f1ff;
}

/** A digit, `#` or `*`. */
function isKeycapBase(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x23 || code === 0x2a;
}

function isSelector(code: number): boolean {
  return code === 0xfe0e || code === 0xfe0f;
}

function isDecoration(code: number): boolean {
  return isSelector(code) || (code >= 0x1f3fb && code <= 0x1f3ff) || (code >= 0xe0020 && code <= 0xe007f);
}

/** 0 behind the end, which is nothing that is asked for here. */
function codeAt(text: string, index: number): number {
  return text.codePointAt(index) ?? 0;
}

function lengthOf(code: number): number {
  return code > 0xffff ? 2 : 1;
}
