import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lengthOf, MAX_TOKEN, partsOf, wordsOf } from '../../../src/projections/search/tokens.js';
import { fold, unitsOf } from '../../../src/projections/search/units.js';
import { HOSTILE, texts } from './texts.js';

/** Tokens with a `|` between them; compounds with their parts in brackets. */
function shown(text: string): string {
  return wordsOf(text)
    .map((word) =>
      word.kind === 'compound' ? `${word.text}(${word.parts.map((part) => part.text).join('|')})` : word.text,
    )
    .join('|');
}

/**
 * Normal forms change the order of marks, which counts only where there is no letter that they are marks of; ↔ is an emoji,
 * but crossed out one character of mathematics; notes of music come apart into marks.
 */
function isOdd(text: string): boolean {
  return /(?:^|[^\p{L}\p{N}\p{M}])\p{M}{2}|↔\u0338|[\u{1d100}-\u{1d1ff}]/u.test(text.normalize('NFD'));
}

describe('tokens', () => {
  test.each([
    ['Café CAFE cafe\u0301', 'cafe|cafe|cafe'],
    ['Straße STRASSE STRAẞE', 'strasse|strasse|strasse'],
    ['İstanbul istanbul ISTANBUL Iſtanbul', 'istanbul|istanbul|istanbul|istanbul'],
    ['ＡＢＣ　ﬁn', 'abc|fin'],
    ['ΛΌΓΟΣ λόγος', 'λογοσ|λογοσ'],
    ['Йод йод Ёлка', 'иод|иод|елка'],
    ['שָׁלוֹם شَكْرًا', 'שלום|شكرا'],
    ['किताब हिन्दी', 'किताब|हिन्दी'],
    ['co\u00adop\u200berate', 'cooperate'],
  ])('case, accents and forms are folded, vowel signs are not: %s', (text, tokens) => {
    expect(shown(text)).toBe(tokens);
  });

  test.each([
    ['Hello, (world)! "quoted" “quoted” *bold* …and wait...', 'hello|world|quoted|quoted|bold|and|wait'],
    ['say"hello"there', 'say|hello|there'],
    ['--- ... !!! ‼️ ´ (", )', ''],
    ['##title # @ 100% (c)', 'title|100|c'],
    ['$ €', '$|€'],
  ])('punctuation at the ends of words is not part of them: %s', (text, tokens) => {
    expect(shown(text)).toBe(tokens);
  });

  test.each([
    ['#4521 @ada (.net) c++, c#.', '#4521(4521)|@ada(ada)|.net(net)|c++(c)|c#(c)'],
    ['foo_bar std::vec well-known', 'foo_bar(foo|bar)|std::vec(std|vec)|well-known(well|known)'],
    ['mark-to-market mark‑to‑market', 'mark-to-market(mark|to|market)|mark-to-market(mark|to|market)'],
    [
      'getName HTTPServer sha256Sum iPhone',
      'getname(get|name)|httpserver(http|server)|sha256sum(sha256|sum)|iphone(i|phone)',
    ],
    ['A1B2 US0378331005 utf8', 'a1b2|us0378331005|utf8'],
    ['INC-20417 don’t', "inc-20417(inc|20417)|don't(don|t)"],
    ['https://x.com/a?b=1', 'https://x.com/a?b=1(https|x|com|a|b|1)'],
    ['ada@example.org', 'ada@example.org(ada|example|org)'],
    ['$AAPL 100€ 20°C', '$aapl(aapl)|100€(100)|20°c(20|c)'],
    ['a+++ ..net', 'a|net'],
  ])('what is joined by punctuation or case is one word and its parts: %s', (text, tokens) => {
    expect(shown(text)).toBe(tokens);
  });

  test.each([
    ['北京', '北京|京'],
    ['京', '京'],
    ['abc北京。東京', 'abc|北京|京|東京|京'],
    ['第3章', '第|3|章'],
    ['ｶﾞｷﾞ ガギ', 'ガギ|ギ|ガギ|ギ'],
    ['カー', 'カー|ー'],
    ['서울에서', '서울|울에|에서|서'],
    ['\u1109\u1165\u110b\u116e\u11af', '서울|울'],
    ['กิน', 'กิ|ิน|น'],
    ['ລາວ', 'ລາ|າວ|ວ'],
    ['㈱', '株'],
    ['𠀀𠀁', '𠀀𠀁|𠀁'],
  ])('languages without spaces are cut into overlapping pairs and the last character: %s', (text, tokens) => {
    expect(shown(text)).toBe(tokens);
  });

  test.each([
    ['hi🙂there', 'hi|🙂|there'],
    ['👍🏽👍 ❤️❤', '👍|👍|❤|❤'],
    ['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦'],
    ['🇩🇪🇫🇷', '🇩🇪|🇫🇷'],
    ['1️⃣2', '1⃣|2'],
    ['🏴\u{e0067}\u{e0062}\u{e007f}', '🏴\u{e0067}\u{e0062}\u{e007f}'],
    ['Hansard™', 'hansard|™'],
  ])('an emoji is a word: %s', (text, tokens) => {
    expect(shown(text)).toBe(tokens);
  });

  test('a token has 100 code points at most, in compounds too', () => {
    const [long, compound] = wordsOf(`${'𝒳'.repeat(300)} ${'a'.repeat(99)}-${'b'.repeat(101)}`);
    expect(long).toMatchObject({ text: 'x'.repeat(MAX_TOKEN), start: 0, end: 200 });
    expect(compound).toMatchObject({
      text: `${'a'.repeat(99)}-`,
      parts: [{ text: 'a'.repeat(99) }, { text: 'b'.repeat(100) }],
    });
  });

  test('tokens lie at their places, in order, and hold nothing that no token may', () => {
    fc.assert(
      fc.property(texts(), (text) => {
        const words = wordsOf(text);
        for (const { text: token, start, end } of [...words, ...partsOf(words)]) {
          expect(fold(text.slice(start, end)).includes(token)).toBe(true);
          expect(token).toMatch(/^[^\p{White_Space}\0"]+$/u);
          expect(token.isWellFormed()).toBe(true);
          expect(lengthOf(token)).toBeLessThanOrEqual(MAX_TOKEN);
        }
        expect(words.map(({ start }) => start)).toEqual(
          words.map(({ start }) => start).sort((one, other) => one - other),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('a token is the token of itself', () => {
    fc.assert(
      fc.property(texts(), (text) => {
        fc.pre(!isOdd(text));
        for (const { text: token, kind } of wordsOf(text)) {
          const [again] = wordsOf(token);
          if (kind === 'plain' || kind === 'emoji' || kind === 'last') expect(again?.text).toBe(token);
          expect(fold(token)).toBe(token);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(['NFC', 'NFD'] as const)('a text has the tokens of its %s', (form) => {
    fc.assert(
      fc.property(texts(), (text) => {
        fc.pre(!isOdd(text));
        expect(shown(text.normalize(form))).toBe(shown(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(Object.entries(HOSTILE))(
    '64 KB of %s make no more units than characters, and tokens no longer than allowed',
    (_, text) => {
      expect(unitsOf(text).length).toBeLessThanOrEqual(text.length);
      const words = wordsOf(text);
      const tokens = [...words, ...partsOf(words)];
      expect(tokens.length).toBeLessThanOrEqual(2 * text.length);
      expect(Math.max(0, ...tokens.slice(0, 1_000).map((token) => lengthOf(token.text)))).toBeLessThanOrEqual(
        MAX_TOKEN,
      );
    },
  );
});
